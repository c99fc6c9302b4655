"""Clipping shapes that reach so far out of an image that to rasterise them would take for ever."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Window", "clip_line", "huge_circle"]

Floats = npt.NDArray[np.float64]

# Farther than any line is thick, so that what runs along a window's border is not seen.
_MARGIN = 1 << 14

# Products of two numbers up to this are finite, and what is small beside it is no subnormal.
_LARGEST = 1e100

# How far a straight piece of a circle may lie from it, in pixels.
_DEVIATION = 0.005


class Window(NamedTuple):
    """The part of the plane around an image that shapes are clipped to."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, width: int, height: int) -> Window:
        """Return the window of an image."""
        return cls(-_MARGIN, -_MARGIN, width + _MARGIN, height + _MARGIN)

    def holds(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Return whether a rectangle lies inside."""
        return (
            self.left <= left and self.top <= top and right <= self.right and bottom <= self.bottom
        )


def clip_line(points: Floats, window: Window) -> Floats:
    """Return a line whose corners lie in a window, and which is the same inside of it.

    What is outside runs along the border, so that a closed line encloses the same part of the
    window.

    Args:
        points: The corners, shape (M, 2), finite.
        window: What it is clipped to.
    """
    # Each piece is broken where it crosses the lines through the window's four sides. Then all
    # corners of a piece lie on one side of each, and to clip them one by one bends nothing.
    low, high = window[:2], window[2:]
    start, end = points[:-1], points[1:]
    scale = max(1.0, float(np.abs(points).max()) / _LARGEST)
    (x1, y1), (x2, y2) = (start / scale).T, (end / scale).T
    dx, dy = x2 - x1, y2 - y1
    # Where a line crosses is had from its distance to (0, 0), not from its ends: of those far
    # away nothing near is left in the numbers.
    offset = x1 * y2 - y1 * x2
    length = np.maximum(np.maximum(np.abs(dx), np.abs(dy)), np.finfo(np.float64).tiny)
    corners, places = [start], [np.full(len(start), -np.inf)]
    with np.errstate(all="ignore"):  # of pieces that cross nothing
        for side in (low, high):
            x, y = side
            for axis, crossing in (
                (0, np.stack([np.full_like(dx, x), (x * dy - scale * offset) / dx], axis=1)),
                (1, np.stack([(y * dx + scale * offset) / dy, np.full_like(dy, y)], axis=1)),
            ):
                crosses = (start[:, axis] < side[axis]) != (end[:, axis] < side[axis])
                corners.append(np.where(crosses[:, None], crossing, start))
                along = crossing[:, 0] * (dx / length) + crossing[:, 1] * (dy / length)
                places.append(np.where(crosses, along, -np.inf))
    order = np.argsort(np.stack(places, axis=1), axis=1, kind="stable")
    broken = np.take_along_axis(np.stack(corners, axis=1), order[..., None], axis=1)
    line: Floats = np.clip(np.vstack([broken.reshape(-1, 2), points[-1:]]), low, high)
    moves = np.concatenate([[True], (line[1:] != line[:-1]).any(axis=1)])
    moving: Floats = line[moves]
    return moving


def huge_circle(x: float, y: float, radius: float, window: Window) -> Floats | None:
    """Return a closed line that is the same in a window as a circle; None if it is not huge.

    Args:
        x: Of the center.
        y: Of the center.
        radius: In pixels.
        window: What it is clipped to.
    """
    middle_x, middle_y = (window.left + window.right) / 2, (window.top + window.bottom) / 2
    reach = math.hypot(window.right - middle_x, window.bottom - middle_y)
    if radius <= 4 * reach:
        return None
    # In halves, as all of it may not be a number.
    away_x, away_y = x / 2 - middle_x / 2, y / 2 - middle_y / 2
    away = math.hypot(away_x, away_y)
    # From the window's middle straight out of the circle, and to the right of that.
    out_x, out_y = (-away_x / away, -away_y / away) if away else (1.0, 0.0)
    distance = min(max(2 * (radius / 2 - away), -4 * reach), 4 * reach)
    count = math.ceil(4 * reach / math.sqrt(8 * _DEVIATION * radius)) + 2
    along = np.linspace(-2 * reach, 2 * reach, count)
    # How far the circle falls behind its tangent; a square of the radius may not be a number.
    part = along / radius
    outward = distance - along * part / (1 + np.sqrt(1 - part * part))
    along = np.concatenate([along, [2 * reach, -2 * reach]])
    outward = np.maximum(np.concatenate([outward, [-4 * reach, -4 * reach]]), -4 * reach)
    line: Floats = np.stack(
        [middle_x + outward * out_x - along * out_y, middle_y + outward * out_y + along * out_x],
        axis=1,
    )
    return np.vstack([line, line[:1]])
