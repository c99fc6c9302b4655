"""Texts: lines that are aligned at a position, turned, and laid on a background."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.fonts import SizedFont, find_fonts
from viz_core.drawing.labels import LabelStyle, anchors, find_label_style
from viz_core.drawing.paths import Style, draw_paths
from viz_core.drawing.shapes import place_turned, round_box
from viz_core.drawing.surface import Surface
from viz_core.drawing.text_background import TextBackground

__all__ = ["draw_texts", "find_fonts", "measure_texts"]

# Which part of a text's width lies before its position.
_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}


def draw_texts(
    surface: Surface,
    texts: Sequence[str],
    positions: Sequence[Sequence[float]],
    fonts: Sequence[SizedFont],
    colors: Sequence[RGBA],
    horizontals: Sequence[str],
    verticals: Sequence[str],
    rotations: Sequence[float],
    backgrounds: Sequence[TextBackground | None],
) -> None:
    """Draw texts in their order; one of nothing but spaces has no background either.

    Args:
        surface: Drawn on.
        texts: Each may have several lines.
        positions: x and y of each.
        fonts: Of each.
        colors: Of the letters of each.
        horizontals: Which side of each is at its position.
        verticals: What of each is at its position: its top, bottom, center or baseline.
        rotations: Of each, in degrees, counterclockwise.
        backgrounds: Behind each, or None.
    """
    _look_up(texts, fonts)
    paste = surface.strip.paste
    style: LabelStyle | None = None  # of these, which are mostly the same for all
    known_font = known_color = known_background = None
    columns = (fonts, colors, horizontals, verticals, rotations, backgrounds)
    for text, (x, y), font, color, horizontal, vertical, rotation, background in zip(
        texts, positions, *columns, strict=True
    ):
        if not text or text.isspace():
            continue
        if font is not known_font or color is not known_color or background is not known_background:
            known_font, known_color, known_background = font, color, background
            is_plain = background is None or background.is_plain
            style = find_label_style(font, color, background) if is_plain else None
        if style is None or rotation or "\n" in text:
            _draw_block(
                surface, text, x, y, font, color, horizontal, vertical, rotation, background
            )
        else:
            style.draw(paste, text, x, y, _BEFORE[horizontal], vertical)


def measure_texts(texts: Sequence[str], fonts: Sequence[SizedFont]) -> list[tuple[float, float]]:
    """Return the width and height of each text in pixels, without a background."""
    _look_up(texts, fonts)
    blocks = map(_Block, texts, fonts)
    return [(block.width, block.height) for block in blocks]


def _look_up(texts: Sequence[str], fonts: Sequence[SizedFont]) -> None:
    letters = "".join(texts).replace("\n", "")
    if not letters.isascii():
        for font in set(fonts):
            font.look_up(letters)


class _Block:
    """The lines of a text, set below each other from the left as matplotlib sets them.

    Attributes:
        lines: Each with its width and how far its baseline is below the top.
        width: Of the widest line.
        height: Of all.
        drop: From the top to the last baseline, as matplotlib counts it: not multiplied.
        descent: Of the last line.
    """

    def __init__(self, text: str, font: SizedFont) -> None:
        lines = text.split("\n")
        margin = font.margin if len(lines) > 1 else 0.0
        self.lines: list[tuple[str, float, float]] = []
        self.width = self.height = 0.0
        for line in lines:
            width, ascent, descent = font.extent(line)
            ascent, self.descent = ascent + margin, descent + margin
            self.drop = self.height + ascent
            baseline = self.height + ascent * (font.spacing if self.lines else 1.0)
            self.lines.append((line, width, baseline))
            self.width = max(self.width, width)
            self.height = baseline + self.descent


def _draw_block(
    surface: Surface,
    text: str,
    x: float,
    y: float,
    font: SizedFont,
    color: RGBA,
    horizontal: str,
    vertical: str,
    rotation: float,
    background: TextBackground | None,
) -> None:
    """Draw a text of any kind: of several lines, turned, or with a background of its own shape."""
    block = _Block(text, font)
    angle = math.radians(rotation)
    # y points down in images, and rotation is counterclockwise as seen.
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    width, height = block.width, block.height
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) @ turn.T
    # Like matplotlib's, alignment is that of the upright box around the turned text.
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    before = _BEFORE[horizontal]
    parts = anchors(top, bottom, block.drop, block.descent)
    origin = np.array([x - (left + (right - left) * before), y - parts[vertical]])
    if background:
        pad = background.padding
        path = round_box(-pad, -pad, width + pad, height + pad, background.rounding)
        style = Style(background.edge, background.face, background.width, background.dashes)
        draw_paths(surface, place_turned(path, turn, origin), [style])
    letters = find_label_style(font, color, None)
    paste = surface.strip.paste
    for line, line_width, baseline in block.lines:
        if not line.strip():
            continue
        # Lines of one text are aligned with each other as the text is with its position.
        left, down = (origin + turn @ ((width - line_width) * before, baseline)).tolist()
        letters.draw(paste, line, left, down, degrees=rotation)
