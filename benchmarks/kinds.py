"""Recording histograms, tables and videos to local files, each beside what it cannot be quicker than.

    python benchmarks/kinds.py

numpy's own histogram of the same values; `csv.writer` into memory and one file written whole; the
same frames encoded without a visualizer. At last, the memory that a long video takes.
"""

from __future__ import annotations

import csv
import io
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from compare import measure, print_environment, print_table

from viz_core import Visualizer, as_video, write_whole

COLUMNS = [f"column {i}" for i in range(8)]

#: The most memory of a process that encodes so many frames, less what it had before.
PEAK = """
import numpy as np
from viz_core import as_video

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

frame = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
as_video([frame[:8, :8]] * 2)
before = peak()
as_video(np.roll(frame, 3 * i, 1) for i in range({count}))
print(round(peak() - before, 1))
"""


def main() -> None:
    print_environment(["viz-core", "numpy", "av", "opencv-python-headless"])
    rng = np.random.default_rng(0)
    values = rng.normal(size=1_000_000).astype(np.float32)
    rows = [[i, f"img_{i}.png", *rng.random(4).tolist(), i % 7 == 0, None] for i in range(1000)]
    smooth = np.add.outer(np.arange(240), np.arange(320)).astype(np.uint8)
    frames = np.stack([np.roll(smooth, 3 * i, 1) for i in range(16)])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        visualizer = Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=folder)
        steps = itertools.count()

        def write_csv() -> None:
            text = io.StringIO(newline="")
            csv.writer(text).writerows([COLUMNS, *rows])
            write_whole(folder / "table.csv", text.getvalue().encode())

        contenders = {
            "histogram of a million float32": {
                "viz": lambda: visualizer.add_histogram("w", values, step=next(steps)),
                "numpy or csv": lambda: np.histogram(values, 64),
            },
            "table of 1,000 x 8": {
                "viz": lambda: visualizer.add_table("t", COLUMNS, rows, step=next(steps)),
                "numpy or csv": write_csv,
            },
            "video of 16 frames, 320x240": {
                "viz": lambda: visualizer.add_video("v", frames, step=next(steps)),
                "encoding alone": lambda: as_video(frames),
            },
        }
        found = [(case, measure(each, rounds=40)) for case, each in contenders.items()]
        visualizer.close()
    print_table("Kinds, milliseconds a call", found, "viz")
    for count in (64, 640):
        code = PEAK.format(count=count)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        print(f"\n{count} frames of 640x480 take {done.stdout.strip()} MB more at the peak")


if __name__ == "__main__":
    main()
