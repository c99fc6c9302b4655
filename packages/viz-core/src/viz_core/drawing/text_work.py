"""How much work texts are: letters take much, those that were drawn before little."""

from __future__ import annotations

from collections.abc import Sequence

from viz_core.colors import RGBA
from viz_core.drawing import work
from viz_core.drawing.byte_cache import ByteCache
from viz_core.drawing.fonts import BARE_RUN, MOST_OF_RUNS, NUMERALS, SizedFont, runs_from_the_right
from viz_core.drawing.labels import BARE_BITMAP, MOST_OF_LABELS
from viz_core.drawing.surface import DPI, Surface
from viz_core.drawing.text_background import WIDEST_PLAIN, TextBackground
from viz_core.drawing.work import BLENDED, FONT, TEXTS, check_work

__all__ = ["check_texts"]

# Of a letter, on average, in font sizes.
_WIDTH = 0.7

# Of each pixel of a line that was drawn before, and of one that is new, or is so in a color or on a
# background.
_PASTED = 2
_COMPOSED_PIXEL = 16

# Of a line in a color or on a background that is new.
_COMPOSED = 100_000

# Of a text of several lines, or one that is turned; of a background that is drawn apart, and of each
# pixel along its edge.
_BLOCK = 30_000
_BACKGROUND = 80_000
_EDGE = 100

# Of a line that is new, and of each of its letters; more of those that few fonts have, which come
# after the letters of Europe and the Near East.
_LINE = 600_000
_LETTER = 120_000
_FOREIGN = 300_000
_FIRST_FOREIGN = "\u0780"


def check_texts(
    texts: Sequence[str],
    fonts: Sequence[SizedFont],
    colors: Sequence[RGBA | None],
    rotations: Sequence[float],
    backgrounds: Sequence[TextBackground | None],
    surface: Surface,
) -> None:
    """Raise ValueError if texts are so many, different and large that to draw them takes seconds.

    Args:
        texts: As `as_texts` returns them.
        fonts: Of each.
        colors: Of the letters of each; None where they are measured only.
        rotations: Of each, in degrees.
        backgrounds: Behind each, or None.
        surface: Drawn on.
    """
    count = len(texts)
    if not count:
        return
    largest = max([font.size for font in fonts]) * DPI / 72
    pixels = surface.width * surface.height
    border = 2 * WIDEST_PLAIN * DPI / 72
    each = _BLOCK + _BACKGROUND + (_PASTED + 2 * BLENDED) * pixels + _EDGE * 4 * pixels**0.5
    of_line = (
        TEXTS.each + _COMPOSED + _LINE + 2 * _COMPOSED_PIXEL * border * (1.5 * largest + border)
    )
    of_letter = (
        _LETTER + _FOREIGN + 2 * _COMPOSED_PIXEL * _WIDTH * largest * (1.5 * largest + border)
    )
    lines = count + sum([text.count("\n") for text in texts])
    letters = sum(map(len, texts))
    most = len({*fonts}) * FONT + count * each + lines * of_line + letters * of_letter
    if most <= work.MOST and not any(rotations):  # mostly
        return
    runs: ByteCache[bool] = ByteCache(MOST_OF_RUNS)  # as far as those that are kept
    labels: ByteCache[bool] = ByteCache(MOST_OF_LABELS)
    steps = float(len(set(fonts)) * FONT)
    for text, font, color, turn, background in zip(
        texts, fonts, colors, rotations, backgrounds, strict=True
    ):
        size = font.size * DPI / 72
        rows = text.split("\n")
        is_block = bool(turn) or len(rows) > 1 or bool(background and not background.is_plain)
        border = _border(background) if background else 0.0
        width, height = _extent(
            max(map(len, rows)) * _WIDTH * size, 1.5 * len(rows) * size, border, turn
        )
        width, height = min(width, surface.width), min(height, surface.height)
        steps += len(rows) * TEXTS.each + is_block * _BLOCK + width * height * _PASTED
        if is_block and background:  # which is drawn apart from the letters
            edge = 2 * (width + height)
            covered = min(edge * background.width * DPI / 72, width * height)
            steps += _BACKGROUND + edge * _EDGE + (width * height + covered) * BLENDED
            background, border = None, 0.0
        for row in rows:
            line = row if turn else _start(row, font)
            width, height = _extent(len(line) * _WIDTH * size, 1.5 * size, 0.0, turn)
            if (line, font, turn) not in runs:
                check_work("texts", count, steps)  # before some of it is done, to look at a start
                runs.keep((line, font, turn), True, int(width * height) + BARE_RUN)
                steps += _LINE + len(line) * _LETTER + width * height * _COMPOSED_PIXEL
                if not line.isascii():
                    steps += _FOREIGN * sum(letter >= _FIRST_FOREIGN for letter in line)
            key = (line, font, turn, color, background)
            if key not in labels:
                width, height = width + border, height + border
                labels.keep(key, True, 6 * int(width * height) + BARE_BITMAP)
                steps += _COMPOSED + width * height * _COMPOSED_PIXEL
    check_work("texts", count, steps)


def _start(row: str, font: SizedFont) -> str:
    """Return what of a line is drawn at once: numerals at its end are drawn one by one.

    They are not where the letter before them reaches into their place, as in "f5" of many fonts.
    """
    start = row.rstrip(NUMERALS)
    if start == row or runs_from_the_right(start):
        return row
    may_reach = start and start[-1] != " " and start.isascii()
    return row if may_reach and font.start(start) is None else start


def _border(background: TextBackground) -> float:
    """Return by how many pixels a text is wider and higher with its background."""
    return 2 * background.padding + background.width * DPI / 72


def _extent(width: float, height: float, border: float, turn: float) -> tuple[float, float]:
    """Return the width and height in pixels of a text that is turned on its background."""
    if not turn:
        return width + border, height + border
    side = (width + height + 2 * border) * 2**-0.5
    return side, side
