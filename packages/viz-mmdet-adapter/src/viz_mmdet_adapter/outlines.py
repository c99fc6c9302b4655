"""Outlines of masks and maps, as masks themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viz_mmdet_adapter.regions import find_extent

__all__ = ["outline_map", "outline_masks"]

Mask = npt.NDArray[np.bool_]


def outline_masks(masks: Mask) -> Mask:
    """Return the outlines of masks of shape (N, H, W) together, holes' too.

    An outline is the outermost pixels of a mask and those next to them: 3 pixels wide.
    """
    _, height, width = masks.shape
    outlines = np.zeros((height, width), np.bool_)
    for mask in masks:
        extent = find_extent(mask)
        if extent is None:
            continue
        part = np.pad(mask[extent], 2)
        inside = part[1:-1, 1:-1]
        edge = inside & ~(part[:-2, 1:-1] & part[2:, 1:-1] & part[1:-1, :-2] & part[1:-1, 2:])
        _widen_into(outlines, edge, extent[0].start - 1, extent[1].start - 1)
    return outlines


def outline_map(values: npt.NDArray[Any], ignored: Mask | None) -> Mask:
    """Return the borders between the values of a map of shape (H, W), and around it.

    Args:
        values: Equal where there is no border.
        ignored: Pixels that are in no segment and have no border of their own, or None.
    """
    height, width = values.shape
    edge = np.zeros((height, width), np.bool_)
    beside = values[:, 1:] != values[:, :-1]
    edge[:, 1:] |= beside
    edge[:, :-1] |= beside
    below = values[1:] != values[:-1]
    edge[1:] |= below
    edge[:-1] |= below
    edge[[0, -1]] = True
    edge[:, [0, -1]] = True
    if ignored is not None:
        edge &= ~ignored
    outlines = np.zeros((height, width), np.bool_)
    _widen_into(outlines, edge, 0, 0)
    return outlines


def _widen_into(outlines: Mask, edge: Mask, top: int, left: int) -> None:
    """Add ``edge`` and the pixels beside it to ``outlines``, at an offset; the rest is cut."""
    wide = np.pad(edge, 1)
    wide[:-2, 1:-1] |= edge
    wide[2:, 1:-1] |= edge
    wide[1:-1, :-2] |= edge
    wide[1:-1, 2:] |= edge
    top, left = top - 1, left - 1
    height, width = outlines.shape
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + wide.shape[0], height), min(left + wide.shape[1], width)
    outlines[y0:y1, x0:x1] |= wide[y0 - top : y1 - top, x0 - left : x1 - left]
