"""Vector shapes on a surface: an outline, a filling, or both, rasterised by Agg."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

from viz_core.colors import RGBA, faded
from viz_core.drawing.arguments import Floats
from viz_core.drawing.clipping import Window, clip_line, huge_circle
from viz_core.drawing.surface import DPI, Surface

__all__ = [
    "Shapes",
    "Style",
    "as_fractions",
    "draw_paths",
    "place_boxes",
    "place_circles",
    "place_polygons",
    "place_segments",
    "place_turned",
    "round_box",
]

# The lengths of dashes and gaps in line widths: matplotlib's own, whatever a matplotlibrc says.
_DASHES: dict[str, tuple[float, ...] | None] = {
    "-": None,
    "--": (3.7, 1.6),
    "-.": (6.4, 1.6, 1.0, 1.6),
    ":": (1.0, 1.65),
}
# Shapes that are far from each other are drawn each in a part of the image of its own, which costs as
# much as to copy so many pixels.
_APART = 8192

# Where left, top, right and bottom go when a shape grows.
_OUTWARD = np.array([-1, -1, 1, 1])

_NOTHING: RGBA = (0, 0, 0, 0.0)

# Leaves a path where it is.
_IN_PLACE = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_UNIT_BOX = Path([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], closed=True)
_UNIT_CIRCLE = Path.unit_circle()
_UNIT_SEGMENT = Path([(0, 0), (1, 1)])


class Style(NamedTuple):
    """How one shape is drawn.

    Attributes:
        edge: The outline's color; opacity 0 leaves it out.
        face: The filling's color; opacity 0 leaves it out.
        width: Of the line, in points.
        dashes: The line style's symbol.
    """

    edge: RGBA
    face: RGBA
    width: float
    dashes: str

    @classmethod
    def faded(cls, edge: RGBA, face: RGBA, width: float, dashes: str, alpha: float) -> Style:
        """Return the style with the opacities of both colors multiplied by ``alpha``."""
        return cls(faded(edge, alpha), faded(face, alpha), width, dashes)


class Shapes(NamedTuple):
    """Paths, and where they go in the image.

    Attributes:
        paths: The corners of each.
        placements: From these to the image's pixels: x becomes ``a x + c y + e`` and y
            ``b x + d y + f``, in that order, shape (N, 6).
        bounds: The left, top, right and bottom of each, shape (N, 4).
        clipped: The numbers of those that reached so far out of the image that they were clipped.
    """

    paths: list[Path]
    placements: Floats
    bounds: Floats
    clipped: set[int]

    @classmethod
    def of(cls, path: Path, corners: Floats, low: Floats, high: Floats, size: Floats) -> Shapes:
        """Return shapes that are one path, made as wide and high as `size`, and moved to `corners`.

        Those lie between `low` and `high`, all of shape (N, 2).
        """
        placements, bounds = np.zeros((len(corners), 6)), np.empty((len(corners), 4))
        placements[:, ::3], placements[:, 4:] = size, corners
        bounds[:, :2], bounds[:, 2:] = low, high
        return cls([path] * len(corners), placements, bounds, set())

    def put_line(self, number: int, line: Floats, *, is_clipped: bool) -> None:
        """Put a line where it is in the place of a shape; it is closed if it ends where it begins."""
        is_closed = len(line) > 1 and bool((line[0] == line[-1]).all())
        self.paths[number] = Path(line, closed=is_closed)
        self.placements[number] = _IN_PLACE
        self.bounds[number, :2], self.bounds[number, 2:] = line.min(axis=0), line.max(axis=0)
        if is_clipped:
            self.clipped.add(number)


def place_boxes(corners: Sequence[Sequence[float]], window: Window) -> Shapes:
    """Return boxes given as x1, y1, x2, y2."""
    low, high = _inside(np.array(corners, np.float64).reshape(-1, 2, 2), window).transpose(1, 0, 2)
    return Shapes.of(_UNIT_BOX, low, low, high, high - low)


def place_circles(centers: Floats, radii: Sequence[float], window: Window) -> Shapes:
    """Return circles."""
    size = window.right - window.left + window.bottom - window.top
    r = np.minimum(radii, 2 * size)[:, None]  # more may be no number, and is clipped
    shapes = Shapes.of(_UNIT_CIRCLE, centers, centers - r, centers + r, r)
    for i in np.flatnonzero(r > size).tolist():
        huge = huge_circle(centers[i, 0], centers[i, 1], radii[i], window)
        if huge is not None:
            shapes.put_line(i, huge, is_clipped=True)
    return shapes


def place_segments(ends: Floats, window: Window) -> Shapes:
    """Return straight lines, each from its first x and y to its second, shape (N, 2, 2)."""
    inside = _inside(ends, window)
    first, second = inside[:, 0], inside[:, 1]
    low, high = np.minimum(first, second), np.maximum(first, second)
    shapes = Shapes.of(_UNIT_SEGMENT, first, low, high, second - first)
    is_clipped = inside != ends
    if is_clipped.any():
        for i in np.flatnonzero(is_clipped.any(axis=(1, 2))).tolist():
            shapes.put_line(i, clip_line(ends[i], window), is_clipped=True)
    return shapes


def _inside(points: Floats, window: Window) -> Floats:
    """Return points with those that lie out of a window moved to its border."""
    moved: Floats = np.minimum(np.maximum(points, window[:2]), window[2:])
    return moved


def place_polygons(corners: Sequence[Floats], window: Window) -> Shapes:
    """Return closed polygons, each of shape (M, 2) with M >= 1."""
    count = len(corners)
    shapes = Shapes([_UNIT_BOX] * count, np.empty((count, 6)), np.empty((count, 4)), set())
    for i, points in enumerate(corners):
        line = np.vstack([points, points[:1]])
        fits = window.holds(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
        shapes.put_line(i, line if fits else clip_line(line, window), is_clipped=not fits)
    return shapes


def place_turned(path: Path, turn: Floats, origin: Floats) -> Shapes:
    """Return a path turned by a 2x2 matrix and moved to ``origin``, alone."""
    corners = path.vertices @ turn.T + origin
    placements = np.hstack([turn.T.ravel(), origin])[None]
    bounds = np.hstack([corners.min(axis=0), corners.max(axis=0)])[None]
    return Shapes([path], placements, bounds, set())


def draw_paths(surface: Surface, shapes: Shapes, styles: Sequence[Style]) -> None:
    """Draw shapes in their order, later ones over earlier ones."""
    for rectangle, numbers in _parts(surface, shapes, styles):
        for renderer, transform in surface.agg(*rectangle.tolist()):
            each = _apart(shapes, numbers, styles)
            for is_filled, alike in groupby(each, lambda one: bool(one[1].face[3])):
                _draw(renderer, transform, shapes, list(alike), is_filled=is_filled)


def _parts(
    surface: Surface, shapes: Shapes, styles: Sequence[Style]
) -> list[tuple[Floats, list[int]]]:
    """Return rectangles to draw in, each with the numbers of the shapes that are drawn there.

    What cannot be seen is in none, but for a shape that is alone, of which `Surface.agg` tells.
    """
    margins = np.array([style.width for style in styles]) * DPI / 72 + 2
    bounds = shapes.bounds + margins[:, None] * _OUTWARD
    if len(bounds) == 1:
        return [(bounds[0], [0])]
    left, top, right, bottom = bounds.T
    is_seen = (right > 0) & (bottom > 0) & (left < surface.width) & (top < surface.height)
    seen = np.flatnonzero(is_seen).tolist()
    if not seen:
        return []
    bounds = bounds[seen]
    around = np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])
    if _area(bounds).sum() + _APART * len(seen) < _area(around):
        return list(zip(bounds, [[number] for number in seen], strict=True))
    return [(around, seen)]


def _area(bounds: Floats) -> Floats:
    left, top, right, bottom = bounds.T
    area: Floats = (right - left) * (bottom - top)
    return area


def _apart(
    shapes: Shapes, numbers: Iterable[int], styles: Sequence[Style]
) -> Iterator[tuple[int, Style]]:
    """Yield the number and the style of each shape; of one that is clipped and dashed, of two parts.

    These are its filling, then its outline: Agg clips a line to the image before it makes dashes of
    it, but not if the line is filled.
    """
    for number in numbers:
        style = styles[number]
        if number in shapes.clipped and style.dashes != "-":
            if style.face[3]:
                yield number, style._replace(width=0.0)
            style = style._replace(face=_NOTHING)
        yield number, style


def _draw(
    renderer: Any,
    transform: Affine2D,
    shapes: Shapes,
    each: Sequence[tuple[int, Style]],
    *,
    is_filled: bool,
) -> None:
    """Draw shapes of which all are filled, or none, given by number and style."""
    styles = {style: _AggStyle.of(style) for style in {style for _, style in each}}
    context = renderer.new_gc()
    if len(each) == 1:  # which takes half the time of a collection
        ((number, style),) = each
        drawn = styles[style]
        context.set_foreground(drawn.edge, isRGBA=True)
        context.set_linewidth(drawn.width)
        context.set_dashes(*drawn.dashes)
        placement = Affine2D.from_values(*shapes.placements[number].tolist()) + transform
        renderer.draw_path(
            context, shapes.paths[number], placement, drawn.face if is_filled else None
        )
        return
    numbers = [number for number, _ in each]
    matrices = np.zeros((len(each), 3, 3))
    matrices[:, :2] = shapes.placements[numbers].reshape(-1, 3, 2).transpose(0, 2, 1)
    matrices[:, 2, 2] = 1
    chosen = list(styles.values()) if len(styles) == 1 else [styles[style] for _, style in each]
    nowhere = IdentityTransform()
    renderer.draw_path_collection(
        context,
        nowhere,
        [shapes.paths[number] for number in numbers],
        transform.get_matrix() @ matrices,
        np.empty((0, 2)),
        nowhere,
        [style.face for style in chosen] if is_filled else np.empty((0, 4)),
        [style.edge for style in chosen],
        [style.width for style in chosen],
        [style.dashes for style in chosen],
        [True],
        [None],
        "screen",
    )


class _AggStyle(NamedTuple):
    """What Agg takes for a style.

    Attributes:
        face: Four numbers in 0..1.
        edge: Four numbers in 0..1.
        width: In points; 0 for none.
        dashes: Where they begin, and their lengths in points, or None.
    """

    face: tuple[float, float, float, float]
    edge: tuple[float, float, float, float]
    width: float
    dashes: tuple[float, list[float] | None]

    @classmethod
    def of(cls, style: Style) -> _AggStyle:
        """Return a style as Agg takes it."""
        face = as_fractions(style.face)
        if not (style.edge[3] and style.width):
            return cls(face, as_fractions(_NOTHING), 0.0, (0.0, None))
        edge = style.edge
        dashes = _DASHES[style.dashes]
        lengths = [length * style.width for length in dashes] if dashes else None
        if dashes and sum(dashes) * style.width * DPI / 72 < 1:
            # Finer than pixels: as a line that is as opaque as they are on average.
            edge, lengths = faded(edge, sum(dashes[::2]) / sum(dashes)), None
        return cls(face, as_fractions(edge), style.width, (0.0, lengths))


def as_fractions(color: RGBA) -> tuple[float, float, float, float]:
    """Return a color as matplotlib's four numbers in 0..1."""
    red, green, blue, opacity = color
    return (red / 255, green / 255, blue / 255, opacity)


def round_box(left: float, top: float, right: float, bottom: float, radius: float) -> Path:
    """Return a box with round corners, as matplotlib's FancyBboxPatch has them."""
    if not radius:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        return Path(corners, closed=True)
    r = radius
    # fmt: off
    corners = [
        (left + r, top), (right - r, top), (right, top), (right, top + r),
        (right, bottom - r), (right, bottom), (right - r, bottom),
        (left + r, bottom), (left, bottom), (left, bottom - r),
        (left, top + r), (left, top), (left + r, top), (left + r, top),
    ]
    # fmt: on
    line, curve = Path.LINETO, Path.CURVE3
    return Path(corners, [Path.MOVETO, *[line, curve, curve] * 4, Path.CLOSEPOLY])
