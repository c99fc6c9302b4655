"""Solid frames, the outlines of boxes, laid over a picture without Agg.

What Agg does for a frame depends on nothing but the line width: it snaps the corners to whole
pixels and covers the same few rows and columns around them, in the same proportions. So these are
read once from a frame that Agg draws (see `pens`), and every other frame is four strips of its
colour, pasted through stencils. Agg is right for any shape, and takes several times as long for
this one, which is drawn most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from viz_core.colors import RGBA
from viz_core.drawing import pasting
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.outlines import Style, boxes, draw_outlines
from viz_core.drawing.pasting import as_core
from viz_core.drawing.pens import Pen, find_pen
from viz_core.drawing.surface import Surface

__all__ = ["draw_boxes"]


def draw_boxes(
    surface: Surface,
    corners: Sequence[Sequence[float]],
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

    if not pasting.HAS_CORE:
        draw_with_agg(list(range(len(corners))))
        return
    height, width = surface.height, surface.width
    paste = surface.strip.paste
    others: list[int] = []  # boxes in turn that are left to Agg
    floor = math.floor
    for i, ((x1, y1, x2, y2), edge, face, line_width, dash) in enumerate(
        zip(corners, edges, faces, widths, dashes, strict=True)
    ):
        if dash == "-" and not face[3] and edge[3] and line_width:
            pen = find_pen(line_width, edge[3])
            if pen is not None:
                k = pen.thickness
                left, top = floor(x1 + 0.5) + pen.left, floor(y1 + 0.5) + pen.top
                right, bottom = floor(x2 + 0.5) + pen.right, floor(y2 + 0.5) + pen.bottom
                if (
                    0 <= left < right - k
                    and 0 <= top < bottom - k
                    and right + k <= width
                    and bottom + k <= height
                    and max(right + k - left, bottom - top) <= pen.longest
                ):
                    if others:
                        draw_with_agg(others)
                        others = []
                    _draw_frame(paste, 3 * left, top, 3 * right, bottom, pen, edge)
                    continue
        others.append(i)
    if others:
        draw_with_agg(others)


def _draw_frame(
    paste: Any, left: int, top: int, right: int, bottom: int, pen: Pen, color: RGBA
) -> None:
    """Paste a frame: its top and bottom from corner to corner, and its sides between them.

    Args:
        paste: What pastes into the picture.
        left: The first byte of the left side in each row.
        top: The first row of the top.
        right: The first byte of the right side in each row.
        bottom: The first row of the bottom.
        pen: What it is drawn with.
        color: What it is drawn in.
    """
    k = pen.thickness
    edge = 3 * k
    start, end = top + k, right + edge
    length, height = end - left, bottom - start
    line = _find_line(color, k * max(length, 3 * height))
    over, under = pen.rows(length)
    across = as_core(line, length, k)
    paste(across, (left, top, end, start), over)
    paste(across, (left, bottom, end, bottom + k), under)
    side = pen.column(height)
    down = as_core(line, edge, height)
    paste(down, (left, start, left + edge, bottom), side)
    paste(down, (right, start, end, bottom), side)


_lines: ByteCache[bytes] = ByteCache(2 << 20)


def _find_line(color: RGBA, size: int) -> bytes:
    """Return at least ``size`` bytes of red, green and blue over and over."""
    line = _lines.find(color)
    if line is None or len(line) < size:
        line = bytes(color[:3]) * ((1 << size.bit_length()) // 3 + 1)
        _lines.keep(color, line, len(line))
    return line
