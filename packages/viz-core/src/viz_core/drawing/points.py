"""Points: one marker, rasterised once and laid over the image in many places."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform, Transform

from viz_core.colors import RGBA
from viz_core.drawing._pillow import as_core, as_cores
from viz_core.drawing.arguments import Floats
from viz_core.drawing.limits import check_marker
from viz_core.drawing.paths import as_fractions
from viz_core.drawing.surface import DPI, Octets, Surface, make_renderer
from viz_core.drawing.work import (
    BLENDED,
    CROSSED,
    MANY_CORNERS,
    POINTS,
    POLYGONS,
    check_work,
)

__all__ = ["as_marker", "draw_points"]

# Markers have an edge of their own color, in points, as those of matplotlib's scatter do;
_EDGE = 1.0
_EDGE_UNFILLED = 1.5  # that of 'x' and the like is all there is of them

# Markers that reach farther than this, in pixels, are drawn each by Agg: sprites take memory.
_LARGEST = 64.0

# Where there are more sizes, diameters are rounded to so many steps a pixel: an edge moves by a
# thirtieth of one, and there are no more sprites than can be made in a moment.
_MOST_SIZES = 256
_STEPS = 16

# The steps of work (see `work`) of a point if there are several colors, of a sprite and of each pixel
# that it is pasted on, of a marker that Agg draws, and of each corner of its outline.
_IN_COLORS = 2_500
_SPRITE = 250_000
_PASTED = 5
_BY_AGG = 45_000
_CORNER = 100

# So many bytes of ink are made at a time.
_AT_A_TIME = 1 << 20


class MarkerShape(NamedTuple):
    """What a marker looks like, but for its color.

    Attributes:
        path: Its outline, of diameter 1 around (0, 0), y up.
        is_filled: Whether it is more than its outline.
        line_width: Of the outline, in points.
        diameter: In pixels.
    """

    path: Path
    is_filled: bool
    line_width: float
    diameter: float


class Sprite(NamedTuple):
    """How opaque each pixel of a marker is.

    Attributes:
        stencil: An inner part of a Pillow image, as `as_core` returns, with the opacity in 0..255.
        size: Of the stencil: columns, of which a pixel has three, and rows.
        box: Its left, top, right and bottom border in pixels from that of its position.
    """

    stencil: Any
    size: tuple[int, int]
    box: tuple[int, int, int, int]


def draw_markers(
    renderer: Any, shape: MarkerShape, places: Floats, transform: Transform, color: RGBA
) -> None:
    """Draw markers of one shape with a `RendererAgg`, each around a whole pixel.

    Args:
        renderer: Drawn on.
        shape: Of all: path, line width and diameter.
        places: x and y, shape (N, 2).
        transform: From places to the renderer's pixels, y up.
        color: Of all.
    """
    context = renderer.new_gc()
    fractions = as_fractions(color)
    context.set_foreground(fractions, isRGBA=True)
    context.set_linewidth(shape.line_width)
    size = Affine2D().scale(shape.diameter)
    face = fractions if shape.is_filled else None
    renderer.draw_markers(context, shape.path, size, Path(places), transform, face)


@lru_cache(maxsize=64)
def make_sprite(shape: MarkerShape, opacity: float) -> Sprite:
    """Return the sprite of a marker in a color of this opacity."""
    # The tips of some reach farther than half their diameter.
    reach = np.abs(shape.path.vertices).max() * shape.diameter
    middle = math.ceil(reach + shape.line_width * DPI / 72 / 2) + 2
    side = 2 * middle + 1
    renderer, pixels = make_renderer(side, side)
    place = np.array([[middle, side - middle]], np.float64)
    draw_markers(renderer, shape, place, IdentityTransform(), (255, 255, 255, opacity))
    opacities = pixels[..., 3]
    rows, columns = (np.flatnonzero(opacities.any(axis=axis)) for axis in (1, 0))
    top, bottom = (rows[0], rows[-1] + 1) if rows.size else (middle, middle + 1)
    left, right = (columns[0], columns[-1] + 1) if columns.size else (middle, middle + 1)
    ink = np.repeat(opacities[top:bottom, left:right], 3, axis=1)
    size = (ink.shape[1], ink.shape[0])
    box = (left - middle, top - middle, right - middle, bottom - middle)
    return Sprite(as_core(ink, *size), size, box)


def stamp(
    surface: Surface,
    places: npt.NDArray[np.int64],
    colors: Octets,
    sprites: Sequence[Sprite],
    which: npt.NDArray[np.intp],
) -> None:
    """Lay sprites over an image, in their order; what leaves it is clipped.

    Args:
        surface: Drawn on.
        places: x and y of the pixel of each position, shape (N, 2).
        colors: Red, green and blue, one per place or one for all, shape (N, 3) or (1, 3).
        sprites: One or several.
        which: The number of each place's sprite, shape (N,).
    """
    borders = np.array([sprite.box for sprite in sprites])
    stencils: Iterable[Any] = repeat(sprites[0].stencil)
    sizes: Iterable[tuple[int, int]] = repeat(sprites[0].size)
    if len(sprites) > 1:
        borders = borders[which]
        each = [sprites[number] for number in which.tolist()]
        stencils, sizes = [sprite.stencil for sprite in each], [sprite.size for sprite in each]
    boxes = (borders + np.tile(places, 2)) * (3, 1, 3, 1)
    sources: Iterable[Any]
    if len(colors) == len(sprites) == 1:
        size = sprites[0].size
        sources = repeat(as_core(colors.tobytes() * math.prod(size), *size))
    else:
        ink, most = _spread(colors, sprites)
        starts = range(0, ink.size, most) if len(colors) > 1 else repeat(0)
        sources = as_cores(ink, sizes, starts)
    paste = surface.strip.paste
    # A loop that Python does not run, over tuples that zip uses again.
    deque(map(paste, sources, zip(*boxes.T.tolist(), strict=True), stencils), maxlen=0)


def _spread(colors: Octets, sprites: Sequence[Sprite]) -> tuple[Octets, int]:
    """Return each color over and over, and how many bytes: as many as the largest sprite has."""
    width, height = (max(column) for column in zip(*(s.size for s in sprites), strict=True))
    row = np.repeat(colors[:, None], width // 3, axis=1).reshape(-1, width)
    # Whole rows are repeated as single items, which is several times as fast.
    return np.repeat(row.view((np.void, width)), height, axis=1).view(np.uint8), width * height


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
    if isinstance(marker, str):
        check_marker(marker)
    return _named_marker(marker) if isinstance(marker, str) else _make_marker(marker)


@lru_cache(maxsize=64)
def _named_marker(name: str) -> Marker:
    return _make_marker(name)


def _make_marker(marker: object) -> Marker:
    try:
        style = MarkerStyle(marker)  # type: ignore[arg-type]  # checked by matplotlib
    except (ValueError, TypeError, RecursionError) as error:
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
    known, which = _numbered(sizes)
    diameters = known**0.5 * DPI / 72
    if len(diameters) > _MOST_SIZES:
        diameters, again = np.unique(np.rint(diameters * _STEPS) / _STEPS, return_inverse=True)
        which = again[which]
    shapes = [MarkerShape(*marker, diameter) for diameter in diameters.tolist()]
    are_alike = colors.count(colors[0]) == len(colors)
    steps = len(colors) * (POINTS.each if are_alike else _IN_COLORS)
    if reach <= _LARGEST:
        _draw_as_sprites(surface, positions, colors, shapes, which, steps)
        return
    spans = diameters[which, None] + marker.line_width * DPI / 72
    ends = np.clip(positions + spans, 0, (surface.width, surface.height))
    area = (ends - np.clip(positions - spans, 0, (surface.width, surface.height))).prod(axis=1)
    # Agg looks at all of a marker, and blends what is seen of it.
    outlines = _outline_work(marker.path, diameters)[which].sum()
    steps += len(colors) * _BY_AGG + float(outlines + (spans**2).sum())
    steps += float(area.sum()) / 4 * BLENDED
    check_work("points", len(colors), steps)
    for renderer, transform in surface.agg(*(low - reach), *(high + reach)):
        if are_alike and len(shapes) == 1:
            draw_markers(renderer, shapes[0], positions, transform, colors[0])
            continue
        for place, color, number in zip(positions, colors, which.tolist(), strict=True):
            draw_markers(renderer, shapes[number], place[None], transform, color)


def _outline_work(path: Path, diameters: Floats) -> Floats:
    """Return the steps of the outline of a marker of each diameter."""
    corners = np.asarray(path.vertices, np.float64)
    length = np.hypot(*np.diff(corners, axis=0).T).sum()
    pixel = CROSSED if len(corners) > MANY_CORNERS else POLYGONS.outline
    steps: Floats = len(corners) * _CORNER + length * pixel * diameters
    return steps


def _numbered(values: Sequence[float]) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return the values that there are, and the number of each among them."""
    if values.count(values[0]) == len(values):  # mostly
        return np.array(values[:1]), np.zeros(len(values), np.intp)
    return np.unique(np.array(values), return_inverse=True)


def _draw_as_sprites(
    surface: Surface,
    positions: Floats,
    colors: Sequence[RGBA],
    shapes: Sequence[MarkerShape],
    which: npt.NDArray[np.intp],
    steps: float,
) -> None:
    places = np.floor(positions + 0.5).astype(np.int64)
    opacities, faded = _numbered(list(map(itemgetter(3), colors)))
    if len(opacities) > 1:
        kinds, which = np.unique(which * len(opacities) + faded, return_inverse=True)
    else:
        kinds = np.arange(len(shapes))
    spans = np.array([shape.diameter for shape in shapes])
    pixels = float(((spans + 4) ** 2)[kinds // len(opacities)][which].sum())
    outlines = _outline_work(shapes[0].path, spans)[kinds // len(opacities)].sum()
    steps += len(kinds) * _SPRITE + float(outlines) + pixels * _PASTED
    check_work("points", len(places), steps)
    sprites = [
        make_sprite(shapes[kind // len(opacities)], float(opacities[kind % len(opacities)]))
        for kind in kinds.tolist()
    ]
    if colors.count(colors[0]) == len(colors):
        colors = colors[:1]
    channels = np.fromiter(chain.from_iterable(colors), np.float64, 4 * len(colors))
    inks = channels.reshape(-1, 4)[:, :3].astype(np.uint8)
    step = max(1, _AT_A_TIME // max(math.prod(sprite.size) for sprite in sprites))
    for start in range(0, len(places), step):
        some = slice(start, start + step)
        each = inks[some] if len(inks) > 1 else inks
        stamp(surface, places[some], each, sprites, which[some])
