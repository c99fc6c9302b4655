"""Labels: a line of text on a plain background, composed once and laid over many pictures.

Labels are mostly a name from a short list and a score that never repeats ("zebra: 87.3"). So the
start of a line and each numeral are composed, and kept, apart: a label that was never seen before
is a few tiles that are joined side by side, and blended.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.blending import Octets, Words
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.faces import NUMERALS, Face, Run

__all__ = ["Label", "LabelStyle", "find_label_style"]


class Label(NamedTuple):
    """A line composed with its background.

    Attributes:
        tile: What to keep and what to add (see `blending`), shape (2, h, 3 * w).
        left: Of the first column, in pixels from where the line starts.
        top: Of the first row, in pixels from the baseline.
        width: Of the line, as alignment counts it.
        ascent: Likewise.
        descent: Likewise.
    """

    tile: Words
    left: int
    top: int
    width: float
    ascent: float
    descent: float


class _Start(NamedTuple):
    """The start of a line, up to where its numerals begin, and the tiles that fit beside it.

    Attributes:
        label: Ends where the numerals begin.
        advance: Where that is, in whole pixels from where the line starts.
        cells: Tiles of numerals, by the character and the width of its cell in pixels.
    """

    label: Label
    advance: int
    cells: dict[tuple[str, int], Words]


_labels: ByteCache[Label] = ByteCache(4 << 20)
# Each with room for some cells. None: numerals cannot be set apart after this start.
_starts: ByteCache[_Start | Literal[False]] = ByteCache(4 << 20)
_CELLS_BYTES = 100_000


class LabelStyle:
    """A font, the colours and the padding of labels.

    Args:
        face: The font.
        color: Of the text.
        background: Of the box behind it; opacity 0 for none.
        padding: Between text and the box's border, in pixels.
    """

    def __init__(self, face: Face, color: RGBA, background: RGBA, padding: float) -> None:
        self.face = face
        self._padding = padding
        self._table = _blend_table(color, background)
        numerals = face.extent(NUMERALS)
        self._ascent, self._descent = numerals.ascent, numerals.descent
        self._widths = {numeral: face.run(numeral).extent.width for numeral in NUMERALS}

    def label(self, text: str) -> Label:
        """Return a line composed with its background."""
        head = text.rstrip(NUMERALS)
        if head and len(head) < len(text):
            start = _starts.find((self, head))
            if start is None:
                start = self._make_start(head)
            if start:
                return self._join(start, text[len(head) :])
        return _labels.find((self, text)) or self._make_whole(text)

    def turned(self, text: str, degrees: float) -> Label:
        """Return a line without a background, turned counterclockwise around its start."""
        key = (self, text, degrees)
        label = _labels.find(key)
        if label is None:
            run = self.face.turned(text, degrees)
            label = Label(self._look_up(run.coverage), run.left, run.top, *run.extent)
            _labels.keep(key, label, label.tile.nbytes + 400)
        return label

    def _join(self, start: _Start, numerals: str) -> Label:
        """Put numerals behind the start of a line, each in a cell of whole pixels."""
        (tile, left, top, _, ascent, descent), advance, cells = start
        tiles = [tile]
        place = 0.0
        begin = 0
        last = len(numerals) - 1
        for i, numeral in enumerate(numerals):
            place += self._widths[numeral]
            end = math.floor((place + self._padding if i == last else place) + 0.5)
            cell = cells.get((numeral, end - begin))
            if cell is None:
                cell = cells[numeral, end - begin] = self._make_cell(
                    numeral, end - begin, top, tile.shape[1]
                )
            tiles.append(cell)
            begin = end
        joined = np.concatenate(tiles, axis=2)
        return Label(joined, left, top, advance + place, ascent, descent)

    def _make_start(self, head: str) -> _Start | Literal[False]:
        if not self.face.splits(head):
            return _starts.keep((self, head), False, 400)
        run = self.face.run(head)
        advance = math.floor(run.extent.width + 0.5)
        label = self._compose(run, advance)
        size = label.tile.nbytes + _CELLS_BYTES
        return _starts.keep((self, head), _Start(label, advance, {}), size)

    def _make_cell(self, numeral: str, width: int, top: int, rows: int) -> Words:
        coverage = np.zeros((rows, width), np.uint8)
        _place(coverage, self.face.run(numeral), 0, top)
        return self._look_up(coverage)

    def _make_whole(self, text: str) -> Label:
        run = self.face.run(text) if text.rstrip(NUMERALS) else self.face.numerals(text)
        label = self._compose(run, self._right(run))
        return _labels.keep((self, text), label, label.tile.nbytes + 400)

    def _compose(self, run: Run, right: int) -> Label:
        """Compose ``run`` up to the column ``right``."""
        _, ascent, descent = run.extent
        ascent, descent = max(ascent, self._ascent), max(descent, self._descent)
        left = min(self._snap(-self._padding), run.left)
        top = min(self._snap(-ascent - self._padding), run.top)
        bottom = max(self._snap(descent + self._padding), run.top + run.coverage.shape[0])
        coverage = np.zeros((bottom - top, max(right - left, 0)), np.uint8)
        _place(coverage, run, left, top)
        return Label(self._look_up(coverage), left, top, run.extent.width, ascent, descent)

    def _right(self, run: Run) -> int:
        """Return where a line's box ends, which its ink must not leave."""
        ink_right: int = run.left + run.coverage.shape[1]
        return max(self._snap(run.extent.width + self._padding), ink_right)

    def _look_up(self, coverage: Octets) -> Words:
        keep, ink = self._table
        height, width = coverage.shape
        tile = np.empty((2, height, width, 3), np.uint16)
        tile[0] = keep[coverage][..., None]
        tile[1] = ink[coverage]
        return tile.reshape(2, height, 3 * width)

    @staticmethod
    def _snap(value: float) -> int:
        """Return the pixel border that Agg snaps the edge of a box to."""
        return math.floor(value + 0.5)


_NO_LABEL = Label(np.empty((2, 0, 0), np.uint16), 0, 0, 0.0, 0.0, 0.0)


@lru_cache(maxsize=256)
def find_label_style(face: Face, color: RGBA, background: RGBA, padding: float) -> LabelStyle:
    """Return the style with these properties, which keeps its labels."""
    return LabelStyle(face, color, background, padding)


def _place(coverage: Octets, run: Run, left: int, top: int) -> None:
    """Copy ink to where it belongs in an area whose first pixel is at ``left``, ``top``."""
    height, width = run.coverage.shape
    y, x = run.top - top, run.left - left
    coverage[y : y + height, x : x + width] = run.coverage


def _blend_table(color: RGBA, background: RGBA) -> tuple[Words, Words]:
    """Return what to keep and what to add for each coverage 0 to 255.

    Text over background over picture: the two layers become one, whose opacity is
    ``1 - (1 - background) * (1 - text)``.
    """
    text = np.arange(256)[:, None] * (color[3] / 255)
    below = (1 - text) * background[3]
    opacity = np.rint((text + below) * 255)
    keep = (255 - opacity[:, 0]).astype(np.uint16)
    ink = np.rint((text * color[:3] + below * background[:3]) * 255)
    return keep, np.minimum(ink, opacity * 255).astype(np.uint16) + np.uint16(255)
