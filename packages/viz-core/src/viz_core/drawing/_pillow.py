"""The door to what Pillow's pasting calls below its checks, which is private.

`Image.paste` checks for longer than it pastes a few hundred bytes, and first copies an image
that shares its memory with an array. What it calls in the end does neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

import numpy as np
from PIL import Image as PillowImage

__all__ = ["HAS_CORE", "ROWS", "as_core", "as_cores", "can_paste", "map_buffer", "rows_of"]


def rows_of(size: int) -> tuple[str, int, int]:
    """Return how rows lie of which each begins ``size`` bytes after the one before."""
    return ("L", size, 1)


#: One row right after the other.
ROWS = rows_of(0)


def can_paste(core: Any) -> bool:
    """Whether a core of Pillow pastes as we need it, which is tried on 2x2 pixels.

    The image must be the array's own memory, sources and stencils may begin anywhere in theirs
    with rows of any length, and what leaves the image must be clipped.
    """
    pixels = np.array([10, 20, 30, 40], np.uint8)
    sources, stencils = bytes([9, 100, 200, 0, 255]), bytes([0, 51, 7, 128, 255, 7, 7])
    try:
        image = core.map_buffer(pixels, (2, 2), "raw", 0, ROWS)
        source = core.map_buffer(sources, (2, 2), "raw", 1, ROWS)
        stencil = core.map_buffer(stencils, (2, 2), "raw", 0, rows_of(3))
        image.paste(source, (0, 0, 2, 2), stencil)
        image.paste(source, (-1, 1, 1, 3), stencil)
    except Exception:  # noqa: BLE001  # another Pillow may raise anything
        return False
    return bool((pixels == [10, 56, 52, 255]).all())


_core: Any = getattr(PillowImage, "core", None)

#: Whether this Pillow's does. Where it does not, labels are laid over the image by numpy, and
#: boxes and points are drawn by Agg.
HAS_CORE = can_paste(_core)

#: What `as_core` calls, for those that call it often: memory, size, "raw", offset, and how the
#: rows lie.
map_buffer: Any = _core.map_buffer if HAS_CORE else None


def as_core(memory: Any, width: int, height: int, offset: int = 0) -> Any:
    """Return the inner part of a Pillow image of one channel whose pixels are ``memory``.

    It has ``paste(source, (left, top, right, bottom), mask)``, where source and mask are inner
    parts as well, both as large as the box.

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
    """Yield the inner parts of images in the same memory, of these sizes and beginning there."""
    return map(map_buffer, repeat(memory), sizes, repeat("raw"), offsets, repeat(ROWS))
