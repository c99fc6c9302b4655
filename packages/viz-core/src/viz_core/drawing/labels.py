"""Labels: a line of text on a plain background, composed once and laid over many images.

Labels are mostly a name from a short list and a score that never repeats ("zebra: 87.3"). So the
start of a line and each of the numerals behind it have bitmaps of their own, which are kept: a
label that was never seen before is a few of them, side by side. A bitmap is small, and each of
its bytes has an opacity; Pillow, which lays it over an image, has no mode of three bytes a pixel
and sees rows of bytes.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing._pillow import as_core
from viz_core.drawing.byte_cache import ByteCache
from viz_core.drawing.fonts import Run, SizedFont
from viz_core.drawing.surface import Octets
from viz_core.drawing.text_background import TextBackground

__all__ = ["BARE_BITMAP", "MOST_OF_LABELS", "LabelStyle", "anchors", "find_label_style"]

#: The bytes that all styles may take, and about those of one without labels and of a bare bitmap.
MOST_OF_LABELS = 6 << 20
_BARE_STYLE = 5000
BARE_BITMAP = 1500

# So many pixels off nothing reaches into an image, and Pillow's numbers end.
_FAR = 1 << 23

_NOTHING: RGBA = (0, 0, 0, 0.0)

# What a turned line can have at its position.
_BASELINE = {"baseline": 0.0}

# The color and the opacity for each coverage.
_Table: TypeAlias = tuple[Octets, Octets]


class _Line(NamedTuple):
    """A line, or the start of one, composed with its background.

    Attributes:
        color: Of the bitmap: red, green and blue of each pixel, one after the other.
        opacity: Of each such byte.
        left: Of the first column, in pixels from where the line starts.
        top: Of the first row, in pixels from the baseline.
        right: Behind the last column, in pixels from where the line starts.
        bottom: Behind the last row, in pixels from the baseline.
        width: Of the line, as alignment counts it.
        parts: By alignment, how far below the baseline the part lies that it puts at a position.
    """

    color: Any
    opacity: Any
    left: int
    top: int
    right: int
    bottom: int
    width: float
    parts: dict[str, float]


class _Numerals(dict[tuple[str, float], tuple[Any, Any, int, float]]):
    """The bitmaps of up to three numerals on the rows of some lines.

    A key is the numerals, and where they begin: in pixels from the bitmap's first column, between
    -0.5 and 0.5. An item is the colors and the opacities, the width in bytes, and where what
    follows begins: in pixels from the column behind the bitmap.
    """

    def __init__(
        self, font: SizedFont, table: _Table, top: int, bottom: int, padding: float
    ) -> None:
        super().__init__()
        self._font, self._table, self._padding = font, table, padding
        self._top, self._height = top, bottom - top

    def __missing__(self, key: tuple[str, float]) -> tuple[Any, Any, int, float]:
        numerals, x = key
        runs = []
        for numeral in numerals:
            run = self._font.numerals[numeral]
            runs.append((_snap(x), run))
            x += run.extent.width
        columns = _snap(x + self._padding)
        coverage = np.zeros((self._height, columns), np.uint8)
        for column, run in runs:
            _put(run, coverage, column, -self._top)
        found = self[key] = (*_make_bitmap(coverage, self._table), 3 * columns, x - columns)
        return found


# A line, and the bitmaps of numerals that may follow it: inside the label, and at its end.
_Start: TypeAlias = "tuple[_Line, tuple[_Numerals, ...]]"


class LabelStyle:
    """A font, a color and a background, and the lines that were composed of them.

    Args:
        font: The font and its size.
        color: Of the letters.
        background: Its face and padding count; None for none.
    """

    def __init__(self, font: SizedFont, color: RGBA, background: TextBackground | None) -> None:
        self._font = font
        self._padding = background.padding if background else 0.0
        self._table = _blend_table(color, background.face if background else _NOTHING)
        self._numerals = "".join(font.numerals)
        runs = font.numerals.values()
        self._top = min((run.top for run in runs), default=0)
        self._bottom = max((run.top + len(run.coverage) for run in runs), default=0)
        self._lines: dict[tuple[str, float], _Start] = {}  # of each text and rotation
        self._starts: dict[str, _Start] = {}
        self._behind: dict[tuple[int, int], tuple[_Numerals, _Numerals]] = {}  # on the same rows

    def draw(
        self,
        paste: Any,
        text: str,
        x: float,
        y: float,
        before: float = 0.0,
        vertical: str = "baseline",
        degrees: float = 0.0,
    ) -> None:
        """Draw a line; what leaves the image is clipped.

        Args:
            paste: What pastes into the image.
            text: The line.
            x: Column of its position, in pixels.
            y: Row of its position, in pixels.
            before: Which part of its width lies before the position.
            vertical: What of it is at the position.
            degrees: How far it is turned counterclockwise around its start; then it has no
                background.
        """
        head = text if degrees else text.rstrip(self._numerals)
        numerals = text[len(head) :]
        start = (self._starts.get(head) or self._make_start(head)) if numerals else None
        if start is None:
            numerals = ""
            start = self._lines.get((text, degrees)) or self._make_line(text, degrees)
        (color, opacity, left, top, right, bottom, width, parts), behind = start
        if before:
            x -= before * (
                width + sum([self._font.numerals[numeral].extent.width for numeral in numerals])
            )
        y -= parts[vertical]
        if not (-_FAR < x < _FAR and -_FAR < y < _FAR):
            return
        column, row = math.floor(x + 0.5), math.floor(y + 0.5)
        end, top, bottom = 3 * (column + right), row + top, row + bottom
        paste(color, (3 * (column + left), top, end, bottom), opacity)
        x = 0.0
        while numerals:
            size = 3 if numerals[0] == "." else 2  # 87.35 is 87 and .35
            bitmaps = behind[len(numerals) <= size]
            color, opacity, columns, x = bitmaps[numerals[:size], x]
            paste(color, (end, top, end + columns, bottom), opacity)
            end, numerals = end + columns, numerals[size:]

    def _make_line(self, text: str, degrees: float) -> _Start:
        run = self._font.run(text, degrees)
        rows, columns = run.coverage.shape
        if degrees:
            box = (run.left, run.top, run.left + columns, run.top + rows)
            line = _Line(*_make_bitmap(run.coverage, self._table), *box, 0.0, _BASELINE)
        else:
            end = max(_snap(run.extent.width + self._padding), run.left + columns)
            line = self._compose(run, end)
        start = self._lines[text, degrees] = (line, ())
        return start

    def _make_start(self, head: str) -> _Start | None:
        run = self._font.start(head)
        if run is None:
            return None
        line = self._compose(run, _snap(run.extent.width))
        rows = (line.top, line.bottom)
        if rows not in self._behind:
            self._behind[rows] = (
                _Numerals(self._font, self._table, *rows, 0.0),
                _Numerals(self._font, self._table, *rows, self._padding),
            )
        start = self._starts[head] = (line, self._behind[rows])
        return start

    def _compose(self, run: Run, right: int) -> _Line:
        """Compose ``run`` up to the column ``right``."""
        width, ascent, descent = run.extent
        left = min(_snap(-self._padding), run.left)
        top = min(_snap(-ascent - self._padding), run.top, self._top)
        bottom = max(_snap(descent + self._padding), run.top + len(run.coverage), self._bottom)
        right = max(right, left)
        coverage = np.zeros((bottom - top, right - left), np.uint8)
        _put(run, coverage, -left, -top)
        bitmap = _make_bitmap(coverage, self._table)
        parts = anchors(-ascent, descent, ascent, descent)
        return _Line(*bitmap, left, top, right, bottom, width, parts)


def anchors(top: float, bottom: float, drop: float, descent: float) -> dict[str, float]:
    """Return how far down the part of a text lies that is at its position, by alignment.

    Args:
        top: Of the text, turned as it is.
        bottom: Of the text, turned as it is.
        drop: From the top to the last baseline of the text before it is turned.
        descent: Of the last line.
    """
    return {
        "top": top,
        "bottom": bottom,
        "center": (top + bottom) / 2,
        "baseline": bottom - descent,
        "center_baseline": top + drop / 2,
    }


_styles: ByteCache[LabelStyle] = ByteCache(MOST_OF_LABELS)


def find_label_style(font: SizedFont, color: RGBA, background: TextBackground | None) -> LabelStyle:
    """Return the style with these properties, which keeps its labels."""
    key = (font, color, background)
    return _styles.get(key) or _styles.keep(key, LabelStyle(*key), _BARE_STYLE)


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


def _put(run: Run, coverage: Octets, x: int, y: int) -> None:
    """Put the ink of a run where the line starts at the column x, the baseline at the row y."""
    rows, columns = run.coverage.shape
    x, y = x + run.left, y + run.top
    part = coverage[y : y + rows, x : x + columns]
    part[...] = run.coverage[:, : part.shape[1]]  # of a numeral in a narrow cell a column less


def _make_bitmap(coverage: Octets, table: _Table) -> tuple[Any, Any]:
    """Return the colors and the opacities for how much letters cover, 0 to 255, shape (h, w)."""
    height, width = coverage.shape
    colors, opacities = table
    _styles.count(6 * coverage.size + BARE_BITMAP)
    return (
        as_core(colors[coverage].reshape(height, 3 * width), 3 * width, height),
        as_core(np.repeat(opacities[coverage], 3, axis=1), 3 * width, height),
    )
