"""A legend: names beside their colors, in a corner of the image."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from viz_core.colors import RGBA, as_color
from viz_core.convert import shortened
from viz_core.drawing.arguments import Floats
from viz_core.drawing.fonts import SizedFont
from viz_core.drawing.paths import Style, draw_paths
from viz_core.drawing.shapes import place_boxes, place_turned, round_box
from viz_core.drawing.surface import DPI, Surface
from viz_core.drawing.texts import draw_texts, measure_texts
from viz_core.typing import Color

__all__ = ["Legend", "arrange", "as_entries", "as_location", "draw_legend"]

# Where x and y begin, as parts of what is left of the image; that of two equally empty ones which
# is first is taken.
_CORNERS = {
    "upper right": (1, 0),
    "upper left": (0, 0),
    "lower right": (1, 1),
    "lower left": (0, 1),
}

# matplotlib's, in font sizes: around the legend, in it, between rows, between columns, the width
# and height of a color, and from there to its name.
_MARGIN, _PAD, _ROW_GAP, _COLUMN_GAP = 0.5, 0.4, 0.5, 2.0
_SWATCH, _SWATCH_GAP = np.array([2.0, 0.7]), 0.8
_ROUNDING, _EDGE_WIDTH = 0.2, 1.0
_EDGE: RGBA = (204, 204, 204, 1.0)
_FACE: RGBA = (255, 255, 255, 1.0)
_LETTERS: RGBA = (0, 0, 0, 1.0)
_NOTHING: RGBA = (0, 0, 0, 0.0)

# How much smaller letters become, and down to which size in points, so that a legend fits.
_SMALLER, _SMALLEST = 0.85, 6.0

# What takes longer than a second to arrange.
_MOST_ENTRIES = 10_000

# Corners are compared by about so many pixels of each.
_LOOKED_AT = 65536


class Legend(NamedTuple):
    """How a legend is arranged, from its upper left corner.

    Attributes:
        font: Of the names.
        size: Width and height in pixels.
        margin: Between it and the border of the image, in pixels.
        swatches: x1, y1, x2, y2 of each color, shape (N, 4).
        names: x and y of the upper left corner of each name, shape (N, 2).
    """

    font: SizedFont
    size: Floats
    margin: float
    swatches: Floats
    names: Floats

    def fits(self, surface: Surface) -> bool:
        """Return whether it lies within the image."""
        room = (surface.width, surface.height)
        return bool((self.size + 2 * self.margin <= room).all())


def as_entries(entries: Mapping[str, Color]) -> tuple[list[str], list[RGBA]]:
    """Return the names and the colors of a legend."""
    if not isinstance(entries, Mapping):
        raise TypeError(
            f"entries must be a dict of colors by name, got {type(entries).__name__}: "
            f"{shortened(entries)}; make one with dict(zip(names, colors))"
        )
    if len(entries) > _MOST_ENTRIES:
        raise ValueError(
            f"entries must be at most {_MOST_ENTRIES:,}, got {len(entries):,}; leave some out"
        )
    for name in entries:
        if not isinstance(name, str):
            raise TypeError(
                f"the names of entries must be strings, got {type(name).__name__}: "
                f"{shortened(name)}; pass str(...) of each"
            )
    colors = [as_color(color, f"the color of {name!r}") for name, color in entries.items()]
    return list(entries), colors


def as_location(location: object) -> str:
    """Return where a legend goes: a corner, or ``'best'``."""
    if location not in ["best", *_CORNERS]:
        raise ValueError(
            f"location must be one of best, {', '.join(_CORNERS)}, got {shortened(location)}"
        )
    return str(location)


def arrange(
    names: Sequence[str],
    surface: Surface,
    find_font: Callable[[float], SizedFont],
    size: float | None,
) -> Legend:
    """Return a legend in as few columns as fit the height of the image.

    Args:
        names: At least one.
        surface: What it is drawn on.
        find_font: Returns the font of a size in points.
        size: Of the letters, in points. None: the image's, or what is smaller and fits.
    """
    legend = _arrange(names, surface.height, find_font(surface.font_size if size is None else size))
    while size is None and not legend.fits(surface) and legend.font.size > _SMALLEST:
        smaller = max(legend.font.size * _SMALLER, _SMALLEST)
        legend = _arrange(names, surface.height, find_font(smaller))
    return legend


def _arrange(names: Sequence[str], height: int, font: SizedFont) -> Legend:
    unit = font.size * DPI / 72
    sizes = np.array(measure_texts(names, [font] * len(names)))
    row = max(float(sizes[:, 1].max()), _SWATCH[1] * unit)
    gap, pad, margin = _ROW_GAP * unit, _PAD * unit, _MARGIN * unit
    most = max(1, int((height - 2 * margin - 2 * pad + gap) // (row + gap)))
    columns = math.ceil(len(names) / most)
    rows = math.ceil(len(names) / columns)
    before = (_SWATCH[0] + _SWATCH_GAP) * unit
    lefts, left = [], pad
    for start in range(0, len(names), rows):
        lefts.append(left)
        left += before + float(sizes[start : start + rows, 0].max()) + _COLUMN_GAP * unit
    corners = np.array(
        [(lefts[i // rows], pad + (i % rows) * (row + gap)) for i in range(len(names))]
    )
    baselines = [font.extent(name.split("\n")[0]).ascent for name in names]
    swatches = corners + np.stack([np.zeros(len(names)), baselines], axis=1)
    swatches[:, 1] -= _SWATCH[1] * unit
    size = np.array([left - _COLUMN_GAP * unit + pad, 2 * pad + rows * (row + gap) - gap])
    boxes = np.hstack([swatches, swatches + _SWATCH * unit])
    return Legend(font, size, margin, boxes, corners + np.array([before, 0]))


def draw_legend(
    surface: Surface,
    legend: Legend,
    names: Sequence[str],
    colors: Sequence[RGBA],
    location: str,
    alpha: float,
) -> None:
    """Draw a legend.

    Args:
        surface: Drawn on.
        legend: How it is arranged.
        names: Of the colors.
        colors: One for each name.
        location: A corner, or ``'best'``: the one where the image has the least detail.
        alpha: Opacity of the background.
    """
    room = np.array([surface.width, surface.height]) - legend.size - 2 * legend.margin
    places = {
        corner: np.maximum(np.rint(room * part), 0) + legend.margin
        for corner, part in _CORNERS.items()
    }
    if location == "best":
        location = min(places, key=lambda corner: _detail(surface, places[corner], legend.size))
    origin = places[location]
    rounding = _ROUNDING * legend.font.size * DPI / 72
    width, height = legend.size.tolist()
    path = round_box(0, 0, width, height, rounding)
    style = Style.faded(_EDGE, _FACE, _EDGE_WIDTH, "-", alpha)
    draw_paths(surface, place_turned(path, np.eye(2), origin), [style])
    swatches = (legend.swatches + np.tile(origin, 2)).tolist()
    inks = [Style(_NOTHING, color, 0.0, "-") for color in colors]
    draw_paths(surface, place_boxes(swatches, surface.window), inks)
    count = len(names)
    draw_texts(
        surface,
        names,
        (legend.names + origin).tolist(),
        [legend.font] * count,
        [_LETTERS] * count,
        ["left"] * count,
        ["top"] * count,
        [0.0] * count,
        [None] * count,
    )


def _detail(surface: Surface, place: Floats, size: Floats) -> float:
    """Return how much neighboring pixels differ where a legend would be."""
    x1, y1 = np.floor(place).astype(int)
    x2, y2 = np.ceil(place + size).astype(int)
    step = max(1, math.isqrt(int(size.prod()) // _LOOKED_AT))
    part = surface.pixels[y1:y2:step, x1:x2:step].astype(np.int16)
    return sum(
        float(np.abs(np.diff(part, axis=axis)).mean()) for axis in (0, 1) if part.shape[axis] > 1
    )
