"""The door to what Pillow's pasting calls below its checks, which is private.

`Image.paste` checks for longer than it pastes a few hundred bytes, and first copies a picture
that shares its memory with an array. What it calls in the end does neither.
"""

from __future__ import annotations

from typing import Any

from PIL import Image as PillowImage

__all__ = ["HAS_CORE", "as_core"]

_core: Any = getattr(PillowImage, "core", None)

#: Whether this Pillow has it. Without it, who pastes must take another way.
HAS_CORE = hasattr(_core, "map_buffer") and hasattr(
    getattr(PillowImage.new("L", (1, 1)), "im", None), "paste"
)


def as_core(memory: Any, width: int, height: int, mode: str = "L") -> Any:
    """Return the inner part of a Pillow picture whose pixels are ``memory``.

    It has ``paste(source, (left, top, right, bottom), mask)``, of which the source is a colour or
    another such, and mask one of mode ``L``; both must be as large as the box.

    Args:
        memory: Contiguous bytes of all rows; what follows is not looked at.
        width: In pixels.
        height: Likewise.
        mode: ``L``, of one byte a pixel, or ``RGBX``, of four.
    """
    return _core.map_buffer(memory, (width, height), "raw", 0, (mode, 0, 1))
