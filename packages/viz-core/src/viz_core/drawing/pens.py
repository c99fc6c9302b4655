"""Pens: which pixels the outline of a box covers, read from Agg once for each line width."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.drawing.blending import Words
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.outlines import Style, boxes, draw_outlines
from viz_core.drawing.surface import DPI, Surface

__all__ = ["Pen", "find_pen"]

Shares = npt.NDArray[np.float64]


class _Profile(NamedTuple):
    """How much of each pixel a frame of one line width covers, in 0..1.

    Attributes:
        before: The first pixel of the top and the left strip, relative to the snapped corner.
        after: The first pixel of the bottom and the right strip, likewise.
        rows: Of the strips of k rows, shape (2, k): top and bottom.
        columns: Of the strips of k columns, shape (2, k): left and right.
        corners: Where strips meet, shape (2, k, 2, k): top and bottom, row, left and right,
            column.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    rows: Shares
    columns: Shares
    corners: Shares


class Pen:
    """How much of what is below remains under a frame of one line width and opacity.

    Attributes:
        thickness: Of the strips in pixels, k.
        before: The first pixel of the top and the left strip, relative to the snapped corner.
        after: The first pixel of the bottom and the right strip, likewise.
        item: The bytes of k pixels in a row as one item.
    """

    def __init__(self, profile: _Profile, opacity: float) -> None:
        self.before, self.after = profile.before, profile.after
        self.thickness = profile.rows.shape[1]
        self.item = np.dtype((np.void, 3 * self.thickness))
        self._between = _remaining(profile.rows, opacity)[..., None]
        corners = np.repeat(_remaining(profile.corners, opacity), 3, axis=-1)
        self._left, self._right = corners[:, :, 0], corners[:, :, 1]
        self._row_of_columns = np.repeat(_remaining(profile.columns[0], opacity), 3)
        self._columns = self._row_of_columns

    def rows(self, length: int) -> Words:
        """Return what remains below strips of ``length`` bytes, shape (2, k, length)."""
        rows = _rows.find((self, length))
        if rows is None:
            between = length - 6 * self.thickness
            middle = np.broadcast_to(self._between, (2, self.thickness, between))
            rows = np.concatenate([self._left, middle, self._right], axis=2)
            _rows.keep((self, length), rows, rows.nbytes)
        return rows

    def columns(self, height: int) -> Words:
        """Return what remains below ``height`` rows of the left or the right strip, flat."""
        size = height * self._row_of_columns.size
        if self._columns.size < size:
            self._columns = np.tile(self._row_of_columns, 1 << (height - 1).bit_length())
        return self._columns[:size]


_rows: ByteCache[Words] = ByteCache(2 << 20)


@lru_cache(maxsize=64)
def find_pen(width: float, opacity: float) -> Pen | None:
    """Return the pen for a line of ``width`` points, or None if its frames are not regular."""
    profile = _read_profile(width)
    return Pen(profile, opacity) if (profile.columns[0] == profile.columns[1]).all() else None


def _remaining(shares: Shares, opacity: float) -> Words:
    remaining: Words = 255 - np.rint(shares * (opacity * 255)).astype(np.uint16)
    return remaining


@lru_cache(maxsize=256)
def _read_profile(width: float) -> _Profile:
    """Return what Agg covers for a line of ``width`` points."""
    margin = math.ceil(width * DPI / 72) + 4
    size = 6 * margin
    low, high = 2 * margin, 4 * margin
    probe = Surface(np.zeros((size, size, 3), np.uint8))
    frame = boxes([(low, low, high, high)])
    white = (255, 255, 255, 1.0)
    draw_outlines(probe, frame, [Style(white, (0, 0, 0, 0.0), width, "-")])
    shares = probe.pixels[..., 0] / 255
    middle = size // 2
    across, down = shares[middle], shares[:, middle]
    left, right = _span(across[:middle]), _span(across[middle:], middle)
    top, bottom = _span(down[:middle]), _span(down[middle:], middle)
    corners = np.array([[shares[y, x] for x in (left, right)] for y in (top, bottom)])
    return _Profile(
        (left.start - low, top.start - low),
        (right.start - high, bottom.start - high),
        np.stack([down[top], down[bottom]]),
        np.stack([across[left], across[right]]),
        corners.swapaxes(1, 2),
    )


def _span(line: Shares, offset: int = 0) -> slice:
    """Return from where to where a line is covered."""
    covered = np.flatnonzero(line)
    return slice(int(covered[0]) + offset, int(covered[-1]) + 1 + offset)
