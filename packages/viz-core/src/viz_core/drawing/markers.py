"""Sprites: markers that are rasterised once and laid over an image in many places."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import cycle, repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform, Transform

from viz_core.colors import RGBA
from viz_core.drawing._pillow import as_core, as_cores
from viz_core.drawing.arguments import Floats
from viz_core.drawing.paths import as_fractions
from viz_core.drawing.surface import DPI, Octets, Surface, make_renderer

__all__ = ["MarkerShape", "Sprite", "draw_markers", "make_sprite", "stamp"]


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
        stencil: What `pasting` takes as a mask.
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
        shape: What they shape like.
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
) -> None:
    """Lay sprites over an image, in their order; what leaves it is clipped.

    Args:
        surface: Drawn on.
        places: x and y of the pixel of each position, shape (N, 2).
        colors: Red, green and blue, one per place or one for all, shape (N, 3) or (1, 3).
        sprites: One per place or one for all.
    """
    boxes = (np.array([sprite.box for sprite in sprites]) + np.tile(places, 2)) * (3, 1, 3, 1)
    stencils: Iterable[Any] = [sprite.stencil for sprite in sprites]
    sizes: Iterable[tuple[int, int]] = [sprite.size for sprite in sprites]
    if len(sprites) == 1:
        stencils, sizes = cycle(stencils), cycle(sizes)
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
