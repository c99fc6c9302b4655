"""What the largest numbers cost that drawing takes: python benchmarks/limits.py.

Each call is the first of its process but for a point. First the largest numbers that are drawn: larger ones are
clipped to what can be seen, or raise a ValueError that names the bound. Then as many items as are
drawn in one call, about, and ten times as many, which are refused.
"""

from __future__ import annotations

import functools
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from compare import print_environment

from viz_core import Canvas, draw_featmap

RNG = np.random.default_rng(0)
DASHED = {"line_styles": ":", "line_widths": 0.3, "face_colors": "r"}
FEATMAP = RNG.random((256, 56, 56), np.float32)

# Calls with so many items as are just drawn.
MANY: dict[str, tuple[int, Callable[[Canvas, int], object]]] = {
    "boxes": (30_000, lambda c, n: c.draw_bboxes(boxes(n, c))),
    "small boxes": (100_000, lambda c, n: c.draw_bboxes(boxes(n, c, 8))),
    "dashed boxes": (12_000, lambda c, n: c.draw_bboxes(boxes(n, c), line_styles="--")),
    "filled boxes": (5000, lambda c, n: c.draw_bboxes(boxes(n, c), face_colors="r")),
    "small filled boxes in colors": (
        100_000,
        lambda c, n: c.draw_bboxes(boxes(n, c, 8), face_colors=colors(n)),
    ),
    "lines": (35_000, lambda c, n: c.draw_lines(*places(2 * n, c).T.reshape(2, n, 2))),
    "dotted lines": (
        18_000,
        lambda c, n: c.draw_lines(*places(2 * n, c).T.reshape(2, n, 2), line_styles=":"),
    ),
    "lines from far away": (
        10_000,
        lambda c, n: c.draw_lines(*RNG.uniform(-1e300, 1e300, (2, n, 2))),
    ),
    "small circles": (80_000, lambda c, n: c.draw_circles(places(n, c), 4)),
    "circles": (15_000, lambda c, n: c.draw_circles(places(n, c), 90)),
    "small polygons": (50_000, lambda c, n: c.draw_polygons(triangles(n, c, 9))),
    "filled polygons": (1500, lambda c, n: c.draw_polygons(triangles(n, c, 400), face_colors="r")),
    "polygons from far away": (5000, lambda c, n: c.draw_polygons(triangles(n, c, 1e300))),
    "small rotated boxes": (40_000, lambda c, n: c.draw_rotated_bboxes(turned(n, c, 8))),
    "short lines of 10 points": (20_000, lambda c, n: c.draw_polylines(traces(n, c, 9))),
    "short lines that fade": (2000, lambda c, n: c.draw_polylines(traces(n, c, 9), fade=True)),
    "lines that fade": (300, lambda c, n: c.draw_polylines(traces(n, c, 200), fade=True)),
    "small poses of 17 keypoints": (
        4000,
        lambda c, n: c.draw_keypoints(poses(n, c), [(i, i + 1) for i in range(16)]),
    ),
    "names in a legend": (
        10_000,
        lambda c, n: c.draw_legend(dict.fromkeys(map(str, range(n)), "r")),
    ),
    "points": (1_000_000, lambda c, n: c.draw_points(places(n, c))),
    "points in colors and sizes": (
        600_000,
        lambda c, n: c.draw_points(places(n, c), colors(n), sizes=RNG.uniform(1, 40, n)),
    ),
    "points of many sizes and opacities": (
        7000,
        lambda c, n: c.draw_points(places(n, c), colors(n, 4), sizes=RNG.uniform(1, 1600, n)),
    ),
    "large points": (15_000, lambda c, n: c.draw_points(places(n, c), colors(n), sizes=4000)),
    "labels": (60_000, lambda c, n: c.draw_texts(labels(n), places(n, c), bboxes=PLAIN)),
    "labels with an edge": (
        9000,
        lambda c, n: c.draw_texts(labels(n), places(n, c), bboxes={"pad": 1}),
    ),
    "labels in colors": (
        14_000,
        lambda c, n: c.draw_texts(["car: 87.3"] * n, places(n, c), colors=colors(n), bboxes=PLAIN),
    ),
    "different words": (1200, lambda c, n: c.draw_texts(words(n), places(n, c))),
    "different words, measured": (1200, lambda c, n: c.measure_texts(words(n))),
    "Chinese words": (600, lambda c, n: c.draw_texts(words(n, 0x4E00, 0x9000), places(n, c))),
    "characters that no font has": (
        600,
        lambda c, n: c.draw_texts(words(n, 0xE000, 0xF000), places(n, c)),
    ),
    "turned labels": (
        700,
        lambda c, n: c.draw_texts(labels(n), places(n, c), rotations=45, bboxes=PLAIN),
    ),
    "words in sizes of their own": (
        150,
        lambda c, n: c.draw_texts(["car"] * n, places(n, c), list(np.linspace(8, 20, n))),
    ),
    "small masks": (
        90_000,
        lambda c, n: c.draw_binary_masks([np.ones((9, 9), bool)] * n, offsets=places(n, c) // 1),
    ),
    "masks": (800, lambda c, n: c.draw_binary_masks([RNG.random((480, 640)) > 0.5] * n)),
}
PLAIN = {"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}


def places(count: int, canvas: Canvas) -> Any:
    """Return points all over the image, shape (count, 2)."""
    return RNG.uniform(0, 1, (count, 2)) * (canvas.width, canvas.height)


def boxes(count: int, canvas: Canvas, side: float | None = None) -> Any:
    """Return boxes all over the image, of all sizes or of one."""
    if side is None:
        pairs = places(2 * count, canvas).reshape(count, 2, 2)
        return np.sort(pairs, axis=1).reshape(count, 4)
    corners = places(count, canvas) * (1 - side / canvas.width, 1 - side / canvas.height)
    return np.hstack([corners, corners + side])


def triangles(count: int, canvas: Canvas, side: float) -> list[Any]:
    """Return polygons with one corner in the image."""
    around = np.array([[0, 0], [side, 0], [0, side]])
    return [place + around for place in places(count, canvas)]


def turned(count: int, canvas: Canvas, side: float) -> Any:
    """Return boxes that are turned: center, width, height and angle."""
    shape = np.full((count, 2), side)
    return np.hstack([places(count, canvas), shape, RNG.uniform(0, 360, (count, 1))])


def traces(count: int, canvas: Canvas, side: float) -> Any:
    """Return lines of 10 points that begin in the image."""
    return places(count, canvas)[:, None] + RNG.uniform(0, side, (count, 10, 2))


def poses(count: int, canvas: Canvas) -> Any:
    """Return 17 keypoints each of instances in the image."""
    return places(count, canvas)[:, None] + RNG.uniform(0, 20, (count, 17, 2))


def colors(count: int, channels: int = 3) -> Any:
    """Return as many colors."""
    return RNG.integers(0, 256, (count, channels))


def labels(count: int) -> list[str]:
    """Return class names with scores."""
    return [f"person: {score:.2f}" for score in RNG.uniform(0, 100, count)]


def words(count: int, first: int = 97, end: int = 123) -> list[str]:
    """Return words of six letters, all different."""
    return ["".join(map(chr, word)) for word in RNG.integers(first, end, (count, 6))]


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


for name, (most, draw) in MANY.items():
    for number in (most, 10 * most):
        CALLS[f"{number:,} {name}"] = functools.partial(lambda c, n, d: d(c, n), n=number, d=draw)


def main() -> None:
    """Print a table, each row measured in a process of its own."""
    if sys.argv[1:]:
        warnings.simplefilter("ignore")
        canvas = Canvas(np.zeros((480, 640, 3), np.uint8))
        canvas.draw_points([1, 1])  # matplotlib is imported
        start, cpu, result = time.perf_counter(), time.process_time(), ""
        try:
            CALLS[sys.argv[1]](canvas)
        except ValueError as error:
            result = " refused" if "at most" in str(error) else f" {error}"
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(
            f"{sys.argv[1]:50} {seconds:5.2f} s {cpu:6.2f} s of CPU {peak:6.0f} MB{result}",
            flush=True,
        )
        return
    print_environment(["numpy", "matplotlib", "pillow"])
    for name in CALLS:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
