"""Solid frames, the outlines of boxes, blended without Agg.

What Agg does for a frame depends on nothing but the line width: it snaps the corners to whole
pixels and covers the same few rows and columns around them, in the same proportions. So these are
read once from a frame that Agg draws, and every other frame is four strips of bytes. Agg is right
for any shape, and takes several times as long for this one, which is drawn most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.blending import EIGHT, Octets, Words, scratch
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.outlines import Style, boxes, draw_outlines
from viz_core.drawing.pens import Pen, find_pen
from viz_core.drawing.surface import Surface

__all__ = ["draw_boxes"]

# Frames whose strips hold more bytes than this are Agg's, where they cost little beside the rest.
_MOST = 1 << 16

_OCTET, _WORD = np.dtype(np.uint8), np.dtype(np.uint16)


def draw_boxes(
    surface: Surface,
    corners: Sequence[tuple[float, float, float, float]],
    edges: Sequence[RGBA],
    faces: Sequence[RGBA],
    widths: Sequence[float],
    dashes: Sequence[str],
) -> None:
    """Draw boxes in their order, each the fastest way that gives Agg's pixels.

    Args:
        surface: Drawn on.
        corners: x1, y1, x2, y2 of each.
        edges: One per box, as are the others: what a `Style` has, in columns.
        faces: See there.
        widths: See there.
        dashes: See there.
    """

    def draw_with_agg(chosen: list[int]) -> None:
        styles = [Style(edges[i], faces[i], widths[i], dashes[i]) for i in chosen]
        draw_outlines(surface, boxes(corners[i] for i in chosen), styles)

    height, width = surface.height, surface.width
    memory, stride = surface.rows.data, 3 * width
    words, octets = scratch(_MOST)
    others: list[int] = []  # boxes in turn that are left to Agg
    for i, ((x1, y1, x2, y2), edge, face, line_width, dash) in enumerate(
        zip(corners, edges, faces, widths, dashes, strict=True)
    ):
        if dash == "-" and not face[3] and edge[3] and line_width:
            pen = find_pen(line_width, edge[3])
            if pen is not None:
                left = math.floor(x1 + 0.5) + pen.before[0]
                top = math.floor(y1 + 0.5) + pen.before[1]
                right = math.floor(x2 + 0.5) + pen.after[0]
                bottom = math.floor(y2 + 0.5) + pen.after[1]
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
                        draw_with_agg(others)
                        others = []
                    first = top * stride + 3 * left
                    _draw_frame(
                        memory, stride, first, right - left, bottom - top, pen, edge, words, octets
                    )
                    continue
        others.append(i)
    if others:
        draw_with_agg(others)


def _draw_frame(
    memory: memoryview,
    stride: int,
    first: int,
    across: int,
    down: int,
    pen: Pen,
    color: RGBA,
    words: Words,
    octets: Octets,
) -> None:
    """Blend a frame.

    The top and bottom strips are whole rows of bytes, from corner to corner. The left and right
    strips between them are a few bytes of many rows: these are moved as one item a row into
    contiguous memory and back. The colour is taken off before ``under * keep`` and added again,
    ``(under - c) * keep + 255 * c + 255``, modulo 65536, so that one line of one colour serves
    all strips, and their weights serve all colours.

    Args:
        memory: The picture's bytes.
        stride: Of its rows.
        first: Where the top left corner is.
        across: Columns from the left strip's first to the right strip's.
        down: Rows from the top strip's first to the bottom strip's.
        pen: What it is drawn with.
        color: What it is drawn in.
        words: Working memory of at least the bytes of all strips.
        octets: Likewise.
    """
    k = pen.thickness
    edge, length, inner = 3 * k, 3 * (across + k), down - k
    size = 2 * inner * edge  # of the columns, which come first
    end = size + 2 * k * length
    color_line, ink_line = _find_lines(color, end)
    rows = np.ndarray((2, k, length), _OCTET, memory, first, (down * stride, stride, 1))
    columns = np.ndarray((2, inner), pen.item, memory, first + k * stride, (3 * across, stride))
    moved = np.ndarray((2, inner), pen.item, octets)
    column_octets, column_words, every_word = octets[:size], words[:size], words[:end]
    row_words = words[size:end].reshape(2, k, length)

    moved[...] = columns
    column_words[...] = column_octets
    row_words[...] = rows
    every_word -= color_line[:end]
    column_words *= pen.columns(2 * inner)
    row_words *= pen.rows(length)
    every_word += ink_line[:end]
    every_word >>= EIGHT
    rows[...] = row_words
    column_octets[...] = column_words
    columns[...] = moved


_lines: ByteCache[tuple[Words, Words]] = ByteCache(4 << 20)


def _find_lines(color: RGBA, size: int) -> tuple[Words, Words]:
    """Return one colour over and over, at least ``size`` words, as it is and as what is added."""
    rgb = color[:3]
    lines = _lines.find(rgb)
    if lines is None or lines[0].size < size:
        times = (1 << (size - 1).bit_length()) // 3 + 1
        pixel = np.array(rgb, np.uint16)
        # Repeating bytes is 100 times as fast as numpy's resize, which counts with many colours.
        line, ink = (
            np.frombuffer(words.tobytes() * times, np.uint16)
            for words in (pixel, pixel * np.uint16(255) + np.uint16(255))
        )
        lines = _lines.keep(rgb, (line, ink), 2 * line.nbytes)
    return lines
