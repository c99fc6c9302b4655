"""What the largest numbers cost that drawing takes: python benchmarks/limits.py.

Each call is the first of its process, with the largest numbers that are drawn; larger ones are
clipped to what can be seen, or raise a ValueError that names the bound.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
from compare import print_environment

from viz_core import Canvas, draw_featmap

RNG = np.random.default_rng(0)
DASHED = {"line_styles": ":", "line_widths": 0.3, "face_colors": "r"}
FEATMAP = RNG.random((256, 56, 56), np.float32)

CALLS: dict[str, Callable[[Canvas], object]] = {
    "a short label": lambda c: c.draw_texts("a", [5, 5]),
    "a circle of radius 1e100, dashed": lambda c: c.draw_circles([5, 5 - 1e100], 1e100, **DASHED),
    "a circle of radius 90,000, dashed": lambda c: c.draw_circles([5, 5 - 9e4], 9e4, **DASHED),
    "a box to 1e308, dashed": lambda c: c.draw_bboxes([-1e308, -1e308, 99, 99], **DASHED),
    "a polygon of 300 corners to 1e308, dashed": lambda c: c.draw_polygons(
        RNG.uniform(-1, 1, (300, 2)) * 1e308, **DASHED
    ),
    "a polygon whose outline is 4,000,000 pixels": lambda c: c.draw_polygons(
        RNG.uniform(0, 480, (15_000, 2)), face_colors="r"
    ),
    "a line of width 10,000": lambda c: c.draw_lines([0, 9], [0, 9], line_widths=10_000),
    "a marker of size 1,000,000": lambda c: c.draw_points([5, 5], sizes=1e6),
    "100,000 points in 100,000 colors": lambda c: c.draw_points(
        RNG.uniform(0, 480, (100_000, 2)), RNG.integers(0, 256, (100_000, 3))
    ),
    "1,000,000 points in colors and sizes of their own": lambda c: c.draw_points(
        RNG.uniform(0, 480, (1_000_000, 2)),
        RNG.integers(0, 256, (1_000_000, 3)),
        sizes=RNG.uniform(1, 40, 1_000_000),
    ),
    "1,000,000 points": lambda c: c.draw_points(RNG.uniform(0, 480, (1_000_000, 2))),
    "100,000 lines": lambda c: c.draw_lines(*RNG.uniform(0, 480, (2, 100_000, 2))),
    "100,000 dashed lines": lambda c: c.draw_lines(
        *RNG.uniform(0, 480, (2, 100_000, 2)), line_styles="--"
    ),
    "100,000 circles": lambda c: c.draw_circles(RNG.uniform(0, 480, (100_000, 2)), 9),
    "a line of 1,000 letters": lambda c: c.draw_texts("abcdefghij" * 100, [5, 5], 10),
    "a text of 10 lines of 999 letters": lambda c: c.draw_texts(
        "\n".join(chr(97 + i) * 999 for i in range(10)), [5, 5], 10
    ),
    "1,000 characters that no font has": lambda c: c.draw_texts(
        "".join(map(chr, range(0xE000, 0xE000 + 1000))), [5, 5], 10
    ),
    "a turned text of 397 letters": lambda c: c.draw_texts("a" * 397, [5, 5], 10, rotations=45),
    "8 letters of 500 points": lambda c: c.draw_texts("abcdefgh", [5, 5], 500),
    "5 letters of 500 points, turned": lambda c: c.draw_texts("abcde", [5, 5], 500, rotations=45),
    "a pad of 10,000 points": lambda c: c.draw_texts("a", [5, 5], bboxes={"pad": 10_000}),
    "a feature map at 11,000 x 12,000": lambda _: draw_featmap(
        FEATMAP, resize_shape=(11_000, 12_000)
    ),
    "10,000 channels": lambda _: draw_featmap(
        FEATMAP, channels=[0] * 10_000, arrangement=(100, 100)
    ),
}


def main() -> None:
    """Print a table, each row measured in a process of its own."""
    if sys.argv[1:]:
        warnings.simplefilter("ignore")
        canvas = Canvas(np.zeros((480, 640, 3), np.uint8))
        start, cpu = time.perf_counter(), time.process_time()
        CALLS[sys.argv[1]](canvas)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(f"{sys.argv[1]:50} {seconds:5.2f} s {cpu:6.2f} s of CPU {peak:6.0f} MB", flush=True)
        return
    print_environment(["numpy", "matplotlib", "pillow"])
    for name in CALLS:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
