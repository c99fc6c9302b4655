"""Texts: lines that are aligned at a position, turned, and laid on a background."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from viz_core._checks import as_string
from viz_core.colors import RGBA
from viz_core.drawing.bitmaps import lay
from viz_core.drawing.fonts import Extent, SizedFont
from viz_core.drawing.labels import LabelStyle, find_label_style
from viz_core.drawing.paths import Style, draw_paths, place_turned
from viz_core.drawing.surface import Surface
from viz_core.drawing.text_background import TextBackground, background_path

__all__ = ["Text", "as_horizontal", "as_vertical", "draw_texts", "measure"]

# The alignments there are, and which part of a text's width lies before its position.
_HORIZONTAL = {"left": 0.0, "center": 0.5, "right": 1.0}
_VERTICAL = ("top", "bottom", "center", "baseline", "center_baseline")

_LINE_SPACING = 1.2
_NOTHING: RGBA = (0, 0, 0, 0.0)


class Text(NamedTuple):
    """One text to draw.

    Attributes:
        text: May have several lines.
        position: x and y.
        font: The font.
        color: Of the letters.
        horizontal: Which side of the text is at the position.
        vertical: What of the text is at the position: its top, bottom, center or baseline.
        rotation: In degrees, counterclockwise.
        background: Behind the text, or None.
    """

    text: str
    position: Sequence[float]
    font: SizedFont
    color: RGBA
    horizontal: str
    vertical: str
    rotation: float
    background: TextBackground | None


def as_horizontal(value: Any, name: str) -> str:
    """Return a horizontal alignment."""
    return _one_of(_HORIZONTAL, value, name)


def as_vertical(value: Any, name: str) -> str:
    """Return a vertical alignment."""
    return _one_of(_VERTICAL, value, name)


def _one_of(allowed: Iterable[str], value: Any, name: str) -> str:
    if as_string(value, name) not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return str(value)


def draw_texts(
    surface: Surface,
    texts: Iterable[
        tuple[str, Sequence[float], SizedFont, RGBA, str, str, float, TextBackground | None]
    ],
) -> None:
    """Draw texts in their order, each given by the fields of `Text`."""
    floor = math.floor
    known_font, known_color, known_background = None, None, None  # mostly the same for all
    style: LabelStyle | None = None
    for text in texts:
        words, (x, y), font, color, horizontal, vertical, rotation, background = text
        if font is not known_font or color is not known_color or background is not known_background:
            known_font, known_color, known_background = font, color, background
            style = _find_style(font, color, background)
        if style is None or rotation or "\n" in words:
            _draw_block(surface, Text(*text))
            continue
        bitmaps, left, top, line_width, ascent, descent = style.label(words)
        if horizontal != "left":
            x -= line_width * _HORIZONTAL[horizontal]
        y += ascent if vertical == "top" else _baseline(vertical, ascent, descent)
        lay(surface, bitmaps, floor(x + 0.5) + left, floor(y + 0.5) + top)


def _find_style(
    font: SizedFont, color: RGBA, background: TextBackground | None
) -> LabelStyle | None:
    """Return how texts become labels, or None if their background is more than a background."""
    if background is None:
        return find_label_style(font, color, _NOTHING, 0.0)
    return (
        find_label_style(font, color, background.face, background.padding)
        if background.is_plain
        else None
    )


def measure(text: str, font: SizedFont) -> tuple[float, float]:
    """Return the width and height of a text in pixels, without a background."""
    block = _Block(text, font)
    return block.width, block.height


def _baseline(vertical: str, ascent: float, height_below: float) -> float:
    """Return how far below the position the first baseline lies.

    Args:
        vertical: The alignment.
        ascent: Of the first line.
        height_below: From the first baseline to the end of the text.
    """
    if vertical == "top":
        return ascent
    if vertical == "bottom":
        return -height_below
    if vertical == "center":
        return (ascent - height_below) / 2
    return ascent / 2 if vertical == "center_baseline" else 0.0


class _Block:
    """The lines of a text, set below each other from the left.

    Attributes:
        lines: Each with its width and how far its baseline is below the first.
        ascent: Of the first line.
        width: Of the widest line.
        height: From the top of the first line to the bottom of the last.
    """

    def __init__(self, text: str, font: SizedFont) -> None:
        self.lines: list[tuple[str, float, float]] = []
        baseline = 0.0
        extent = Extent(0.0, 0.0, 0.0)
        for line in text.split("\n"):
            below = extent.descent
            extent = font.extent(line) if line else Extent(0.0, font.ascent, font.descent)
            if self.lines:
                baseline += below + _LINE_SPACING * extent.ascent
            else:
                self.ascent = extent.ascent
            self.lines.append((line, extent.width, baseline))
        self.width = max(width for _, width, _ in self.lines)
        self.height = self.ascent + baseline + extent.descent


def _draw_block(surface: Surface, text: Text) -> None:
    """Draw a text of any kind: of several lines, turned, or with a background of its own shape."""
    block = _Block(text.text, text.font)
    angle = math.radians(text.rotation)
    # y points down in images, and rotation is counterclockwise as seen.
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    top, bottom = -block.ascent, block.height - block.ascent
    corners = np.array([[0, top], [block.width, top], [block.width, bottom], [0, bottom]]) @ turn.T
    # Like matplotlib's, alignment is that of the upright background around the turned text.
    left, high = corners.min(axis=0)
    right, low = corners.max(axis=0)
    fraction = _HORIZONTAL[text.horizontal]
    origin = np.array(
        [
            text.position[0] - (left + (right - left) * fraction),
            text.position[1] + _baseline(text.vertical, -high, low),
        ]
    )
    if text.background is not None:
        placed = place_turned(
            background_path(text.background, block.width, top, bottom), turn, origin
        )
        style = Style(
            text.background.edge,
            text.background.face,
            text.background.width,
            text.background.dashes,
        )
        draw_paths(surface, [placed], [style])
    letters = find_label_style(text.font, text.color, _NOTHING, 0.0)
    for line, width, baseline in block.lines:
        if not line.strip():
            continue
        # Lines of one text are aligned with each other as the text is with its position.
        start = origin + turn @ ((block.width - width) * fraction, baseline)
        x, y = (math.floor(value + 0.5) for value in start)
        if text.rotation:
            label = letters.turned(line, text.rotation)
        else:
            label = letters.label(line)
        lay(surface, label.bitmaps, x + label.left, y + label.top)
