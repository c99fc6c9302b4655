"""Points: one marker, many places."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from viz_core.colors import RGBA
from viz_core.drawing.arguments import Floats
from viz_core.drawing.outlines import as_fractions
from viz_core.drawing.surface import DPI, Surface

__all__ = ["as_marker", "draw_points"]

# Markers have an edge of their own colour, in points, as those of matplotlib's scatter do.
_EDGE = 1.0
_EDGE_UNFILLED = 1.5  # 'x' and the like are nothing but edge


def as_marker(marker: object) -> MarkerStyle:
    """Return a marker.

    Raises:
        ValueError: If matplotlib has no such marker.
    """
    if marker is None:
        marker = "o"
    try:
        return MarkerStyle(marker)  # type: ignore[arg-type]  # checked by matplotlib
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"marker must be one of matplotlib's, such as 'o', 'x' or '*', got {marker!r}"
        ) from error


def draw_points(
    surface: Surface,
    positions: Floats,
    colors: Sequence[RGBA],
    marker: MarkerStyle,
    sizes: Sequence[float],
) -> None:
    """Draw points in their order.

    Args:
        surface: Drawn on.
        positions: x and y, shape (N, 2).
        colors: One per point.
        marker: Of all.
        sizes: The square of each diameter, in points.
    """
    if not len(positions):
        return
    unit = marker.get_path().transformed(marker.get_transform())
    margin = (max(sizes) ** 0.5 + 2 * _EDGE_UNFILLED) * DPI / 72 + 2
    left, top = positions.min(axis=0) - margin
    right, bottom = positions.max(axis=0) + margin
    for renderer, transform in surface.agg(left, top, right, bottom):
        start = 0
        while start < len(positions):
            end = start + 1
            while (
                end < len(positions) and colors[end] == colors[start] and sizes[end] == sizes[start]
            ):
                end += 1
            context = renderer.new_gc()
            color = as_fractions(colors[start])
            context.set_foreground(color, isRGBA=True)
            context.set_linewidth(_EDGE if marker.is_filled() else _EDGE_UNFILLED)
            diameter = sizes[start] ** 0.5 * DPI / 72
            renderer.draw_markers(
                context,
                unit,
                Affine2D().scale(diameter),
                Path(positions[start:end]),
                transform,
                color if marker.is_filled() else None,
            )
            start = end
