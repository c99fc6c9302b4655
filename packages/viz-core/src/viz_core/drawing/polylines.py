"""Lines of many points, which may fade from the newest point to the oldest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from viz_core.drawing.arguments import Floats
from viz_core.drawing.paths import Style, draw_paths, rasterise
from viz_core.drawing.shapes import place_lines, place_segments
from viz_core.drawing.surface import DPI, Surface

__all__ = ["draw_faded", "draw_polylines"]

# A faded line is made of so many pieces, each of one opacity, or of one for so many pixels, but at
# least of one from point to point.
_PIECES, _PIECE = 64, 3.0

# Pieces are wider than the line, in points, so that its smooth edges lie on them.
_WIDER = 4.0


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
    wide = style.width + _WIDER
    pieces, levels = _pieces(line, wide * DPI / 72, high - low)
    inks = [
        Style((level, level, level, 1.0), (0, 0, 0, 0.0), wide, "-") for level in levels.tolist()
    ]
    newest = rasterise(box, place_segments(pieces, surface.window), inks)[rows, columns, 0]
    opacity = cover[rows, columns] * (newest * (style.edge[3] / 255**2))
    part = surface.pixels[low[1] : high[1], low[0] : high[0]]
    below = part[rows, columns]
    color = np.array(style.edge[:3], np.float64)
    part[rows, columns] = np.rint(below + (color - below) * opacity[:, None])


def _pieces(
    line: Floats, width: float, extent: npt.NDArray[np.int_]
) -> tuple[Floats, npt.NDArray[np.int_]]:
    """Return a line in straight pieces, shape (P, 2, 2), and how opaque each is, in 0..255.

    Each goes on below the next one, as far as a corner of the line is round.

    Args:
        line: x and y of its points, shape (M, 2).
        width: In pixels.
        extent: Width and height of what is seen of it.
    """
    sections = len(line) - 1
    most = min(_PIECES, math.ceil(extent.sum() / _PIECE))
    steps = math.ceil(most / sections)
    places = np.arange(sections * steps + 1) / steps
    before = np.minimum(places.astype(int), sections - 1)
    part = (places - before)[:, None]
    points = line[before] * (1 - part) + line[before + 1] * part
    # In quarters, as a difference of two floats may be none.
    along = points[1:] / 4 - points[:-1] / 4
    lengths = np.maximum(np.hypot(along[:, :1], along[:, 1:]), np.finfo(np.float64).tiny)
    pieces = np.stack([points[:-1], points[1:] + along / lengths * width], axis=1)
    levels = np.rint((places[:-1] + places[1:]) / 2 / sections * 255).astype(int)
    return pieces, levels
