"""Bitmaps: small images of which each byte has an opacity, laid over a larger image."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from viz_core.drawing import _pillow
from viz_core.drawing.surface import Octets, Surface

__all__ = ["Bitmap", "layer"]

_HALF = np.uint16(128)

# Nothing that begins so many bytes or rows before a image reaches into it; Pillow's numbers end.
_FAR = 1 << 24


class Bitmap:
    """A image to lay over others.

    Pillow sees its rows as bytes, not as pixels: so it works on images of three bytes a pixel,
    which it otherwise has no mode for.

    Args:
        color: Red, green and blue, one after the other, shape (h, 3 * w), contiguous.
        opacity: Of each byte, 0 to 255, of the same shape, contiguous.
    """

    __slots__ = ("color", "height", "opacity", "source", "stencil", "width")

    def __init__(self, color: Octets, opacity: Octets) -> None:
        self.color, self.opacity = color, opacity
        self.height, self.width = color.shape
        self.source = self.stencil = None
        if _pillow.HAS_CORE and color.size:
            self.source, self.stencil = (
                _pillow.as_core(part, self.width, self.height) for part in (color, opacity)
            )

    @property
    def nbytes(self) -> int:
        """What it takes of memory, about."""
        return 2 * self.color.nbytes + 1500


def layer(surface: Surface) -> Callable[[Iterable[Bitmap], int, int], None]:
    """Return what lays bitmaps side by side over an image; what leaves it is clipped.

    It takes the bitmaps from left to right, the first column of the first of them in pixels, and
    the first row of all. It is good until the image is set anew.
    """
    height, width = surface.rows.shape
    if not _pillow.HAS_CORE:
        return partial(_blend_all, surface.rows)
    paste = surface.strip.paste

    def lay(bitmaps: Iterable[Bitmap], left: int, top: int) -> None:
        start = 3 * left
        if not (-_FAR < top < height and -_FAR < start < width):
            return
        for bitmap in bitmaps:
            end = start + bitmap.width
            if bitmap.source is not None:
                paste(bitmap.source, (start, top, end, top + bitmap.height), bitmap.stencil)
            start = end

    return lay


def _blend_all(rows: Octets, bitmaps: Iterable[Bitmap], left: int, top: int) -> None:
    """Do what Pillow does, to the same pixels."""
    height, width = rows.shape
    start = 3 * left
    for bitmap in bitmaps:
        end, bottom = start + bitmap.width, top + bitmap.height
        if end > 0 and start < width and bottom > 0 and top < height:
            _blend(rows, bitmap, start, top)
        start = end


def _blend(rows: Octets, bitmap: Bitmap, start: int, top: int) -> None:
    y0, x0 = max(top, 0), max(start, 0)
    target = rows[y0 : top + bitmap.height, x0 : start + bitmap.width]
    part = np.s_[y0 - top :, x0 - start :]
    height, width = target.shape
    opacity = bitmap.opacity[part][:height, :width].astype(np.uint16)
    blended = target * (255 - opacity)
    blended += bitmap.color[part][:height, :width] * opacity
    blended += _HALF
    blended += blended >> 8  # with the next line: divided by 255 and rounded
    blended >>= 8
    target[...] = blended
