"""Labels: a line of text on a plain background, composed once and laid over many images.

Labels are mostly a name from a short list and a score that never repeats ("zebra: 87.3"). So the
start of a line and each of the numerals behind it have bitmaps of their own, which are kept: a
label that was never seen before is a few of them, side by side.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.bitmaps import Bitmap, make_bitmap
from viz_core.drawing.byte_cache import ByteCache
from viz_core.drawing.fonts import NUMERALS, Run, SizedFont
from viz_core.drawing.surface import Octets

__all__ = ["Label", "LabelStyle", "find_label_style"]

# The bytes that all styles may take, and about those of one without labels.
_MOST = 16 << 20
_BARE = 5000

# The color and the opacity for each coverage.
_Table: TypeAlias = tuple[Octets, Octets]


class Label(NamedTuple):
    """A line composed with its background.

    Attributes:
        bitmaps: What it is made of, side by side.
        left: Of the first column, in pixels from where the line starts.
        top: Of the first row, in pixels from the baseline.
        width: Of the line, as alignment counts it.
        ascent: Of the line, as alignment counts it.
        descent: Of the line, as alignment counts it.
    """

    bitmaps: list[Bitmap]
    left: int
    top: int
    width: float
    ascent: float
    descent: float


class _Numerals(dict[tuple[str, int], Bitmap]):
    """The bitmaps of numerals on the rows of some labels, of each numeral and width in pixels."""

    def __init__(self, font: SizedFont, table: _Table, top: int, height: int) -> None:
        super().__init__()
        self._font, self._table, self._top, self._height = font, table, top, height

    def __missing__(self, key: tuple[str, int]) -> Bitmap:
        numeral, width = key
        run = self._font.run(numeral)
        coverage = np.zeros((self._height, width), np.uint8)
        rows, columns = run.coverage.shape
        row = run.top - self._top
        coverage[row : row + rows, run.left : run.left + columns] = run.coverage
        bitmap = self[key] = _make_bitmap(coverage, self._table)
        return bitmap


class LabelStyle:
    """A font, the colors and the padding of labels, and what was composed of them.

    Args:
        font: The font.
        color: Of the text.
        background: Of the rectangle behind it; opacity 0 for none.
        padding: Between the text and the rectangle's border, in pixels.
    """

    def __init__(self, font: SizedFont, color: RGBA, background: RGBA, padding: float) -> None:
        self._font = font
        self._padding = padding
        self._table = _blend_table(color, background)
        numerals = font.extent(NUMERALS)
        self._ascent, self._descent = numerals.ascent, numerals.descent
        self._lines: dict[tuple[str, float], Label] = {}  # of each text and rotation
        self._starts: dict[str, tuple[Label, _Numerals]] = {}  # up to where numerals begin
        self._numerals: dict[tuple[int, int], _Numerals] = {}  # of each first row and height

    def label(self, text: str) -> Label:
        """Return a line composed with its background."""
        head = text.rstrip(NUMERALS)
        numerals = text[len(head) :]
        start = (self._starts.get(head) or self._make_start(head)) if numerals else None
        if start is None:
            return self._lines.get((text, 0.0)) or self._make_line(text)
        (bitmaps, left, top, x, ascent, descent), bitmap_of = start
        bitmaps, column = bitmaps.copy(), int(x)
        advances, floor = self._font.advances, math.floor
        for numeral in numerals[:-1]:
            x += advances[numeral]
            end = floor(x + 0.5)
            bitmaps.append(bitmap_of[numeral, end - column])
            column = end
        x += advances[numerals[-1]]
        bitmaps.append(bitmap_of[numerals[-1], floor(x + self._padding + 0.5) - column])
        return Label(bitmaps, left, top, x, ascent, descent)

    def turned(self, text: str, degrees: float) -> Label:
        """Return a line without a background, turned counterclockwise around its start."""
        label = self._lines.get((text, degrees))
        if label is None:
            run = self._font.turned(text, degrees)
            bitmap = _make_bitmap(run.coverage, self._table)
            label = Label([bitmap], run.left, run.top, *run.extent)
            self._lines[text, degrees] = label
        return label

    def _make_line(self, text: str) -> Label:
        run = self._font.run(text)
        right = max(_snap(run.extent.width + self._padding), run.left + run.coverage.shape[1])
        label = self._lines[text, 0.0] = self._compose(run, right)
        return label

    def _make_start(self, head: str) -> tuple[Label, _Numerals] | None:
        if not self._font.splits(head):
            return None
        run = self._font.run(head)
        label = self._compose(run, _snap(run.extent.width))
        label = label._replace(width=_snap(run.extent.width))
        rows = (label.top, label.bitmaps[0].height)
        if rows not in self._numerals:
            self._numerals[rows] = _Numerals(self._font, self._table, *rows)
        start = self._starts[head] = (label, self._numerals[rows])
        return start

    def _compose(self, run: Run, right: int) -> Label:
        """Compose ``run`` up to the column ``right``."""
        width, ascent, descent = run.extent
        ascent, descent = max(ascent, self._ascent), max(descent, self._descent)
        left = min(_snap(-self._padding), run.left)
        top = min(_snap(-ascent - self._padding), run.top)
        ink_height, ink_width = run.coverage.shape
        bottom = max(_snap(descent + self._padding), run.top + ink_height)
        coverage = np.zeros((bottom - top, max(right - left, 0)), np.uint8)
        y, x = run.top - top, run.left - left
        coverage[y : y + ink_height, x : x + ink_width] = run.coverage
        return Label([_make_bitmap(coverage, self._table)], left, top, width, ascent, descent)


_styles: ByteCache[LabelStyle] = ByteCache(_MOST)


def find_label_style(font: SizedFont, color: RGBA, background: RGBA, padding: float) -> LabelStyle:
    """Return the style with these properties, which keeps its labels."""
    key = (font, color, background, padding)
    return _styles.get(key) or _styles.keep(key, LabelStyle(*key), _BARE)


def _snap(value: float) -> int:
    """Return the pixel border that Agg snaps the edge of a box to."""
    return math.floor(value + 0.5)


def _blend_table(color: RGBA, background: RGBA) -> _Table:
    """Return the color and the opacity for each coverage 0 to 255, shape (256, 3) and (256,).

    Text over background over image: the two layers become one, whose opacity is
    ``1 - (1 - background) * (1 - text)``.
    """
    text = np.arange(256)[:, None] * (color[3] / 255)
    below = (1 - text) * background[3]
    opacity = text + below
    mixed = (text * color[:3] + below * background[:3]) / np.maximum(opacity, 1e-9)
    return np.rint(mixed).astype(np.uint8), np.rint(opacity[:, 0] * 255).astype(np.uint8)


def _make_bitmap(coverage: Octets, table: _Table) -> Bitmap:
    """Return the bitmap for how much letters cover, 0 to 255, shape (h, w)."""
    colors, opacities = table
    height, width = coverage.shape
    color = colors[coverage].reshape(height, 3 * width)
    bitmap = make_bitmap(color, np.repeat(opacities[coverage], 3, axis=1))
    _styles.count(bitmap.nbytes)
    return bitmap
