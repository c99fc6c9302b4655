"""Masks that are given as polygons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import as_array

__all__ = ["fill_polygons"]


def fill_polygons(polygons: Iterable[Any], height: int, width: int) -> npt.NDArray[np.bool_]:
    """Return the mask of an object of one or several polygons: pixels whose middle is in any.

    Args:
        polygons: Each the corners x, y, x, y, ... in pixels, flat or of shape (M, 2), as an
            array, a tensor or numbers.
        height: Of the mask.
        width: Of the mask.

    Raises:
        ValueError: If one has an odd count of numbers, or some that are not finite.
    """
    mask = np.zeros((height, width), np.bool_)
    for polygon in polygons:
        numbers = as_array(polygon) if hasattr(polygon, "shape") else np.asarray(polygon)
        flat = numbers.astype(np.float64).reshape(-1)
        if len(flat) % 2 or not np.isfinite(flat).all():
            raise ValueError(
                "a polygon must be finite numbers x, y, x, y, ..., got "
                f"{len(flat)} of them: {flat[:8].tolist()}"
            )
        _fill(mask, flat.reshape(-1, 2))
    return mask


def _fill(mask: npt.NDArray[np.bool_], corners: npt.NDArray[np.float64]) -> None:
    """Add the inside of a polygon to a mask, by the even-odd rule."""
    height, width = mask.shape
    x, y = corners.T
    next_x, next_y = np.roll(corners, -1, axis=0).T
    middles = np.arange(height) + 0.5
    # Half-open, so that a corner on a middle belongs to one of its two edges.
    crossed = (np.minimum(y, next_y) <= middles[:, None]) & (
        middles[:, None] < np.maximum(y, next_y)
    )
    rows, edges = np.nonzero(crossed)
    rise = next_y[edges] - y[edges]
    at = x[edges] + (middles[rows] - y[edges]) * (next_x[edges] - x[edges]) / rise
    first = np.clip(np.ceil(at - 0.5), 0, width).astype(np.intp)
    crossings = np.zeros((height, width + 1), np.uint8)
    np.add.at(crossings, (rows, first), 1)
    # uint8 wraps at 256, which does not change what is odd.
    mask |= (crossings.cumsum(axis=1, dtype=np.uint8)[:, :width] & 1).astype(np.bool_)
