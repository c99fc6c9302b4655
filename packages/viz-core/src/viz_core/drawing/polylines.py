"""Lines of many points, which may fade from the newest point to the oldest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viz_core.drawing.arguments import Floats
from viz_core.drawing.paths import Style, draw_paths, rasterise
from viz_core.drawing.shapes import place_lines
from viz_core.drawing.surface import DPI, Surface

__all__ = ["count_pieces", "draw_faded", "draw_polylines"]

# A faded line is made of at least so many pieces, each of one opacity.
_PIECES = 64

# Pieces are wider than the line, in points, so that its smooth edges lie on them.
_WIDER = 4.0


def count_pieces(counts: Sequence[int]) -> int:
    """Return of how many pieces lines of so many points are, about, if they fade."""
    return sum(max(_PIECES, count) for count in counts)


def draw_polylines(surface: Surface, lines: Sequence[Floats], styles: Sequence[Style]) -> None:
    """Draw lines, each of shape (M, 2), M at least 2."""
    draw_paths(surface, place_lines(lines, surface.window), styles)


def draw_faded(surface: Surface, lines: Sequence[Floats], styles: Sequence[Style]) -> None:
    """Draw lines whose first point is transparent, and which gain opacity from point to point."""
    for line, style in zip(lines, styles, strict=True):
        if style.edge[3] and style.width:
            _draw_faded(surface, line, style)


def _draw_faded(surface: Surface, line: Floats, style: Style) -> None:
    """Draw a line as it is drawn elsewhere, but each pixel as opaque as the newest piece there.

    Pieces that were laid over the image one by one would show where they meet.
    """
    shapes = place_lines([line], surface.window)
    margin = math.ceil(style.width * DPI / 72) + 2
    size = np.array([surface.width, surface.height])
    low = np.clip(np.floor(shapes.bounds[0, :2]) - margin, 0, size).astype(int)
    high = np.clip(np.ceil(shapes.bounds[0, 2:]) + margin, 0, size).astype(int)
    if (low >= high).any():
        return
    box = (*low.tolist(), *high.tolist())
    cover = rasterise(box, shapes, [style._replace(edge=(255, 255, 255, 1.0))])[..., 3]
    rows, columns = np.nonzero(cover)
    if not rows.size:
        return
    pieces, levels = _pieces(line)
    wide = style.width + _WIDER
    inks = [
        Style((level, level, level, 1.0), (0, 0, 0, 0.0), wide, "-") for level in levels.tolist()
    ]
    newest = rasterise(box, place_lines(pieces, surface.window), inks)[rows, columns, 0]
    opacity = cover[rows, columns] * (newest * (style.edge[3] / 255**2))
    part = surface.pixels[low[1] : high[1], low[0] : high[0]]
    below = part[rows, columns]
    color = np.array(style.edge[:3], np.float64)
    part[rows, columns] = np.rint(below + (color - below) * opacity[:, None])


def _pieces(line: Floats) -> tuple[list[Floats], Floats]:
    """Return a line in pieces, each of which ends below the next one, and how opaque they are."""
    steps = math.ceil(_PIECES / (len(line) - 1))
    places = np.arange((len(line) - 1) * steps + 1) / steps
    before = np.minimum(places.astype(int), len(line) - 2)
    part = (places - before)[:, None]
    points = line[before] * (1 - part) + line[before + 1] * part
    pieces = [points[start : start + 3] for start in range(len(points) - 1)]
    levels = np.rint((places[:-1] + places[1:]) / 2 / places[-1] * 255).astype(int)
    return pieces, levels
