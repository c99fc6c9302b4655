"""Numbers at the end of labels: a bitmap for each few numerals, so that none is composed anew."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from viz_core.drawing.bitmaps import Bitmap
from viz_core.drawing.blending import Octets
from viz_core.drawing.fonts import SizedFont

__all__ = ["Numerals"]

MakeBitmap: TypeAlias = Callable[[Octets], Bitmap]

# What numbers are cut into: 87.35 is 87 and .35. There are not more than 300 such.
_PIECE = re.compile(r"\.?[^.]{1,2}|\.")


class _Place:
    """Where a piece of a number begins.

    Attributes:
        x: In pixels from where the number begins.
        inner: The bitmaps of pieces that another follows, and where that begins.
        last: The bitmaps of pieces that end the number, and its width.
    """

    __slots__ = ("inner", "last", "x")

    def __init__(self, x: float) -> None:
        self.x = x
        self.inner: dict[str, tuple[Bitmap, _Place]] = {}
        self.last: dict[str, tuple[Bitmap, float]] = {}


class Numerals:
    """Numbers that end labels, in bitmaps of the same rows.

    Args:
        font: The font.
        top: The first row, in pixels from the baseline.
        height: In pixels.
        padding: Behind a number, in pixels.
    """

    def __init__(self, font: SizedFont, top: int, height: int, padding: float) -> None:
        self._font, self._top, self._height, self._padding = font, top, height, padding
        self._start = _Place(0.0)
        self._places = {0.0: self._start}

    def find(self, number: str, make_bitmap: MakeBitmap) -> tuple[list[Bitmap], float]:
        """Return the bitmaps of a number, and its width without padding.

        Args:
            number: Not empty.
            make_bitmap: Makes those that there are not yet, from how much letters cover, 0 to 255,
                shape (h, w). It is always the same, and not kept: it belongs to the style that
                keeps these numbers, and the two would keep each other.
        """
        point = number.find(".")
        if 0 < point < 3 and len(number) < point + 4:  # mostly
            pieces = [number[:point], number[point:]]
        else:
            pieces = _PIECE.findall(number)
        last = pieces.pop()
        place = self._start
        bitmaps = []
        for piece in pieces:
            bitmap, place = place.inner.get(piece) or self._make_inner(place, piece, make_bitmap)
            bitmaps.append(bitmap)
        bitmap, width = place.last.get(last) or self._make_last(place, last, make_bitmap)
        bitmaps.append(bitmap)
        return bitmaps, width

    def _make_inner(
        self, place: _Place, piece: str, make_bitmap: MakeBitmap
    ) -> tuple[Bitmap, _Place]:
        coverage, end = self._compose(place.x, piece, 0.0)
        behind = self._places.setdefault(end, _Place(end))
        made = place.inner[piece] = (make_bitmap(coverage), behind)
        return made

    def _make_last(
        self, place: _Place, piece: str, make_bitmap: MakeBitmap
    ) -> tuple[Bitmap, float]:
        coverage, end = self._compose(place.x, piece, self._padding)
        made = place.last[piece] = (make_bitmap(coverage), end)
        return made

    def _compose(self, x: float, piece: str, padding: float) -> tuple[Octets, float]:
        """Put numerals side by side, each where its line has it, rounded to whole pixels."""
        origin = math.floor(x + 0.5)
        runs = []
        for numeral in piece:
            run = self._font.run(numeral)
            runs.append((math.floor(x + 0.5) - origin + run.left, run))
            x += run.extent.width
        coverage = np.zeros((self._height, math.floor(x + padding + 0.5) - origin), np.uint8)
        for left, run in runs:
            height, width = run.coverage.shape
            row = run.top - self._top
            coverage[row : row + height, left : left + width] = run.coverage
        return coverage, x
