"""Solid frames, the outlines of boxes, blended without Agg.

What Agg does for a frame depends on nothing but the line width: it snaps the corners to whole
pixels and covers the same few rows and columns around them, in the same proportions. So these are
read once from a frame that Agg draws, and every other frame is four strips of bytes. Agg is right
for any shape, and takes several times as long for this one, which is drawn most.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.colors import RGBA
from viz_core.drawing.blending import EIGHT, Words, scratch
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.outlines import Style, boxes, draw_outlines
from viz_core.drawing.surface import DPI, Surface

__all__ = ["draw_boxes"]

Shares = npt.NDArray[np.float64]

# Frames whose strips hold more bytes than this are Agg's, where they cost little beside the rest.
_MOST = 1 << 16


class _Pen(NamedTuple):
    """Which pixels a frame of one line width covers.

    Attributes:
        number: Tells it from other pens.
        opacity: Of the line, in 0..1.
        thickness: Of its strips in pixels, k.
        before: Of the first pixel of the top and the left strip, relative to the snapped corner.
        after: Of the first pixel of the bottom and the right strip, likewise.
        horizontal: How much of each row is covered, shape (2, k): top and bottom.
        vertical: How much of each column is covered, shape (2, k): left and right.
        corners: How much is covered where strips meet, shape (2, 2, k, k): top and bottom, left
            and right.
        item: The bytes of k pixels in a row as one item.
    """

    number: int
    opacity: float
    thickness: int
    before: tuple[int, int]
    after: tuple[int, int]
    horizontal: Shares
    vertical: Shares
    corners: Shares
    item: np.dtype[np.void]


def draw_boxes(surface: Surface, corners: npt.NDArray[np.float64], styles: list[Style]) -> None:
    """Draw boxes in their order, each the fastest way that gives Agg's pixels.

    Args:
        surface: Drawn on.
        corners: x1, y1, x2, y2, shape (N, 4).
        styles: One per box.
    """
    height, width = surface.height, surface.width
    memory, stride = surface.rows.data, 3 * width
    # Far corners need not be exact, only far.
    snapped = np.floor(corners.clip(-1e6, 1e6) + 0.5).astype(np.int64).tolist()
    others: list[int] = []  # boxes in turn that are left to Agg
    for i, ((x1, y1, x2, y2), style) in enumerate(zip(snapped, styles, strict=True)):
        edge, face, line_width, dashes = style
        if dashes == "-" and not face[3] and edge[3] and line_width:
            pen = _pen(line_width, edge[3])
            left, top = x1 + pen.before[0], y1 + pen.before[1]
            right, bottom = x2 + pen.after[0], y2 + pen.after[1]
            k = pen.thickness
            if (
                left >= 0
                and top >= 0
                and right + k <= width
                and bottom + k <= height
                and right - left > k
                and bottom - top > k
                and k * (right - left + bottom - top + 2 * k) * 6 <= _MOST
            ):
                if others:
                    _draw_with_agg(surface, corners, styles, others)
                    others = []
                _draw_frame(memory, stride, pen, left, top, right, bottom, edge)
                continue
        others.append(i)
    if others:
        _draw_with_agg(surface, corners, styles, others)


def _draw_with_agg(
    surface: Surface,
    corners: npt.NDArray[np.float64],
    styles: list[Style],
    chosen: list[int],
) -> None:
    draw_outlines(surface, boxes(corners[chosen]), [styles[i] for i in chosen])


def _draw_frame(
    memory: memoryview,
    stride: int,
    pen: _Pen,
    left: int,
    top: int,
    right: int,
    bottom: int,
    color: RGBA,
) -> None:
    """Blend a frame whose strips begin at these pixels.

    The top and bottom strips are whole rows of bytes, from corner to corner. The left and right
    strips between them are a few bytes of many rows: these are moved as one item a row into
    contiguous memory and back. The colour is taken off before ``under * keep`` and added again,
    ``(under - c) * keep + 255 * c + 255``, modulo 65536, so that one line of one colour serves
    all strips, and their weights serve all colours.
    """
    k = pen.thickness
    inner_height = bottom - top - k
    rows_keep = _rows_keep(pen, right - left - k)
    columns_keep = _columns_keep(pen, inner_height)
    across, end = rows_keep.size, rows_keep.size + columns_keep.size
    shape = (2, inner_height)
    first = top * stride + 3 * left
    row_strides = ((bottom - top) * stride, stride, 1)
    column_strides = (3 * (right - left), stride)
    rows = np.ndarray(rows_keep.shape, np.uint8, memory, first, row_strides)
    columns = np.ndarray(shape, pen.item, memory, first + k * stride, column_strides)
    words, octets = scratch(end)
    row_words = words[:across].reshape(rows_keep.shape)
    column_words, column_octets = words[across:], octets[across:]
    column_items = column_octets.view(pen.item).reshape(shape)

    row_words[...] = rows
    column_items[...] = columns
    column_words[...] = column_octets
    color_line, ink_line = _lines(color[:3])
    words -= color_line[:end]
    row_words *= rows_keep
    column_words *= columns_keep
    words += ink_line[:end]
    words >>= EIGHT
    rows[...] = row_words
    column_octets[...] = column_words
    columns[...] = column_items


_keeps: ByteCache[Words] = ByteCache(2 << 20)


def _rows_keep(pen: _Pen, inner_width: int) -> Words:
    """Return how much remains below the top and bottom strips, shape (2, k, 3 * width)."""
    key = (pen.number, inner_width)
    keep = _keeps.find(key)
    if keep is None:
        k = pen.thickness
        shares = np.empty((2, k, inner_width + 2 * k))
        shares[..., :k] = pen.corners[:, 0]
        shares[..., k:-k] = pen.horizontal[..., None]
        shares[..., -k:] = pen.corners[:, 1]
        keep = _as_keep(shares, pen).reshape(2, k, -1)
        _keeps.keep(key, keep, keep.nbytes)
    return keep


def _columns_keep(pen: _Pen, inner_height: int) -> Words:
    """Return how much remains below the left and right strips, flat."""
    key = (pen.number, -inner_height)  # negative, to tell it from a width
    keep = _keeps.find(key)
    if keep is None:
        shares = np.repeat(pen.vertical[:, None], inner_height, axis=1)
        keep = _as_keep(shares, pen).reshape(-1)
        _keeps.keep(key, keep, keep.nbytes)
    return keep


def _as_keep(shares: Shares, pen: _Pen) -> Words:
    keep = 255 - np.rint(shares * (pen.opacity * 255)).astype(np.uint16)
    return np.repeat(keep, 3, axis=-1)


_color_lines: ByteCache[tuple[Words, Words]] = ByteCache(2 << 20)


def _lines(rgb: tuple[int, ...]) -> tuple[Words, Words]:
    """Return one colour over and over, as it is and as what is added."""
    lines = _color_lines.find(rgb)
    if lines is None:
        pixel = np.array(rgb, np.uint16)
        # Repeating bytes is 100 times as fast as numpy's resize, which counts with many colours.
        color, ink = (
            np.frombuffer(words.tobytes() * (_MOST // 3 + 1), np.uint16)[:_MOST]
            for words in (pixel, pixel * np.uint16(255) + np.uint16(255))
        )
        lines = _color_lines.keep(rgb, (color, ink), 2 * color.nbytes)
    return lines


_numbers = itertools.count()


@lru_cache(maxsize=256)
def _pen(width: float, opacity: float) -> _Pen:
    """Return what Agg covers for a line of ``width`` points."""
    margin = math.ceil(width * DPI / 72) + 4
    size = 6 * margin
    low, high = 2 * margin, 4 * margin
    probe = Surface(np.zeros((size, size, 3), np.uint8))
    frame = boxes(np.array([[low, low, high, high]], np.float64))
    white = (255, 255, 255, 1.0)
    draw_outlines(probe, frame, [Style(white, (0, 0, 0, 0.0), width, "-")])
    shares = probe.pixels[..., 0] / 255
    middle = size // 2
    across, down = shares[middle], shares[:, middle]
    left, right = _span(across[:middle]), _span(across[middle:], middle)
    top, bottom = _span(down[:middle]), _span(down[middle:], middle)
    thickness = left.stop - left.start
    return _Pen(
        next(_numbers),
        opacity,
        thickness,
        (left.start - low, top.start - low),
        (right.start - high, bottom.start - high),
        np.stack([down[top], down[bottom]]),
        np.stack([across[left], across[right]]),
        np.array([[shares[y, x] for x in (left, right)] for y in (top, bottom)]),
        np.dtype((np.void, 3 * thickness)),
    )


def _span(line: Shares, offset: int = 0) -> slice:
    """Return from where to where a line is covered."""
    covered = np.flatnonzero(line)
    return slice(int(covered[0]) + offset, int(covered[-1]) + 1 + offset)
