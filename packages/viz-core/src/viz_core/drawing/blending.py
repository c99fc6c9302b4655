"""The arithmetic of laying a color over an image, in 16-bit integers.

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

__all__ = ["EIGHT", "Octets", "Words", "scratch"]

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
