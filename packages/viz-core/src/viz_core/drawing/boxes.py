"""Boxes, solid ones laid over an image without Agg.

What Agg does for the outline of a box depends on nothing but the line width: it snaps the corners
to whole pixels and covers the same few rows and columns around them, in the same proportions. So
these are read once from a box that Agg draws, and every other is pasted through `EdgeStencils`.
Agg is right for any shape, and takes several times as long for this one, which is drawn most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from viz_core.colors import RGBA
from viz_core.drawing.edge_stencils import EdgeStencils, find_edge_stencils, reach_in
from viz_core.drawing.paths import Style, draw_paths, place_boxes
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
        edges: Color of the outline of each.
        faces: Color of the filling of each.
        widths: Line width of each, in points.
        dashes: The line style's symbol of each.
        alphas: Of each, multiplied with the opacities of both colors.
    """

    def draw_with_agg(chosen: list[int]) -> None:
        styles = [Style.faded(edges[i], faces[i], widths[i], dashes[i], alphas[i]) for i in chosen]
        draw_paths(surface, place_boxes([corners[i] for i in chosen], surface.window), styles)

    height, width = surface.height, surface.width
    reach = reach_in(surface)
    paste = surface.strip.paste
    others: list[int] = []  # boxes in turn that are left to Agg
    stencils: EdgeStencils | None = None
    stencil_width = stencil_opacity = 0.0
    floor = math.floor
    for i, ((x1, y1, x2, y2), edge, face, line_width, dash, alpha) in enumerate(
        zip(corners, edges, faces, widths, dashes, alphas, strict=True)
    ):
        opacity = edge[3] * alpha
        if dash == "-" and not face[3] and opacity and line_width:
            if line_width != stencil_width or opacity != stencil_opacity:  # mostly the same for all
                stencil_width, stencil_opacity = line_width, opacity
                stencils = find_edge_stencils(line_width, opacity, reach)
            if stencils is not None:
                k = stencils.thickness
                left, top = floor(x1 + 0.5) + stencils.left, floor(y1 + 0.5) + stencils.top
                right, bottom = floor(x2 + 0.5) + stencils.right, floor(y2 + 0.5) + stencils.bottom
                if (
                    0 <= left < right - k <= width - 2 * k
                    and 0 <= top < bottom - k <= height - 2 * k
                    and right - left <= reach >= bottom - top
                ):
                    if others:
                        draw_with_agg(others)
                        others = []
                    stencils.draw_box(paste, left, top, right, bottom, edge)
                    continue
        others.append(i)
    if others:
        draw_with_agg(others)
