"""Solid frames, the outlines of boxes, laid over a picture without Agg.

What Agg does for a frame depends on nothing but the line width: it snaps the corners to whole
pixels and covers the same few rows and columns around them, in the same proportions. So these are
read once from a frame that Agg draws, and every other frame is pasted by a pen that has them (see
`pens`). Agg is right for any shape, and takes several times as long for this one, which is drawn
most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from viz_core.colors import RGBA
from viz_core.drawing import pasting
from viz_core.drawing.outlines import Style, boxes, draw_outlines
from viz_core.drawing.pens import Pen, find_pen, reach_in
from viz_core.drawing.surface import Surface

__all__ = ["draw_boxes"]


def draw_boxes(
    surface: Surface,
    corners: Sequence[Sequence[float]],
    edges: Sequence[RGBA],
    faces: Sequence[RGBA],
    widths: Sequence[float],
    dashes: Sequence[str],
    alphas: Sequence[float],
) -> None:
    """Draw boxes in their order, each the fastest way that gives Agg's pixels.

    Args:
        surface: Drawn on.
        corners: x1, y1, x2, y2 of each.
        edges: One per box, as are the others: what `Style.faded` takes, in columns.
        faces: See there.
        widths: See there.
        dashes: See there.
        alphas: See there.
    """

    def draw_with_agg(chosen: list[int]) -> None:
        styles = [Style.faded(edges[i], faces[i], widths[i], dashes[i], alphas[i]) for i in chosen]
        draw_outlines(surface, boxes(corners[i] for i in chosen), styles)

    if not pasting.HAS_CORE:
        draw_with_agg(list(range(len(corners))))
        return
    height, width = surface.height, surface.width
    reach = reach_in(surface)
    paste = surface.strip.paste
    others: list[int] = []  # boxes in turn that are left to Agg
    pen: Pen | None = None
    pen_width = pen_opacity = 0.0
    floor = math.floor
    for i, ((x1, y1, x2, y2), edge, face, line_width, dash, alpha) in enumerate(
        zip(corners, edges, faces, widths, dashes, alphas, strict=True)
    ):
        opacity = edge[3] * alpha
        if dash == "-" and not face[3] and opacity and line_width:
            if line_width != pen_width or opacity != pen_opacity:  # mostly the same for all
                pen_width, pen_opacity = line_width, opacity
                pen = find_pen(line_width, opacity, reach)
            if pen is not None:
                k = pen.thickness
                left, top = floor(x1 + 0.5) + pen.left, floor(y1 + 0.5) + pen.top
                right, bottom = floor(x2 + 0.5) + pen.right, floor(y2 + 0.5) + pen.bottom
                if (
                    0 <= left < right - k <= width - 2 * k
                    and 0 <= top < bottom - k <= height - 2 * k
                    and right - left <= reach >= bottom - top
                ):
                    if others:
                        draw_with_agg(others)
                        others = []
                    pen.draw_frame(paste, left, top, right, bottom, edge)
                    continue
        others.append(i)
    if others:
        draw_with_agg(others)
