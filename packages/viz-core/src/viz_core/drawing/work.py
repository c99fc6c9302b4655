"""How much work a drawing call is: what would take seconds is refused before anything is drawn.

Work is counted in steps, which take about a nanosecond each, or less: the constants are what was
measured, of the slowest that there is of a kind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.colors import RGBA
from viz_core.drawing.surface import DPI, LARGEST_PART, Surface

__all__ = [
    "BLENDED",
    "BOXES",
    "CIRCLES",
    "CROSSED",
    "FADED",
    "FONT",
    "KEYPOINTS",
    "LARGE",
    "LIMBS",
    "LINES",
    "MANY_CORNERS",
    "MASKS",
    "MOST",
    "POINTS",
    "POLYGONS",
    "POLYLINES",
    "ROTATED_BOXES",
    "TEXTS",
    "Columns",
    "Kind",
    "check_count",
    "check_polygons",
    "check_shapes",
    "check_work",
    "is_little",
]

Floats: TypeAlias = npt.NDArray[np.float64]

#: The steps of a call, at most: less than two seconds.
MOST = 2_000_000_000

#: Of each pixel that is blended with what is below.
BLENDED = 8.0

#: Boxes with longer sides, in pixels, are filled without Agg: the steps of each pixel then, and of what
# Agg draws around it.
LARGE = 700
_FILLED = 2.0
_AROUND_LARGE = 800_000

#: Of a font, and of one in another size.
FONT = 10_000_000

# Of each pixel that is replaced.
_REPLACED = 1.0

# Of each pixel along an outline: more if it is dashed, and of one of so many corners that it may
# cross itself everywhere.
_DASHED = 100.0
CROSSED = 500.0
MANY_CORNERS = 100


class Kind(NamedTuple):
    """What items of a kind cost.

    Attributes:
        name: What all are called in an error.
        each: Steps of one, however small.
        sides: Of its bounding box that its outline is about as long as.
        outline: Steps of each pixel along the outline, besides those of its width.
        clipped: Steps of one that reaches so far out of the image that it is clipped beforehand.
        around: Steps of each pixel of its bounding box, whatever is drawn there.
        point: Steps of each of its corners, if it has many.
    """

    name: str
    each: float
    sides: int = 0
    outline: float = 0.0
    clipped: float = 0.0
    around: float = 0.0
    point: float = 0.0


BOXES = Kind("bboxes", 16_000, 4, 30)
CIRCLES = Kind("circles", 16_000, 4, 110, 50_000)
LINES = Kind("lines", 15_000, 2, 90, 130_000)
POLYGONS = Kind("polygons", 28_000, 4, 120, 200_000, point=1_500)
POINTS = Kind("points", 1_000)
TEXTS = Kind("texts", 10_000)
ROTATED_BOXES = POLYGONS._replace(name="rotated bboxes")
POLYLINES = POLYGONS._replace(name="lines")
FADED = POLYGONS._replace(name="lines that fade", each=400_000, around=16, point=40_000)
LIMBS = LINES._replace(name="limbs")
KEYPOINTS = POINTS._replace(name="keypoints")
MASKS = Kind("binary_masks", 20_000)

Columns: TypeAlias = tuple[
    Sequence[RGBA], Sequence[RGBA], Sequence[float], Sequence[str], Sequence[float]
]


def check_work(name: str, count: int, steps: float) -> None:
    """Raise ValueError if a call is more work than two seconds allow.

    Args:
        name: What all items are called in the error.
        count: How many items there are.
        steps: Of all together.
    """
    if steps > MOST:
        raise ValueError(
            f"{name} must be at most {MOST:,} steps of work in one call, got {steps:,.0f} for "
            f"{count:,}; draw fewer or smaller ones, or some of them in each call"
        )


def check_count(kind: Kind, count: int) -> None:
    """Raise ValueError if items are too many for one call, however small they are."""
    check_work(kind.name, count, count * kind.each)


def is_little(kind: Kind, count: int, sides: int, columns: Columns, surface: Surface) -> bool:
    """Return whether shapes are so few that they are little work, however large: mostly.

    Args:
        kind: Of all.
        count: How many there are.
        sides: Of all together, each as long as the image is wide and high, at most.
        columns: As `check_shapes` takes them.
        surface: Drawn on.
    """
    if not count:
        return True
    _, filling, widths, _, _ = columns
    is_filled = any(color[3] for color in filling)
    width, height = surface.width, surface.height
    along = kind.outline + CROSSED + _DASHED + BLENDED * max(widths) * DPI / 72
    steps = count * (kind.each * _parts(surface) + kind.clipped)
    steps += count * width * height * (is_filled * BLENDED + kind.around)
    return steps + sides * ((width + height) * along + kind.point) <= MOST


def _parts(surface: Surface) -> int:
    """Return how many parts an image is drawn in, each with all shapes."""
    width, height = surface.width, surface.height
    return math.ceil(width / LARGEST_PART) * math.ceil(height / LARGEST_PART)


def check_shapes(
    kind: Kind,
    low: Floats,
    high: Floats,
    columns: Columns,
    surface: Surface,
    lengths: Floats | None = None,
    more: float = 0.0,
) -> None:
    """Raise ValueError if shapes are so many and large that to draw them takes seconds.

    Args:
        kind: Of all.
        low: The smallest x and y of each, shape (N, 2).
        high: The largest x and y of each, shape (N, 2).
        columns: Colors of the outline and the filling of each, line widths in points, line styles,
            and what the opacities of both colors are multiplied with.
        surface: Drawn on.
        lengths: Of each outline in the image in pixels, weighed, shape (N,), where that is known.
        more: Steps besides.
    """
    outline, filling, widths, dashes, alphas = columns
    count, size = len(low), (surface.width, surface.height)
    edges, faces = (
        np.fromiter((color[3] for color in colors), np.float64, count) * alphas
        for colors in (outline, filling)
    )
    width = np.where(edges > 0, np.array(widths) * DPI / 72, 0.0)
    reach = width[:, None] / 2
    extent = np.clip(high + reach, 0, size) - np.clip(low - reach, 0, size)
    if lengths is None:
        lengths = extent.sum(axis=1) * (kind.sides / 2)
    area = extent.prod(axis=1)
    # A wide line covers the bounding box once for each of its sides, at most.
    covered = np.minimum(lengths * width, area * kind.sides)
    is_dashed = np.array([dash != "-" for dash in dashes]) & (width > 0)
    along = kind.outline * ((width > 0) | (faces > 0)) + _DASHED * is_dashed
    is_clipped = (low < surface.window[:2]).any(axis=1) | (high > surface.window[2:]).any(axis=1)
    steps = kind.each * _parts(surface) + kind.clipped * is_clipped + lengths * along
    fillings = _per_pixel(faces) + kind.around
    if kind is BOXES:
        is_large = extent.min(axis=1) > LARGE
        steps += is_large * (faces > 0) * _AROUND_LARGE
        fillings[is_large] = np.minimum(fillings[is_large], _FILLED)
    steps += covered * _per_pixel(edges) + area * fillings
    check_work(kind.name, count, float(steps.sum()) + more)


def check_polygons(
    points: Floats,
    counts: Sequence[int],
    columns: Columns,
    surface: Surface,
    kind: Kind = POLYGONS,
) -> None:
    """Raise ValueError if polygons or lines are so many, large and crossed that to draw them takes seconds.

    Args:
        points: The corners of all, one polygon after the other, shape (M, 2).
        counts: How many corners each has.
        columns: As `check_shapes` takes them.
        surface: Drawn on.
        kind: Of all.
    """
    size = (surface.width, surface.height)
    seen = np.clip(points, 0, size)
    starts = np.cumsum(counts) - np.array(counts, np.intp)
    before = np.arange(-1, len(points) - 1)
    before[starts] += counts
    lengths = np.add.reduceat(np.hypot(*(seen - seen[before]).T), starts)
    lengths[np.array(counts) > MANY_CORNERS] *= CROSSED / kind.outline
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    check_shapes(kind, low, high, columns, surface, lengths, len(points) * kind.point)


def _per_pixel(opacities: Floats) -> Floats:
    """Return the steps of a pixel that is laid over with these opacities."""
    steps: Floats = np.where(opacities == 1, _REPLACED, np.where(opacities > 0, BLENDED, 0.0))
    return steps
