"""Labels: a line of text on a plain background, composed once and laid over many images.

Labels are mostly a name from a short list and a score that never repeats ("zebra: 87.3"). So the
start of a line and each few numerals behind it are composed, and kept, apart: a label that was never
seen before is three bitmaps, laid side by side.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.bitmaps import Bitmap
from viz_core.drawing.blending import Octets
from viz_core.drawing.byte_cache import ByteCache
from viz_core.drawing.fonts import NUMERALS, Run, SizedFont
from viz_core.drawing.numerals import Numerals

__all__ = ["Label", "LabelStyle", "find_label_style"]

# Longer numbers are whole lines, lest there be a bitmap for every place that a piece can have.
_LONGEST_NUMBER = 12

# The bytes that all styles may take. In letters 40 pixels high, numbers of one decimal take 2 MB.
_MOST = 16 << 20

# The bytes of a style without labels, about.
_BARE = 5000


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


class _Start(NamedTuple):
    """The start of a line, up to where its numerals begin.

    Attributes:
        label: Ends where the numerals begin.
        advance: Where that is, in whole pixels from where the line starts.
        numerals: What fits behind it.
    """

    label: Label
    advance: int
    numerals: Numerals


class LabelStyle:
    """A font, the colors and the padding of labels, and the labels that were drawn lately.

    Args:
        font: The font.
        color: Of the text.
        background: Of the rectangle behind it; opacity 0 for none.
        padding: Between text and the box's border, in pixels.
    """

    def __init__(self, font: SizedFont, color: RGBA, background: RGBA, padding: float) -> None:
        self.font = font
        self.padding = padding
        self._table = _blend_table(color, background)
        numerals = font.extent(NUMERALS)
        self._ascent, self._descent = numerals.ascent, numerals.descent
        self._labels: dict[tuple[str, float], Label] = {}  # of each line and rotation
        # False: numerals cannot be set apart after this start.
        self._starts: dict[str, _Start | Literal[False]] = {}
        self._numerals: dict[tuple[int, int], Numerals] = {}  # of each first row and height

    def label(self, text: str) -> Label:
        """Return a line composed with its background."""
        head = text.rstrip(NUMERALS)
        if head and 0 < len(text) - len(head) <= _LONGEST_NUMBER:
            start = self._starts.get(head)
            if start is None:
                start = self._make_start(head)
            if start:
                (bitmaps, left, top, _, ascent, descent), advance, numerals = start
                more, width = numerals.find(text[len(head) :], self._make_bitmap)
                return Label(bitmaps + more, left, top, advance + width, ascent, descent)
        return self._labels.get((text, 0.0)) or self._make_whole(text)

    def turned(self, text: str, degrees: float) -> Label:
        """Return a line without a background, turned counterclockwise around its start."""
        label = self._labels.get((text, degrees))
        if label is None:
            run = self.font.turned(text, degrees)
            bitmap = self._make_bitmap(run.coverage)
            label = Label([bitmap], run.left, run.top, *run.extent)
            self._labels[text, degrees] = label
        return label

    def _make_start(self, head: str) -> _Start | Literal[False]:
        if not self.font.splits(head):
            _styles.count(len(head))
            self._starts[head] = False
            return False
        run = self.font.run(head)
        advance = math.floor(run.extent.width + 0.5)
        label = self._compose(run, advance)
        rows = (label.top, label.bitmaps[0].height)
        numerals = self._numerals.get(rows)
        if numerals is None:
            numerals = Numerals(self.font, *rows, self.padding)
            self._numerals[rows] = numerals
        start = self._starts[head] = _Start(label, advance, numerals)
        return start

    def _make_whole(self, text: str) -> Label:
        run = self.font.run(text) if text.rstrip(NUMERALS) else self.font.numerals(text)
        label = self._labels[text, 0.0] = self._compose(run, self._right(run))
        return label

    def _compose(self, run: Run, right: int) -> Label:
        """Compose ``run`` up to the column ``right``."""
        _, ascent, descent = run.extent
        ascent, descent = max(ascent, self._ascent), max(descent, self._descent)
        left = min(self._snap(-self.padding), run.left)
        top = min(self._snap(-ascent - self.padding), run.top)
        height, width = run.coverage.shape
        bottom = max(self._snap(descent + self.padding), run.top + height)
        coverage = np.zeros((bottom - top, max(right - left, 0)), np.uint8)
        y, x = run.top - top, run.left - left
        coverage[y : y + height, x : x + width] = run.coverage
        return Label([self._make_bitmap(coverage)], left, top, run.extent.width, ascent, descent)

    def _right(self, run: Run) -> int:
        """Return where a line's box ends, which its ink must not leave."""
        ink_right: int = run.left + run.coverage.shape[1]
        return max(self._snap(run.extent.width + self.padding), ink_right)

    def _make_bitmap(self, coverage: Octets) -> Bitmap:
        """Return the bitmap for how much letters cover, 0 to 255, shape (h, w)."""
        colors, opacities = self._table
        height, width = coverage.shape
        color = colors[coverage].reshape(height, 3 * width)
        bitmap = Bitmap(color, np.repeat(opacities[coverage], 3, axis=1))
        _styles.count(bitmap.nbytes)
        return bitmap

    @staticmethod
    def _snap(value: float) -> int:
        """Return the pixel border that Agg snaps the edge of a box to."""
        return math.floor(value + 0.5)


_styles: ByteCache[LabelStyle] = ByteCache(_MOST)


def find_label_style(font: SizedFont, color: RGBA, background: RGBA, padding: float) -> LabelStyle:
    """Return the style with these properties, which keeps its labels."""
    key = (font, color, background, padding)
    return _styles.get(key) or _styles.keep(key, LabelStyle(*key), _BARE)


def _blend_table(color: RGBA, background: RGBA) -> tuple[Octets, Octets]:
    """Return the color and the opacity for each coverage 0 to 255, shape (256, 3) and (256,).

    Text over background over image: the two layers become one, whose opacity is
    ``1 - (1 - background) * (1 - text)``.
    """
    text = np.arange(256)[:, None] * (color[3] / 255)
    below = (1 - text) * background[3]
    opacity = text + below
    mixed = (text * color[:3] + below * background[:3]) / np.maximum(opacity, 1e-9)
    return np.rint(mixed).astype(np.uint8), np.rint(opacity[:, 0] * 255).astype(np.uint8)
