"""Pens: which pixels the outline of a box covers, read from Agg once for each line width."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.drawing.blending import Octets
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.outlines import Style, boxes, draw_outlines
from viz_core.drawing.pasting import as_core
from viz_core.drawing.surface import DPI, Surface

__all__ = ["Pen", "find_pen"]

# Frames whose strips hold more bytes than this are Agg's, where they cost little beside the rest.
_MOST = 1 << 16

Shares = npt.NDArray[np.float64]


class _Profile(NamedTuple):
    """How much of each pixel a frame of one line width covers, in 0..1.

    Attributes:
        before: The first pixel of the left and the top strip, relative to the snapped corner.
        after: The first pixel of the right and the bottom strip, likewise.
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
    """How opaque a frame of one line width and opacity is.

    Attributes:
        thickness: Of the strips in pixels, k.
        left: The first column of the left strip, relative to the snapped corner.
        top: The first row of the top strip, likewise.
        right: The first column of the right strip, relative to the corner opposite.
        bottom: The first row of the bottom strip, likewise.
        longest: The most pixels that a strip may be long.
    """

    def __init__(self, profile: _Profile, opacity: float) -> None:
        self.left, self.top = profile.before
        self.right, self.bottom = profile.after
        self.thickness = profile.rows.shape[1]
        self.longest = _MOST // (3 * self.thickness)
        self._between = _opacities(profile.rows, opacity)[..., None]
        corners = np.repeat(_opacities(profile.corners, opacity), 3, axis=-1)
        self._left, self._right = corners[:, :, 0], corners[:, :, 1]
        self._column = np.repeat(_opacities(profile.columns[0], opacity), 3).tobytes()

    def rows(self, length: int) -> tuple[Any, Any]:
        """Return the stencils of the top and the bottom strip, of ``length`` bytes a row."""
        return _rows.find((self, length)) or self._make_rows(length)

    def column(self, height: int) -> Any:
        """Return the stencil of the left and of the right strip, of ``height`` rows."""
        return _columns.find((self, height)) or self._make_column(height)

    def _make_rows(self, length: int) -> tuple[Any, Any]:
        between = length - 6 * self.thickness
        middle = np.broadcast_to(self._between, (2, self.thickness, between))
        strips = np.concatenate([self._left, middle, self._right], axis=2)
        top, bottom = (as_core(strip, length, self.thickness) for strip in strips)
        return _rows.keep((self, length), (top, bottom), strips.nbytes + 1500)

    def _make_column(self, height: int) -> Any:
        strip = self._column * height
        stencil = as_core(strip, len(self._column), height)
        return _columns.keep((self, height), stencil, len(strip) + 8 * height + 800)


_rows: ByteCache[tuple[Any, Any]] = ByteCache(2 << 20)
_columns: ByteCache[Any] = ByteCache(1 << 20)


@lru_cache(maxsize=64)
def find_pen(width: float, opacity: float) -> Pen | None:
    """Return the pen for a line of ``width`` points, or None if its frames are not regular."""
    profile = _read_profile(width)
    return Pen(profile, opacity) if (profile.columns[0] == profile.columns[1]).all() else None


def _opacities(shares: Shares, opacity: float) -> Octets:
    opacities: Octets = np.rint(shares * (opacity * 255)).astype(np.uint8)
    return opacities


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
