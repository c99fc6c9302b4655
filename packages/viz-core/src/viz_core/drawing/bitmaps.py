"""Bitmaps: small images of which each byte has an opacity, laid over a larger image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from viz_core.drawing._pillow import as_core
from viz_core.drawing.surface import Octets, Surface

__all__ = ["Bitmap", "lay", "make_bitmap"]

# Nothing that begins so many bytes or rows before an image reaches into it; Pillow's numbers end.
_FAR = 1 << 24


class Bitmap(NamedTuple):
    """An image to lay over others.

    Pillow sees its rows as bytes, not as pixels: it has no mode of three bytes a pixel.

    Attributes:
        color: Red, green and blue, one after the other.
        opacity: Of each byte.
        width: In bytes.
        height: In rows.
    """

    color: Any
    opacity: Any
    width: int
    height: int

    @property
    def nbytes(self) -> int:
        """What it takes of memory, about."""
        return 2 * self.width * self.height + 1500


def make_bitmap(color: Octets, opacity: Octets) -> Bitmap:
    """Return a bitmap.

    Args:
        color: Red, green and blue, one after the other, shape (h, 3 * w), contiguous.
        opacity: Of each byte, 0 to 255, of the same shape, contiguous.
    """
    height, width = color.shape
    return Bitmap(as_core(color, width, height), as_core(opacity, width, height), width, height)


def lay(surface: Surface, bitmaps: Iterable[Bitmap], left: int, top: int) -> None:
    """Lay bitmaps side by side over an image; what leaves it is clipped.

    Args:
        surface: Drawn on.
        bitmaps: From left to right.
        left: The first column of the first one, in pixels.
        top: The first row of all.
    """
    height, width = surface.rows.shape
    start = 3 * left
    if not (-_FAR < top < height and -_FAR < start < width):
        return
    paste = surface.strip.paste
    for color, opacity, columns, rows in bitmaps:
        end = start + columns
        paste(color, (start, top, end, top + rows), opacity)
        start = end
