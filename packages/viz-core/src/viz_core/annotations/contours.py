"""Smooth contours of masks and maps, as coverage: how much of each pixel they cover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Contours", "Coverage", "map_contours"]

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


class Contours:
    """The contours of masks and of their holes, 3 pixels wide, drawn into one image.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        growth: How many pixels they are wider, on either side.
    """

    def __init__(self, height: int, width: int, growth: int = 0) -> None:
        self._growth = growth
        self._coverage = np.zeros((height, width), np.uint8)  # memory only where it is written to
        self._boxes: list[tuple[slice, slice]] = []

    def add(self, mask: npt.NDArray[np.bool_], x: int, y: int) -> None:
        """Add the contours of the mask whose top left pixel lies at x and y."""
        # Edge pixels lie up to 1 pixel outside the mask, and softening reaches 2 further.
        reach = _REACH + self._growth
        margin = 1 + _REACH + reach
        padded = np.zeros((mask.shape[0] + 2 * margin, mask.shape[1] + 2 * margin), np.bool_)
        padded[margin:-margin, margin:-margin] = mask
        smooth = _soften(_grown(_edges(padded), self._growth))
        top, left = y - 1 - reach, x - 1 - reach
        height, width = self._coverage.shape
        y0, x0 = max(top, 0), max(left, 0)
        y1, x1 = min(top + smooth.shape[0], height), min(left + smooth.shape[1], width)
        self._boxes.append((slice(y0, y1), slice(x0, x1)))
        region = self._coverage[self._boxes[-1]]
        np.maximum(region, smooth[y0 - top : y1 - top, x0 - left : x1 - left], out=region)

    def take(self) -> Iterator[tuple[Coverage, int, int]]:
        """Take the contours away in parts that have no pixel in common, each with its x and y."""
        boxes, self._boxes = self._boxes, []
        regions = [self._coverage[box] for box in boxes]
        if sum(region.size for region in regions) > self._coverage.size:
            yield self._coverage, 0, 0
            self._coverage = np.zeros_like(self._coverage)
            return
        for region, (rows, columns) in zip(regions, boxes, strict=True):
            yield region, columns.start, rows.start
            region[:] = 0


def map_contours(values: npt.NDArray[Any], ignored: Any = None, growth: int = 0) -> Coverage:
    """Return the borders between the segments of a map, and around the map.

    Args:
        values: The segment of each pixel, shape (H, W).
        ignored: The value of pixels that are in no segment; None if all are in one.
        growth: How many pixels wider than 3 they are, on either side.
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
    return _soften(_grown(edges, growth))


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


def _grown(edges: npt.NDArray[np.bool_], growth: int) -> npt.NDArray[np.bool_]:
    """Return edges, and what is that near to them in its row or column."""
    for axis in (0, 1) if growth else ():
        thin, wide = np.moveaxis(edges, axis, 0), edges.copy()
        lines = np.moveaxis(wide, axis, 0)
        for step in range(1, growth + 1):
            lines[step:] |= thin[:-step]
            lines[:-step] |= thin[step:]
        edges = wide
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
