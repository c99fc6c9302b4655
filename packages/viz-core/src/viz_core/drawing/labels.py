"""Labels: a line of text on a plain background, composed once and laid over many pictures.

Labels are mostly a name from a short list and a score that never repeats ("zebra: 87.3"). So the
start of a line and each few numerals behind it are composed, and kept, apart: a label that was never
seen before is three tiles, laid side by side.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.blending import Octets
from viz_core.drawing.caches import ByteCache
from viz_core.drawing.faces import NUMERALS, Face, Run
from viz_core.drawing.tiles import Tile

__all__ = ["Label", "LabelStyle", "find_label_style"]


class Label(NamedTuple):
    """A line composed with its background.

    Attributes:
        tiles: What it is made of, side by side.
        left: Of the first column, in pixels from where the line starts.
        top: Of the first row, in pixels from the baseline.
        width: Of the line, as alignment counts it.
        ascent: Likewise.
        descent: Likewise.
    """

    tiles: tuple[Tile, ...]
    left: int
    top: int
    width: float
    ascent: float
    descent: float


class _Start(NamedTuple):
    """The start of a line, up to where its numerals begin.

    Attributes:
        label: Ends where the numerals begin; of one tile.
        advance: Where that is, in whole pixels from where the line starts.
        ends: What fits behind it.
    """

    label: Label
    advance: int
    ends: _Ends


_labels: ByteCache[Label] = ByteCache(4 << 20)
# False: numerals cannot be set apart after this start.
_starts: ByteCache[_Start | Literal[False]] = ByteCache(4 << 20)
_pieces: ByteCache[tuple[Tile, float]] = ByteCache(4 << 20)

# What numbers are cut into: 87.35 is 87 and .35. There are not more than 300 such.
_PIECE = re.compile(r"\.?[^.]{1,2}|\.")

# Longer numbers are whole lines, lest there be a tile for every place that a piece can have.
_LONGEST_NUMBER = 12

# Of each look; what they are made of is kept once.
_MOST_NUMBERS = 1024


class _Ends:
    """Numbers that end lines, in tiles of the same rows.

    Args:
        style: How they look.
        top: The first row, in pixels from the baseline.
        height: In pixels.
    """

    def __init__(self, style: LabelStyle, top: int, height: int) -> None:
        self._style = style
        self._top, self._height = top, height
        self._numbers: dict[str, tuple[tuple[Tile, ...], float]] = {}

    def find(self, number: str) -> tuple[tuple[Tile, ...], float]:
        """Return the tiles of a number, and its width without padding."""
        return self._numbers.get(number) or self._make(number)

    def _make(self, number: str) -> tuple[tuple[Tile, ...], float]:
        tiles = []
        place = 0.0
        left = len(number)
        for numerals in _PIECE.findall(number):
            left -= len(numerals)
            key = (self, numerals, place, not left)
            tile, place = _pieces.find(key) or self._make_piece(key)
            tiles.append(tile)
        if len(self._numbers) >= _MOST_NUMBERS:
            self._numbers.clear()
        made = self._numbers[number] = (tuple(tiles), place)
        return made

    def _make_piece(self, key: tuple[_Ends, str, float, bool]) -> tuple[Tile, float]:
        """Put numerals side by side, each where its line has it, rounded to whole pixels."""
        _, numerals, place, is_last = key
        origin = math.floor(place + 0.5)
        runs = []
        for numeral in numerals:
            runs.append((math.floor(place + 0.5) - origin, self._style.face.run(numeral)))
            place += runs[-1][1].extent.width
        end = place + self._style.padding if is_last else place
        coverage = np.zeros((self._height, math.floor(end + 0.5) - origin), np.uint8)
        for left, run in runs:
            _place(coverage[:, left:], run, 0, self._top)
        tile = self._style.look_up(coverage)
        return _pieces.keep(key, (tile, place), tile.nbytes)


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
        self.padding = padding
        self._table = _blend_table(color, background)
        self._ends: dict[tuple[int, int], _Ends] = {}
        numerals = face.extent(NUMERALS)
        self._ascent, self._descent = numerals.ascent, numerals.descent

    def label(self, text: str) -> Label:
        """Return a line composed with its background."""
        head = text.rstrip(NUMERALS)
        if head and 0 < len(text) - len(head) <= _LONGEST_NUMBER:
            start = _starts.find((self, head))
            if start is None:
                start = self._make_start(head)
            if start:
                (tiles, left, top, _, ascent, descent), advance, ends = start
                numerals, width = ends.find(text[len(head) :])
                return Label(tiles + numerals, left, top, advance + width, ascent, descent)
        return _labels.find((self, text)) or self._make_whole(text)

    def turned(self, text: str, degrees: float) -> Label:
        """Return a line without a background, turned counterclockwise around its start."""
        key = (self, text, degrees)
        label = _labels.find(key)
        if label is None:
            run = self.face.turned(text, degrees)
            tile = self.look_up(run.coverage)
            label = Label((tile,), run.left, run.top, *run.extent)
            _labels.keep(key, label, tile.nbytes)
        return label

    def _make_start(self, head: str) -> _Start | Literal[False]:
        if not self.face.splits(head):
            return _starts.keep((self, head), False, 400)
        run = self.face.run(head)
        advance = math.floor(run.extent.width + 0.5)
        label = self._compose(run, advance)
        (tile,) = label.tiles
        rows = (label.top, tile.height)
        ends = self._ends.get(rows)
        if ends is None:
            ends = self._ends[rows] = _Ends(self, *rows)
        return _starts.keep((self, head), _Start(label, advance, ends), tile.nbytes)

    def _make_whole(self, text: str) -> Label:
        run = self.face.run(text) if text.rstrip(NUMERALS) else self.face.numerals(text)
        label = self._compose(run, self._right(run))
        return _labels.keep((self, text), label, label.tiles[0].nbytes)

    def _compose(self, run: Run, right: int) -> Label:
        """Compose ``run`` up to the column ``right``."""
        _, ascent, descent = run.extent
        ascent, descent = max(ascent, self._ascent), max(descent, self._descent)
        left = min(self._snap(-self.padding), run.left)
        top = min(self._snap(-ascent - self.padding), run.top)
        bottom = max(self._snap(descent + self.padding), run.top + run.coverage.shape[0])
        coverage = np.zeros((bottom - top, max(right - left, 0)), np.uint8)
        _place(coverage, run, left, top)
        return Label((self.look_up(coverage),), left, top, run.extent.width, ascent, descent)

    def _right(self, run: Run) -> int:
        """Return where a line's box ends, which its ink must not leave."""
        ink_right: int = run.left + run.coverage.shape[1]
        return max(self._snap(run.extent.width + self.padding), ink_right)

    def look_up(self, coverage: Octets) -> Tile:
        """Return the tile for how much letters cover, 0 to 255, shape (h, w)."""
        colors, opacities = self._table
        height, width = coverage.shape
        color = colors[coverage].reshape(height, 3 * width)
        return Tile(color, np.repeat(opacities[coverage], 3, axis=1))

    @staticmethod
    def _snap(value: float) -> int:
        """Return the pixel border that Agg snaps the edge of a box to."""
        return math.floor(value + 0.5)


@lru_cache(maxsize=256)
def find_label_style(face: Face, color: RGBA, background: RGBA, padding: float) -> LabelStyle:
    """Return the style with these properties, which keeps its labels."""
    return LabelStyle(face, color, background, padding)


def _place(coverage: Octets, run: Run, left: int, top: int) -> None:
    """Copy ink to where it belongs in an area whose first pixel is at ``left``, ``top``."""
    height, width = run.coverage.shape
    y, x = run.top - top, run.left - left
    coverage[y : y + height, x : x + width] = run.coverage


def _blend_table(color: RGBA, background: RGBA) -> tuple[Octets, Octets]:
    """Return the colour and the opacity for each coverage 0 to 255, shape (256, 3) and (256,).

    Text over background over picture: the two layers become one, whose opacity is
    ``1 - (1 - background) * (1 - text)``.
    """
    text = np.arange(256)[:, None] * (color[3] / 255)
    below = (1 - text) * background[3]
    opacity = text + below
    mixed = (text * color[:3] + below * background[:3]) / np.maximum(opacity, 1e-9)
    return np.rint(mixed).astype(np.uint8), np.rint(opacity[:, 0] * 255).astype(np.uint8)
