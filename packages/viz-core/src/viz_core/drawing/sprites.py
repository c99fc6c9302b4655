"""Sprites: markers that are rasterised once and laid over a picture in many places."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform, Transform
from PIL import Image as PillowImage

from viz_core.colors import RGBA
from viz_core.drawing import pasting
from viz_core.drawing.agg import make_renderer
from viz_core.drawing.arguments import Floats
from viz_core.drawing.blending import Octets
from viz_core.drawing.outlines import as_fractions
from viz_core.drawing.surface import DPI

__all__ = ["Look", "Sprite", "draw_markers", "make_sprite", "stamp"]


class Look(NamedTuple):
    """What a marker looks like, but for its colour.

    Attributes:
        path: Its outline, of diameter 1 around (0, 0), y up.
        is_filled: Whether it is more than its outline.
        diameter: In pixels.
        line_width: In points.
    """

    path: Path
    is_filled: bool
    diameter: float
    line_width: float


class Sprite(NamedTuple):
    """How much of each pixel a marker covers.

    Attributes:
        mask: A picture of mode ``L``.
        box: Its left, top, right and bottom border in pixels from that of its position.
    """

    mask: PillowImage.Image
    box: tuple[int, int, int, int]


def draw_markers(
    renderer: Any, look: Look, places: Floats, transform: Transform, color: RGBA
) -> None:
    """Draw markers of one look with a `RendererAgg`, each around a whole pixel.

    Args:
        renderer: Drawn on.
        look: What they look like.
        places: x and y, shape (N, 2).
        transform: From places to the renderer's pixels, y up.
        color: Of all.
    """
    context = renderer.new_gc()
    fractions = as_fractions(color)
    context.set_foreground(fractions, isRGBA=True)
    context.set_linewidth(look.line_width)
    size = Affine2D().scale(look.diameter)
    face = fractions if look.is_filled else None
    renderer.draw_markers(context, look.path, size, Path(places), transform, face)


@lru_cache(maxsize=64)
def make_sprite(look: Look, opacity: float) -> Sprite:
    """Return the sprite of a marker in a colour of this opacity."""
    middle = math.ceil((look.diameter + look.line_width * DPI / 72) / 2) + 2
    size = 2 * middle + 1
    renderer, pixels = make_renderer(size, size)
    place = np.array([[middle, size - middle]], np.float64)
    draw_markers(renderer, look, place, IdentityTransform(), (255, 255, 255, opacity))
    mask = PillowImage.fromarray(np.ascontiguousarray(pixels[..., 3]))
    left, top, right, bottom = mask.getbbox() or (middle,) * 4
    box = (left - middle, top - middle, right - middle, bottom - middle)
    return Sprite(mask.crop((left, top, right, bottom)), box)


def stamp(
    pixels: Octets,
    places: npt.NDArray[np.int64],
    colors: Sequence[RGBA],
    sprites: Sequence[Sprite],
) -> None:
    """Lay sprites over a picture, in their order; what leaves it is clipped.

    Args:
        pixels: Drawn on, contiguous, shape (H, W, 4); the fourth of each is anything.
        places: x and y of the pixel of each position, shape (N, 2).
        colors: One per place; their opacity is in the sprites.
        sprites: One per place, or one for all.
    """
    boxes = np.array([sprite.box for sprite in sprites]) + np.tile(places, 2)
    paste, masks, finish = _pasting(pixels, [sprite.mask for sprite in sprites])
    inks = map(itemgetter(slice(3)), colors)  # red, green and blue
    each = itertools.repeat(masks[0]) if len(masks) == 1 else masks
    # A loop that Python does not run.
    deque(map(paste, inks, map(tuple, boxes.tolist()), each), maxlen=0)
    finish()


def _pasting(
    pixels: Octets, masks: list[PillowImage.Image]
) -> tuple[Callable[..., object], Sequence[Any], Callable[[], object]]:
    """Return what pastes a colour into a box through a mask, such masks, and what finishes."""
    height, width = pixels.shape[:2]
    # Not RGBA, whose opacity Pillow would look at in every pixel.
    if pasting.HAS_CORE:
        core = pasting.as_core(pixels, width, height, "RGBX")
        return core.paste, [mask.im for mask in masks], lambda: None
    picture = PillowImage.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)

    def copy_back() -> None:
        pixels[...] = np.asarray(picture)

    return picture.paste, masks, copy_back
