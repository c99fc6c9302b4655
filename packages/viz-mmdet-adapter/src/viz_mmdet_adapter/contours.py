"""Smooth contours of masks and maps, as coverage: how much of each pixel they cover."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viz_mmdet_adapter.components import find_extent

__all__ = ["Coverage", "map_contours", "mask_contours"]

#: How much of a pixel is covered, in 0..255: uint8, shape (H, W).
Coverage = npt.NDArray[np.uint8]

# The 5x5 pixels around each one count by the binomial weights 1, 4, 6, 4, 1 both ways.
_REACH = 2
_WEIGHT = 256
# Away from a straight border the weights of edges add up to 5/8, then 5/16, then 1/16, which become
# 1, a half and 0: a line of 3 pixels. A diagonal one has 2.4.
_COVERED = (
    (255 * np.clip(2.8 * (np.arange(_WEIGHT + 1) / _WEIGHT - 0.11), 0, 1)).round().astype(np.uint8)
)


def mask_contours(masks: npt.NDArray[np.bool_]) -> Coverage:
    """Return the contours of all masks and of their holes, 3 pixels wide.

    Args:
        masks: Shape (N, H, W).
    """
    _, height, width = masks.shape
    contours = np.zeros((height, width), np.uint8)
    for mask in masks:
        extent = find_extent(mask)
        if extent is None:
            continue
        # Edge pixels lie up to 1 pixel outside the mask, and softening reaches 2 further.
        smooth = _soften(_edges(np.pad(mask[extent], 1 + 2 * _REACH)))
        top, left = (part.start - 1 - _REACH for part in extent)
        y0, x0 = max(top, 0), max(left, 0)
        y1, x1 = min(top + smooth.shape[0], height), min(left + smooth.shape[1], width)
        region = contours[y0:y1, x0:x1]
        np.maximum(region, smooth[y0 - top : y1 - top, x0 - left : x1 - left], out=region)
    return contours


def map_contours(values: npt.NDArray[Any], ignored: Any = None) -> Coverage:
    """Return the borders between the segments of a map, and around the map.

    Args:
        values: The segment of each pixel, shape (H, W).
        ignored: The value of pixels that are in no segment; None if all are in one.
    """
    height, width = values.shape
    edges = np.zeros((height + 2 * _REACH, width + 2 * _REACH), np.bool_)
    inner = edges[_REACH:-_REACH, _REACH:-_REACH]
    inner[:] = _edges(values)
    # As for a mask that reaches the margin: the pixels inside and outside of it are edges.
    for line, beyond, at in (
        (inner[0], edges[_REACH - 1, _REACH:-_REACH], values[0]),
        (inner[-1], edges[-_REACH, _REACH:-_REACH], values[-1]),
        (inner[:, 0], edges[_REACH:-_REACH, _REACH - 1], values[:, 0]),
        (inner[:, -1], edges[_REACH:-_REACH, -_REACH], values[:, -1]),
    ):
        shown = at != ignored  # every value differs from None
        line |= shown
        beyond |= shown
    return _soften(edges)


def _edges(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return the pixels that have another value beside, above or below them."""
    edges = np.zeros(values.shape, np.bool_)
    beside = values[:, 1:] != values[:, :-1]
    edges[:, 1:] |= beside
    edges[:, :-1] |= beside
    below = values[1:] != values[:-1]
    edges[1:] |= below
    edges[:-1] |= below
    return edges


def _soften(edges: npt.NDArray[np.bool_]) -> Coverage:
    """Return smooth lines along edges; the result is `_REACH` smaller on each side."""
    total: npt.NDArray[Any] = edges.view(np.uint8)
    for _ in range(2 * _REACH):
        total = total[:, 1:] + total[:, :-1]
    total = total.astype(np.uint16)
    for _ in range(2 * _REACH):
        total = total[1:] + total[:-1]
    smooth: Coverage = _COVERED.take(total)
    return smooth
