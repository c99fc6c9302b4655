"""The door to what Pillow's pasting calls below its checks, which is private.

`Image.paste` checks for longer than it pastes a few hundred bytes, and first copies a image
that shares its memory with an array. What it calls in the end does neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

from PIL import Image as PillowImage

__all__ = ["HAS_CORE", "ROWS", "as_core", "as_cores", "map_buffer", "rows_of"]

_core: Any = getattr(PillowImage, "core", None)

#: Whether this Pillow has it. Without it, who pastes must take another way.
HAS_CORE = hasattr(_core, "map_buffer") and hasattr(
    getattr(PillowImage.new("L", (1, 1)), "im", None), "paste"
)

#: What `as_core` calls, for those that call it often: memory, size, "raw", offset, and how the
#: rows lie.
map_buffer: Any = getattr(_core, "map_buffer", None)


def rows_of(size: int) -> tuple[str, int, int]:
    """Return how rows lie of which each begins ``size`` bytes after the one before."""
    return ("L", size, 1)


#: One row right after the other.
ROWS = rows_of(0)


def as_core(memory: Any, width: int, height: int, offset: int = 0) -> Any:
    """Return the inner part of a Pillow image of one channel whose pixels are ``memory``.

    It has ``paste(source, (left, top, right, bottom), mask)``, where source and mask are others
    such, both as large as the box.

    Args:
        memory: The bytes of all rows, one after the other; what follows is not looked at.
        width: Of the image.
        height: Likewise.
        offset: Where in ``memory`` the image begins.
    """
    return map_buffer(memory, (width, height), "raw", offset, ROWS)


def as_cores(
    memory: Any, sizes: Iterable[tuple[int, int]], offsets: Iterable[int]
) -> Iterator[Any]:
    """Yield many such, in the same memory: of these sizes, and beginning there."""
    return map(map_buffer, repeat(memory), sizes, repeat("raw"), offsets, repeat(ROWS))
