"""Points: one marker, many places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

from viz_core.colors import RGBA
from viz_core.drawing.arguments import Floats
from viz_core.drawing.markers import MarkerShape, draw_markers, make_sprite, stamp
from viz_core.drawing.surface import DPI, Surface

__all__ = ["Marker", "as_marker", "draw_points"]

# Markers have an edge of their own color, in points, as those of matplotlib's scatter do;
_EDGE = 1.0
_EDGE_UNFILLED = 1.5  # that of 'x' and the like is all there is of them

# Markers that reach farther than this, in pixels, are drawn each by Agg: sprites take memory.
_LARGEST = 64.0

# Where there are more sizes, diameters are rounded to so many steps a pixel: an edge moves by a
# thirtieth of one, and there are no more sprites than can be made in a moment.
_MOST_SIZES = 256
_STEPS = 16

# So many bytes of ink are made at a time.
_AT_A_TIME = 1 << 20


class Marker(NamedTuple):
    """A shape of points.

    Attributes:
        path: Its outline, of diameter 1 around (0, 0), y up.
        is_filled: Whether it is more than its outline.
        line_width: Of the outline, in points.
    """

    path: Path
    is_filled: bool
    line_width: float


def as_marker(marker: object) -> Marker:
    """Return a marker.

    Raises:
        ValueError: If matplotlib has no such marker.
    """
    if marker is None:
        marker = "o"
    return _named_marker(marker) if isinstance(marker, str) else _make_marker(marker)


@lru_cache(maxsize=64)
def _named_marker(name: str) -> Marker:
    return _make_marker(name)


def _make_marker(marker: object) -> Marker:
    try:
        style = MarkerStyle(marker)  # type: ignore[arg-type]  # checked by matplotlib
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"marker must be one of matplotlib's, such as 'o', 'x' or '*', got {marker!r}"
        ) from error
    # Like scatter, which fills what has no filling of its own as well: that shows in carets.
    return Marker(
        style.get_path().transformed(style.get_transform()),
        style.get_fillstyle() != "none",
        _EDGE if style.is_filled() else _EDGE_UNFILLED,
    )


def draw_points(
    surface: Surface,
    positions: Floats,
    colors: Sequence[RGBA],
    marker: Marker,
    sizes: Sequence[float],
) -> None:
    """Draw points in their order, each around the pixel that its position is nearest to.

    Args:
        surface: Drawn on.
        positions: x and y, shape (N, 2).
        colors: One per point.
        marker: Of all.
        sizes: The square of each diameter, in points.
    """
    if not len(positions):
        return
    reach = (max(sizes) ** 0.5 + marker.line_width) * DPI / 72 + 2
    low, high = positions.min(axis=0), positions.max(axis=0)
    end = (surface.width + reach, surface.height + reach)
    if (low < -reach).any() or (high > end).any():
        near = (positions > -reach) & (positions < end)
        visible = np.flatnonzero(near.all(axis=1)).tolist()
        positions = positions[visible]
        colors, sizes = [colors[i] for i in visible], [sizes[i] for i in visible]
        if not visible:
            return
    diameters = {size: size**0.5 * DPI / 72 for size in set(sizes)}
    if len(diameters) > _MOST_SIZES:
        diameters = {size: round(d * _STEPS) / _STEPS for size, d in diameters.items()}
    shapes = {size: MarkerShape(*marker, diameter) for size, diameter in diameters.items()}
    if reach <= _LARGEST:
        _draw_as_sprites(surface, positions, colors, [shapes[size] for size in sizes])
        return
    are_alike = len(shapes) == 1 and colors.count(colors[0]) == len(colors)
    for renderer, transform in surface.agg(*(low - reach), *(high + reach)):
        if are_alike:
            draw_markers(renderer, shapes[sizes[0]], positions, transform, colors[0])
            continue
        for place, color, size in zip(positions, colors, sizes, strict=True):
            draw_markers(renderer, shapes[size], place[None], transform, color)


def _draw_as_sprites(
    surface: Surface, positions: Floats, colors: Sequence[RGBA], shapes: Sequence[MarkerShape]
) -> None:
    places = np.floor(positions + 0.5).astype(np.int64)
    opacities = list(map(itemgetter(3), colors))
    if opacities.count(opacities[0]) == len(colors) and shapes.count(shapes[0]) == len(shapes):
        opacities, shapes = opacities[:1], shapes[:1]
    looks = list(zip(shapes, opacities, strict=True))
    made = {look: make_sprite(*look) for look in set(looks)}
    sprites = [made[look] for look in looks]
    if colors.count(colors[0]) == len(colors):
        colors = colors[:1]
    channels = np.fromiter(chain.from_iterable(colors), np.float64, 4 * len(colors))
    inks = channels.reshape(-1, 4)[:, :3].astype(np.uint8)
    step = max(1, _AT_A_TIME // max(math.prod(sprite.size) for sprite in sprites))
    for start in range(0, len(places), step):
        some = slice(start, start + step)
        stamp(
            surface,
            places[some],
            inks[some] if len(inks) > 1 else inks,
            sprites[some] if len(sprites) > 1 else sprites,
        )
