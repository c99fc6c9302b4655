"""Where vector shapes are in an image: paths, clipped to what can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.path import Path

from viz_core.drawing.arguments import Floats
from viz_core.drawing.clipping import Window, clip_line, huge_circle

__all__ = [
    "Shapes",
    "place_boxes",
    "place_circles",
    "place_lines",
    "place_polygons",
    "place_segments",
    "place_turned",
    "round_box",
]

# Leaves a path where it is.
_IN_PLACE = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_UNIT_BOX = Path([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], closed=True)
_UNIT_CIRCLE = Path.unit_circle()
_UNIT_SEGMENT = Path([(0, 0), (1, 1)])


class Shapes(NamedTuple):
    """Paths, and where they go in the image.

    Attributes:
        paths: The corners of each.
        placements: From these to the image's pixels: x becomes ``a x + c y + e`` and y
            ``b x + d y + f``, in that order, shape (N, 6).
        bounds: The left, top, right and bottom of each, shape (N, 4).
        clipped: The numbers of those that reached so far out of the image that they were clipped.
    """

    paths: list[Path]
    placements: Floats
    bounds: Floats
    clipped: set[int]

    @classmethod
    def of(cls, path: Path, corners: Floats, low: Floats, high: Floats, size: Floats) -> Shapes:
        """Return shapes that are one path, made as wide and high as `size`, and moved to `corners`.

        Those lie between `low` and `high`, all of shape (N, 2).
        """
        placements, bounds = np.zeros((len(corners), 6)), np.empty((len(corners), 4))
        placements[:, ::3], placements[:, 4:] = size, corners
        bounds[:, :2], bounds[:, 2:] = low, high
        return cls([path] * len(corners), placements, bounds, set())

    @classmethod
    def empty(cls, count: int) -> Shapes:
        """Return room for shapes that are each put where they belong."""
        return cls([_UNIT_BOX] * count, np.empty((count, 6)), np.empty((count, 4)), set())

    def put_line(self, number: int, line: Floats, *, is_clipped: bool) -> None:
        """Put a line where it is in the place of a shape; it is closed if it ends where it begins."""
        is_closed = len(line) > 1 and bool((line[0] == line[-1]).all())
        self.paths[number] = Path(line, closed=is_closed)
        self.placements[number] = _IN_PLACE
        self.bounds[number, :2], self.bounds[number, 2:] = line.min(axis=0), line.max(axis=0)
        if is_clipped:
            self.clipped.add(number)


def place_boxes(corners: Sequence[Sequence[float]], window: Window) -> Shapes:
    """Return boxes given as x1, y1, x2, y2."""
    low, high = _inside(np.array(corners, np.float64).reshape(-1, 2, 2), window).transpose(1, 0, 2)
    return Shapes.of(_UNIT_BOX, low, low, high, high - low)


def place_circles(centers: Floats, radii: Sequence[float], window: Window) -> Shapes:
    """Return circles."""
    size = window.right - window.left + window.bottom - window.top
    r = np.minimum(radii, 2 * size)[:, None]  # more may be no number, and is clipped
    shapes = Shapes.of(_UNIT_CIRCLE, centers, centers - r, centers + r, r)
    for i in np.flatnonzero(r > size).tolist():
        huge = huge_circle(centers[i, 0], centers[i, 1], radii[i], window)
        if huge is not None:
            shapes.put_line(i, huge, is_clipped=True)
    return shapes


def place_segments(ends: Floats, window: Window) -> Shapes:
    """Return straight lines, each from its first x and y to its second, shape (N, 2, 2)."""
    inside = _inside(ends, window)
    first, second = inside[:, 0], inside[:, 1]
    low, high = np.minimum(first, second), np.maximum(first, second)
    shapes = Shapes.of(_UNIT_SEGMENT, first, low, high, second - first)
    is_clipped = inside != ends
    if is_clipped.any():
        for i in np.flatnonzero(is_clipped.any(axis=(1, 2))).tolist():
            shapes.put_line(i, clip_line(ends[i], window), is_clipped=True)
    return shapes


def _inside(points: Floats, window: Window) -> Floats:
    """Return points with those that lie out of a window moved to its border."""
    moved: Floats = np.minimum(np.maximum(points, window[:2]), window[2:])
    return moved


def place_polygons(polygons: Sequence[Sequence[Floats]], window: Window) -> Shapes:
    """Return closed polygons, each an outline and the holes in it, of shape (M, 2) with M >= 1."""
    shapes = Shapes.empty(len(polygons))
    for i, rings in enumerate(polygons):
        outline = rings[0]
        # Agg fills what an outline goes around; one the other way around takes that back.
        holes = [ring[:: -_turn(ring) * _turn(outline)] for ring in rings[1:]]
        lines = [np.vstack([ring, ring[:1]]) for ring in (outline, *holes)]
        points = lines[0] if not holes else np.vstack(lines)
        fits = window.holds(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
        lines = lines if fits else [clip_line(line, window) for line in lines]
        shapes.put_line(i, lines[0], is_clipped=not fits)
        if holes:
            paths = [Path(line, closed=len(line) > 1) for line in lines]
            shapes.paths[i] = Path.make_compound_path(*paths)
    return shapes


def _turn(ring: Floats) -> int:
    """Return 1 if the corners of a ring go around one way, -1 if they go the other way."""
    x, y = (ring / max(1.0, float(np.abs(ring).max()))).T
    return 1 if float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) >= 0 else -1


def place_lines(lines: Sequence[Floats], window: Window) -> Shapes:
    """Return lines that are not closed, each of shape (M, 2) with M >= 1."""
    shapes = Shapes.empty(len(lines))
    for i, points in enumerate(lines):
        fits = window.holds(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
        shapes.put_line(i, points if fits else clip_line(points, window), is_clipped=not fits)
    return shapes


def place_turned(path: Path, turn: Floats, origin: Floats) -> Shapes:
    """Return a path turned by a 2x2 matrix and moved to ``origin``, alone."""
    corners = path.vertices @ turn.T + origin
    placements = np.hstack([turn.T.ravel(), origin])[None]
    bounds = np.hstack([corners.min(axis=0), corners.max(axis=0)])[None]
    return Shapes([path], placements, bounds, set())


def round_box(left: float, top: float, right: float, bottom: float, radius: float) -> Path:
    """Return a box with round corners, as matplotlib's FancyBboxPatch has them."""
    if not radius:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        return Path(corners, closed=True)
    r = radius
    # fmt: off
    corners = [
        (left + r, top), (right - r, top), (right, top), (right, top + r),
        (right, bottom - r), (right, bottom), (right - r, bottom),
        (left + r, bottom), (left, bottom), (left, bottom - r),
        (left, top + r), (left, top), (left + r, top), (left + r, top),
    ]
    # fmt: on
    line, curve = Path.LINETO, Path.CURVE3
    return Path(corners, [Path.MOVETO, *[line, curve, curve] * 4, Path.CLOSEPOLY])
