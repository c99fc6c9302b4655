"""The arithmetic of laying one picture over another, in 16-bit integers.

A pixel's channel becomes ``(under * keep + ink) >> 8`` where, for an opacity a in 0..255,
``keep = 255 - a`` and ``ink = color * a + 255``. The 255 makes opacity 0 leave every value
exactly and opacity 255 replace it exactly; in between it is at most one level off. Nothing
exceeds 65535, so one multiplication, one addition and one shift on contiguous uint16 do it.
"""

from __future__ import annotations

import threading
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["EIGHT", "Octets", "Words", "blend", "scratch"]

Octets: TypeAlias = npt.NDArray[np.uint8]
Words: TypeAlias = npt.NDArray[np.uint16]

#: The shift; as a 0-d array it is numpy's cheapest scalar.
EIGHT = np.array(8, np.uint16)

# What a thread keeps for the next call; more than this is allocated and given back.
_KEPT = 1 << 18


class _Scratch(threading.local):
    """Working memory of one thread."""

    def __init__(self) -> None:
        self.words: Words = np.empty(_KEPT, np.uint16)
        self.octets: Octets = np.empty(_KEPT, np.uint8)


_scratch = _Scratch()


def scratch(size: int) -> tuple[Words, Octets]:
    """Return ``size`` uint16 and ``size`` uint8 of this thread's working memory.

    What is in them is anybody's guess; the next call returns the same memory.
    """
    if size <= _KEPT:
        return _scratch.words[:size], _scratch.octets[:size]
    return np.empty(size, np.uint16), np.empty(size, np.uint8)


def blend(rows: Octets, tile: Words, left: int, top: int) -> None:
    """Lay a tile over a picture; what leaves the picture is clipped.

    Args:
        rows: The picture, shape (H, 3 * W).
        tile: How much of what is below remains and what is added, shape (2, h, 3 * w).
        left: The tile's first column in pixels.
        top: The tile's first row.
    """
    _, height, width = tile.shape
    picture_height, picture_width = rows.shape
    start, end, bottom = 3 * left, 3 * left + width, top + height
    if top < 0 or start < 0 or bottom > picture_height or end > picture_width:
        y0, y1 = max(top, 0), min(bottom, picture_height)
        x0, x1 = max(start, 0), min(end, picture_width)
        if y0 >= y1 or x0 >= x1:
            return
        tile = tile[:, y0 - top : y1 - top, x0 - start : x1 - start]
        top, bottom, start, end = y0, y1, x0, x1
    target = rows[top:bottom, start:end]
    blended = target.astype(np.uint16)
    blended *= tile[0]
    blended += tile[1]
    blended >>= EIGHT
    target[...] = blended
