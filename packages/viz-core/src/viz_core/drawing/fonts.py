"""A font at one size: how wide its lines are, and which pixels they cover."""

from __future__ import annotations

import math
import unicodedata
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font

from viz_core._checks import as_string
from viz_core.drawing.arguments import per_item
from viz_core.drawing.byte_cache import ByteCache
from viz_core.drawing.font_fallback import as_font_properties, cover, look_up, with_known_family
from viz_core.drawing.limits import as_font_size
from viz_core.drawing.surface import DPI, Octets, make_renderer
from viz_core.drawing.work import FONT, check_work

__all__ = [
    "BARE_RUN",
    "MOST_OF_RUNS",
    "NUMERALS",
    "Extent",
    "Run",
    "SizedFont",
    "find_fonts",
    "runs_from_the_right",
]

# What is set apart at the end of a line: the scores of labels.
_DIGITS = "0123456789"
NUMERALS = _DIGITS + ".%"

# Unicode's classes of what is written from right to left.
_FROM_THE_RIGHT = ("R", "AL", "AN")

# Since 3.11 matplotlib sets lines as fonts ask for, and letters on parts of pixels.
_IS_OLD = matplotlib.__version_info__ < (3, 11)

# Before, it drew a line where its ink begins, rounded. Numerals that are set one by one would be so
# each: they begin half a pixel before, and are rounded down.
_START = -0.49 if _IS_OLD else 0.0

# Where it finds ascent, descent and line gap of a font since: in the first of these that there is.
_LINE_TABLES = {
    "OS/2": ("sTypoAscender", "sTypoDescender", "sTypoLineGap"),
    "hhea": ("ascent", "descent", "lineGap"),
}

# Lines wider than this are rasterised in parts: Agg's images have an end.
_CHUNK = 8192


class Extent(NamedTuple):
    """The size of a line in pixels; ascent and descent are at least those of its font."""

    width: float
    ascent: float
    descent: float


class Run(NamedTuple):
    """The ink of a line.

    Attributes:
        coverage: 0 to 255, shape (h, w), cut to the ink; may be empty.
        left: Of its first column, in pixels from where the line starts.
        top: Of its first row, in pixels from the baseline, negative above it.
        extent: The line's size, which includes spaces.
    """

    coverage: Octets
    left: int
    top: int
    extent: Extent


_NO_INK = np.empty((0, 0), np.uint8)

#: The bytes that all runs may take, and about those of one without ink.
MOST_OF_RUNS = 4 << 20
BARE_RUN = 400

_runs: ByteCache[Run] = ByteCache(MOST_OF_RUNS)


class SizedFont:
    """A font at one size.

    matplotlib's own renderer sets and rasterises the text, which brings shaping, kerning, several
    fonts in one line, and a font object per thread. It takes a millisecond a line, however:
    lines are kept. The scores of labels never repeat, so numerals at the end of a line are put
    together from single characters, which is right because digits are not kerned.

    Args:
        properties: The font; its size is replaced.
        size: In points.

    Attributes:
        size: In points.
        ascent: Of each line at least, in pixels.
        descent: Of each line at least, in pixels.
        spacing: By which the ascents of all lines but the first are multiplied.
        margin: Above and below each line of several, in pixels.
    """

    def __init__(self, properties: FontProperties, size: float) -> None:
        self.size = size
        self._properties = properties.copy()
        self._properties.set_size(size)
        self._renderer = make_renderer(1, 1)[0]  # measures; drawing is done on others
        self.ascent, self.descent, self.margin = self._line_metrics()
        self.spacing = 1.2 if _IS_OLD else 1.0

    def look_up(self, text: str) -> None:
        """Find what has the characters of all lines of a call, before they are drawn one by one."""
        look_up(text, self._properties)

    def extent(self, text: str) -> Extent:
        """Return the size of a line as it is drawn."""
        head = text.rstrip("".join(self.numerals))
        numerals = text[len(head) :]
        start = self.start(head) if numerals else None
        if start is None:
            return self.run(text).extent
        width, ascent, descent = start.extent
        return Extent(width + sum(self.numerals[c].extent.width for c in numerals), ascent, descent)

    def start(self, head: str) -> Run | None:
        """Return the ink of the start of a line behind which numerals are set apart.

        It is None where they may not be: where text runs from the right, or where ink reaches into
        their place.
        """
        if runs_from_the_right(head):
            return None
        run = self.run(head)
        width, *heights = run.extent
        if run.left + run.coverage.shape[1] > math.floor(width + 0.5):
            return None
        return run._replace(extent=Extent(width, *map(max, heights, self._digits)))

    @cached_property
    def numerals(self) -> dict[str, Run]:
        """The ink of each numeral that may be set apart.

        It stays within the numeral's width, and does not rise over the digits.
        """
        runs = {numeral: self._render(numeral, 0.0, _START) for numeral in NUMERALS}
        return {
            numeral: run
            for numeral, run in runs.items()
            if run.left >= 0
            and run.left + run.coverage.shape[1] <= math.ceil(run.extent.width)
            and run.extent.ascent <= self._digits[0]
        }

    @cached_property
    def _digits(self) -> tuple[float, float]:
        """Ascent and descent of a line that has digits."""
        return self.run(_DIGITS).extent[1:]

    def run(self, text: str, degrees: float = 0.0) -> Run:
        """Return the ink of a line, turned counterclockwise around its start."""
        key = (self, text, degrees)
        run = _runs.get(key)
        if run is None:
            run = self._render(text, degrees)
            _runs.keep(key, run, run.coverage.nbytes + BARE_RUN)
        return run

    def _line_metrics(self) -> tuple[float, float, float]:
        """Return ascent, descent and margin of lines, as the installed matplotlib has them."""
        font: Any = None if _IS_OLD else get_font(findfont(self._properties))
        for name, keys in _LINE_TABLES.items() if font else ():
            table = font.get_sfnt_table(name)
            if table is not None:
                pixels = self.size * DPI / 72 / font.get_sfnt_table("head")["unitsPerEm"]
                ascent, descent, gap = (table[key] * pixels for key in keys)
                return ascent, -descent, gap / 2
        _, height, descent = self._measure(*cover("lp", self._properties))  # it may have neither
        return height - descent, descent, 0.0

    def _measure(self, text: str, properties: FontProperties) -> tuple[float, float, float]:
        width, height, descent = self._renderer.get_text_width_height_descent(
            text, properties, False
        )
        return float(width), float(height), float(descent)

    def _render(self, text: str, degrees: float, x: float = 0.0) -> Run:
        text, properties = cover(text, self._properties)
        if not text:
            return Run(_NO_INK, 0, 0, Extent(0.0, self.ascent, self.descent))
        width, height, descent = self._measure(text, properties)
        below = max(self.descent, descent)
        if _IS_OLD:
            above = max(self.ascent + self.descent, height) - below
        else:
            above = max(self.ascent, height - descent)
        extent = Extent(width, above, below)
        # Slanted and turned letters reach out of their line's box.
        margin = math.ceil(self.size * DPI / 72) + 2
        angle = math.radians(degrees)
        ends_x, ends_y = width * math.cos(angle), -width * math.sin(angle)
        reach = math.ceil(max(extent.ascent, extent.descent)) + margin
        x0, x1 = math.floor(min(0, ends_x)) - reach, math.ceil(max(0, ends_x)) + reach
        y0, y1 = math.floor(min(0, ends_y)) - reach, math.ceil(max(0, ends_y)) + reach
        coverage = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for top in range(0, y1 - y0, _CHUNK):
            for left in range(0, x1 - x0, _CHUNK):
                part = coverage[top : top + _CHUNK, left : left + _CHUNK]
                renderer, pixels = make_renderer(part.shape[1], part.shape[0])
                context = renderer.new_gc()
                context.set_foreground((1, 1, 1, 1), isRGBA=True)
                renderer.draw_text(
                    context, x - x0 - left, -y0 - top, text, properties, degrees, False
                )
                part[...] = pixels[..., 3]
        rows = np.flatnonzero(coverage.any(axis=1))
        columns = np.flatnonzero(coverage.any(axis=0))
        if not len(rows):
            return Run(_NO_INK, 0, 0, extent)
        ink = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
        return Run(ink, x0 + int(columns[0]), y0 + int(rows[0]), extent)


def runs_from_the_right(text: str) -> bool:
    """Return whether some of a text is written from right to left."""
    return not text.isascii() and any(
        unicodedata.bidirectional(character) in _FROM_THE_RIGHT for character in text
    )


def find_fonts(count: int, sizes: Any, families: Any, properties: Any) -> list[SizedFont]:
    """Return the font of each of ``count`` texts.

    Args:
        count: How many texts there are.
        sizes: In points.
        families: A font's name, or a generic one such as ``sans-serif``.
        properties: A font that comes before the family, as `as_font_properties` takes it.
    """
    if properties is None and isinstance(families, str) and isinstance(sizes, float):  # mostly
        return [_find_font(None, families, as_font_size(sizes, "font_sizes"))] * count
    looks = list(
        zip(
            per_item(properties, count, "font_properties", as_font_properties, cycle=False),
            per_item(families, count, "font_families", as_string, cycle=False),
            per_item(sizes, count, "font_sizes", as_font_size, cycle=False),
            strict=True,
        )
    )
    each = dict.fromkeys(looks)
    check_work("fonts and sizes", len(each), len(each) * FONT)
    fonts = {look: _find_font(*look) for look in each}
    return [fonts[look] for look in looks]


@lru_cache(maxsize=256)
def _find_font(properties: FontProperties | None, family: str, size: float) -> SizedFont:
    if properties is None:
        properties = FontProperties(family=[family])
    return SizedFont(with_known_family(properties), size)
