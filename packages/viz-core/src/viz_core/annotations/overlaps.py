"""How much objects overlap: the intersection of two over their union."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.annotations.crops import Crop, Mask
from viz_core.annotations.rotated_boxes import corners_of

__all__ = ["box_overlaps", "mask_overlaps", "rotated_overlaps"]

Floats: TypeAlias = npt.NDArray[np.float64]


def box_overlaps(one: Floats, other: Floats) -> Floats:
    """Return the overlap of each of N boxes with each of M, xyxy, in 0..1, shape (N, M)."""
    areas, others = (
        (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) for boxes in (one, other)
    )
    return _over_union(_shared(one, other), areas, others)


def _shared(one: Floats, other: Floats) -> Floats:
    """Return the area that each of N boxes has in common with each of M, xyxy, shape (N, M)."""
    width, height = (
        np.minimum(one[:, None, axis + 2], other[:, axis + 2])
        - np.maximum(one[:, None, axis], other[:, axis])
        for axis in (0, 1)
    )
    area: Floats = np.maximum(width, 0) * np.maximum(height, 0)
    return area


def rotated_overlaps(
    one: Floats,
    other: Floats,
    wanted: npt.NDArray[np.bool_] | None = None,
    least: float = 0.0,
) -> Floats:
    """Return the overlap of each of N turned boxes with each of M, in 0..1, shape (N, M).

    Args:
        one: Turned boxes, shape (N, 5).
        other: Turned boxes, shape (M, 5).
        wanted: Which overlaps are; the others are 0. None is all.
        least: An overlap that is less may be 0.
    """
    shared = np.zeros((len(one), len(other)))
    outlines, others = corners_of(one), corners_of(other)
    areas, other_areas = one[:, 2] * one[:, 3], other[:, 2] * other[:, 3]
    around = [np.hstack([box.min(axis=1), box.max(axis=1)]) for box in (outlines, others)]
    # Two share no more than what is around them does: for most that says enough.
    most = np.minimum(_shared(*around), np.minimum(areas[:, None], other_areas))
    meets = (most > 0) & (_over_union(most, areas, other_areas) >= least)
    if wanted is not None:
        meets &= wanted
    for i, j in np.argwhere(meets).tolist():
        shared[i, j] = _area(_clipped(outlines[i], others[j]))
    return _over_union(shared, areas, other_areas)


def mask_overlaps(one: Sequence[Crop], other: Sequence[Crop]) -> Floats:
    """Return the overlap of each of N masks with each of M, in 0..1, shape (N, M)."""
    shared = np.zeros((len(one), len(other)))
    others = [crop.paint() for crop in other]
    for i, crop in enumerate(one):
        mask = crop.paint()
        for j, (there, against) in enumerate(zip(other, others, strict=True)):
            shared[i, j] = _shared_pixels(crop, mask, there, against)
    areas = [np.array([crop.area for crop in crops], np.float64) for crops in (one, other)]
    return _over_union(shared, *areas)


def _over_union(shared: Floats, areas: Floats, others: Floats) -> Floats:
    union = areas[:, None] + others - shared
    overlaps: Floats = shared / np.where(union > 0, union, 1)
    return overlaps


def _shared_pixels(one: Crop, mask: Mask, other: Crop, against: Mask) -> int:
    left, top = max(one.x, other.x), max(one.y, other.y)
    right = min(one.x + mask.shape[1], other.x + against.shape[1])
    bottom = min(one.y + mask.shape[0], other.y + against.shape[0])
    if right <= left or bottom <= top:
        return 0
    part, under = (
        pixels[top - crop.y : bottom - crop.y, left - crop.x : right - crop.x]
        for crop, pixels in ((one, mask), (other, against))
    )
    return int(np.count_nonzero(part & under))


def _clipped(polygon: Floats, window: Floats) -> list[Floats]:
    """Return the part of a polygon inside a convex one whose corners go clockwise as seen."""
    points = list(polygon)
    for start, end in zip(window, np.roll(window, -1, axis=0), strict=True):
        along = end - start
        sides = [along[0] * (y - start[1]) - along[1] * (x - start[0]) for x, y in points]
        kept: list[Floats] = []
        for i, (point, side) in enumerate(zip(points, sides, strict=True)):
            before, side_before = points[i - 1], sides[i - 1]
            if (side >= 0) != (side_before >= 0):
                share = side_before / (side_before - side)
                kept.append(before + share * (point - before))
            if side >= 0:
                kept.append(point)
        points = kept
    return points


def _area(points: Sequence[Floats]) -> float:
    if len(points) < 3:
        return 0.0
    x, y = np.array(points).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)
