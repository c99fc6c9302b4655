"""Boxes that are turned, as their four corners."""

from __future__ import annotations

import math

import numpy as np

from viz_core.convert import as_array
from viz_core.drawing.arguments import Floats, as_coordinates
from viz_core.typing import ArrayLike

__all__ = ["as_corners"]

_FULL_TURN = {"degrees": 360.0, "radians": 2 * math.pi}

# What is farther away is as good as here; sums of four such numbers are finite.
_FARTHEST = 1e300

# Of a corner, how many widths and heights it is from the center, times two; clockwise as seen.
_SIDES = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def as_corners(bboxes: ArrayLike, angle_unit: str) -> Floats:
    """Return the corners of turned boxes, shape (N, 4, 2), finite.

    Args:
        bboxes: Center x, center y, width, height, angle, shape (5,) or (N, 5), or x and y of the
            corners, shape (4, 2) or (N, 4, 2).
        angle_unit: ``'degrees'`` or ``'radians'``.
    """
    if angle_unit not in [*_FULL_TURN]:
        raise ValueError(f"angle_unit must be one of {', '.join(_FULL_TURN)}, got {angle_unit!r}")
    array = as_array(bboxes, "bboxes")
    if array.ndim >= 2 and array.shape[-2:] == (4, 2) and array.ndim <= 3:
        corners = as_coordinates(array.reshape(-1, 8), "bboxes", 8, "x, y of each corner")
        return corners.reshape(-1, 4, 2)
    if array.shape != (0,) and (array.ndim not in (1, 2) or array.shape[-1] != 5):
        flat = "; .reshape(-1, 4, 2) makes corners of them" if array.shape[-1:] == (8,) else ""
        raise ValueError(
            "bboxes must have shape (5,) or (N, 5): center x, center y, width, height, angle; or "
            f"(4, 2) or (N, 4, 2): x, y of each corner; got {array.shape}{flat}"
        )
    rows = as_coordinates(array, "bboxes", 5, "center x, center y, width, height, angle")
    negative = np.flatnonzero((rows[:, 2:4] < 0).any(axis=1))
    if negative.size:
        raise ValueError(
            "bboxes must have a width and a height that are not negative, got "
            f"{rows[negative[0]].tolist()} in row {negative[0]}"
        )
    full = _FULL_TURN[angle_unit]
    angles = np.fmod(rows[:, 4], full) * (2 * math.pi / full)
    rows = np.clip(rows[:, :4], -_FARTHEST, _FARTHEST)
    cos, sin = np.cos(angles), np.sin(angles)
    # y points down in images, so that this turns clockwise as seen.
    turns = np.stack([np.stack([cos, sin], axis=1), np.stack([-sin, cos], axis=1)], axis=1)
    turned: Floats = rows[:, None, :2] + (_SIDES * rows[:, None, 2:] / 2) @ turns
    return turned
