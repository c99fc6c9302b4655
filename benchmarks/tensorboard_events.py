"""Writing TensorBoard events: our backend against torch's SummaryWriter.

    python benchmarks/tensorboard_events.py

Ours goes through a Visualizer with all checks. Opening runs in an interpreter of its own, from
import to the first number in the file.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from compare import measure, print_environment, print_table
from recording import photo, repeated
from torch.utils.tensorboard import SummaryWriter

from viz_core import Visualizer

CALLS = 200

OPEN_OURS = """
from viz_core import Visualizer
v = Visualizer(vis_backends=[{"type": "TensorboardVisBackend"}], save_dir=sys.argv[1])
v.add_scalar("loss", 1.0, 0)
"""
OPEN_TORCH = """
from torch.utils.tensorboard import SummaryWriter
writer = SummaryWriter(sys.argv[1])
writer.add_scalar("loss", 1.0, 0)
writer.flush()
"""


def open_seconds(code: str, folder: Path) -> float:
    """Return the seconds from after numpy's import to the first number in the file."""
    program = f"import sys, time, numpy; start = time.perf_counter()\n{code}"
    program += "\nprint(time.perf_counter() - start)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True
    )
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    print_environment(["viz-backend-tensorboard", "tensorboard", "crc32c", "torch", "numpy"])
    scalars = {f"loss_{i}": 0.1234 * (i + 1) for i in range(8)}
    image = photo()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = Visualizer(vis_backends=[{"type": "TensorboardVisBackend"}], save_dir=folder / "a")
        theirs = SummaryWriter(str(folder / "b"))
        cases = (
            (
                *("add_scalar", CALLS),
                lambda s: ours.add_scalar("loss", 0.1234, s),
                lambda s: theirs.add_scalar("loss", 0.1234, s),
            ),
            (
                *("add_scalars, 8 values", CALLS),
                lambda s: ours.add_scalars(scalars, s),
                lambda s: [theirs.add_scalar(k, v, s) for k, v in scalars.items()],
            ),
            (
                *("add_image, 640x480", 1),
                lambda s: ours.add_image("image", image, s),
                lambda s: theirs.add_image("image", image, s, dataformats="HWC"),
            ),
        )
        rows = []
        for title, times, our_call, their_call in cases:
            calls = {
                "viz": repeated(our_call, times),
                "SummaryWriter": repeated(their_call, times, theirs.flush),
            }
            rows.append((title, {k: t / times for k, t in measure(calls, seconds=8).items()}))
        opening: dict[str, list[float]] = {"viz": [], "SummaryWriter": []}
        for turn in range(5):
            opening["viz"].append(open_seconds(OPEN_OURS, folder / f"o{turn}"))
            opening["SummaryWriter"].append(open_seconds(OPEN_TORCH, folder / f"t{turn}"))
        rows.append(("open, with imports", {k: statistics.median(v) for k, v in opening.items()}))
        print_table("TensorBoard, milliseconds a call", rows, "viz")


if __name__ == "__main__":
    main()
