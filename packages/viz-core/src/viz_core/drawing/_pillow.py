"""The door to what Pillow's pasting calls below its checks, which is private.

`Image.paste` checks for longer than it pastes a few hundred bytes, and first copies an image
that shares its memory with an array. What it calls in the end does neither. Where a Pillow has
no such thing, or means something else by it, numpy does the same to the same pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

import numpy as np
from PIL import Image as PillowImage

__all__ = ["ROWS", "NumpyImage", "as_core", "as_cores", "can_paste", "map_buffer", "rows_of"]


def rows_of(size: int) -> tuple[str, int, int]:
    """Return Pillow's description of rows that begin ``size`` bytes apart."""
    return ("L", size, 1)


#: One row right after the other.
ROWS = rows_of(0)


class NumpyImage:
    """What Pillow's core has for an image of one channel, made of what `map_buffer` takes."""

    def __init__(
        self,
        memory: Any,
        size: tuple[int, int],
        _codec: str,
        offset: int,
        layout: tuple[str, int, int],
    ) -> None:
        width, height = size
        strides = (layout[1] or width, 1)
        self.pixels = np.ndarray((height, width), np.uint8, memory, offset, strides)

    def paste(
        self, source: NumpyImage, box: tuple[int, int, int, int], stencil: NumpyImage
    ) -> None:
        """Lay ``source`` over the image in ``box``, as opaque as ``stencil`` is in 0..255."""
        left, top, right, bottom = box
        x, y = max(left, 0), max(top, 0)
        target = self.pixels[y : max(bottom, 0), x : max(right, 0)]
        part = np.s_[y - top : y - top + len(target), x - left : x - left + target.shape[1]]
        opacity = stencil.pixels[part].astype(np.uint16)
        blended = target * (255 - opacity) + source.pixels[part] * opacity + np.uint16(128)
        target[...] = (blended + (blended >> 8)) >> 8  # divided by 255 and rounded


def can_paste(map_buffer: Any) -> bool:
    """Whether images that ``map_buffer`` makes paste as we need it: it is tried on 2x2 pixels.

    The image must be the array's own memory, sources and stencils may begin anywhere in theirs
    with rows of any length, and what leaves the image must be clipped.
    """
    pixels = np.array([10, 20, 30, 40], np.uint8)
    sources, stencils = bytes([9, 100, 200, 0, 255]), bytes([0, 51, 7, 128, 255, 7, 7])
    try:
        image = map_buffer(pixels, (2, 2), "raw", 0, ROWS)
        source = map_buffer(sources, (2, 2), "raw", 1, ROWS)
        stencil = map_buffer(stencils, (2, 2), "raw", 0, rows_of(3))
        image.paste(source, (0, 0, 2, 2), stencil)
        image.paste(source, (-1, 1, 1, 3), stencil)
    except Exception:  # noqa: BLE001  # another Pillow may raise anything
        return False
    return bool((pixels == [10, 56, 52, 255]).all())


_map_buffer: Any = getattr(getattr(PillowImage, "core", None), "map_buffer", None)

#: What `as_core` calls, for those that call it often: memory, size, "raw", offset, and how the
#: rows lie.
map_buffer: Any = _map_buffer if can_paste(_map_buffer) else NumpyImage


def as_core(memory: Any, width: int, height: int, offset: int = 0) -> Any:
    """Return the inner part of a Pillow image of one channel whose pixels are ``memory``.

    It has ``paste(source, (left, top, right, bottom), stencil)``, where source and stencil are
    inner parts as well, both as large as the box.

    Args:
        memory: The bytes of all rows, one after the other; what follows is not looked at.
        width: Of the image, in pixels.
        height: Of the image, in pixels.
        offset: Where in ``memory`` the image begins.
    """
    return map_buffer(memory, (width, height), "raw", offset, ROWS)


def as_cores(
    memory: Any, sizes: Iterable[tuple[int, int]], offsets: Iterable[int]
) -> Iterator[Any]:
    """Yield the inner part of each image in the same memory, given by its size and its offset."""
    return map(map_buffer, repeat(memory), sizes, repeat("raw"), offsets, repeat(ROWS))
