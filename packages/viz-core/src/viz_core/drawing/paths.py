"""Vector shapes on a surface: an outline, a filling, or both, rasterised by Agg."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

from viz_core.colors import RGBA, faded
from viz_core.drawing.arguments import Floats
from viz_core.drawing.clipping import Window, clip_line, huge_circle
from viz_core.drawing.surface import DPI, Surface

__all__ = [
    "PlacedPath",
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

_NOTHING: RGBA = (0, 0, 0, 0.0)

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


class PlacedPath(NamedTuple):
    """A path, and where it goes in the image.

    Attributes:
        path: Its corners.
        placement: From these to the image's pixels.
        left: Where it begins.
        top: Where it begins.
        right: Where it ends.
        bottom: Where it ends.
        is_clipped: Whether it reached so far out of the image that it was clipped.
    """

    path: Path
    placement: Affine2D
    left: float
    top: float
    right: float
    bottom: float
    is_clipped: bool = False


def place_boxes(corners: Iterable[Sequence[float]], window: Window) -> list[PlacedPath]:
    """Return boxes given as x1, y1, x2, y2."""
    left, top, right, bottom = window
    placed = []
    for box in corners:
        x1, x2 = (min(max(x, left), right) for x in (box[0], box[2]))
        y1, y2 = (min(max(y, top), bottom) for y in (box[1], box[3]))
        placement = Affine2D.from_values(x2 - x1, 0, 0, y2 - y1, x1, y1)
        placed.append(PlacedPath(_UNIT_BOX, placement, x1, y1, x2, y2))
    return placed


def place_circles(centers: Floats, radii: Sequence[float], window: Window) -> list[PlacedPath]:
    """Return circles."""
    placed = []
    for (x, y), r in zip(centers.tolist(), radii, strict=True):
        huge = huge_circle(x, y, r, window)
        if huge is None:
            bounds = (x - r, y - r, x + r, y + r)
            placed.append(PlacedPath(_UNIT_CIRCLE, Affine2D.from_values(r, 0, 0, r, x, y), *bounds))
        else:
            placed.append(_place_line(huge, is_clipped=True))
    return placed


def place_segments(x_pairs: Floats, y_pairs: Floats, window: Window) -> list[PlacedPath]:
    """Return straight lines, each from its first x and y to its second."""
    placed = []
    for (x1, x2), (y1, y2) in zip(x_pairs.tolist(), y_pairs.tolist(), strict=True):
        bounds = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        if window.holds(*bounds):
            placement = Affine2D.from_values(x2 - x1, 0, 0, y2 - y1, x1, y1)
            placed.append(PlacedPath(_UNIT_SEGMENT, placement, *bounds))
        else:
            line = clip_line(np.array([(x1, y1), (x2, y2)]), window)
            placed.append(_place_line(line, is_clipped=True))
    return placed


def place_polygons(corners: Sequence[Floats], window: Window) -> list[PlacedPath]:
    """Return closed polygons, each of shape (M, 2) with M >= 1."""
    placed = []
    for points in corners:
        line = np.vstack([points, points[:1]])
        fits = window.holds(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
        placed.append(_place_line(line if fits else clip_line(line, window), is_clipped=not fits))
    return placed


def _place_line(line: Floats, *, is_clipped: bool) -> PlacedPath:
    """Return a line where it is; it is closed if it ends where it begins."""
    (left, top), (right, bottom) = line.min(axis=0).tolist(), line.max(axis=0).tolist()
    is_closed = len(line) > 1 and bool((line[0] == line[-1]).all())
    path = Path(line, closed=is_closed)
    return PlacedPath(path, Affine2D(), left, top, right, bottom, is_clipped)


def draw_paths(surface: Surface, paths: Sequence[PlacedPath], styles: Sequence[Style]) -> None:
    """Draw shapes in their order, later ones over earlier ones."""
    bounds, shapes = [], []
    for placed, style in zip(paths, styles, strict=True):
        margin = style.width * DPI / 72 + 2
        left, top = placed.left - margin, placed.top - margin
        right, bottom = placed.right + margin, placed.bottom + margin
        if right > 0 and bottom > 0 and left < surface.width and top < surface.height:
            bounds.append((left, top, right, bottom))
            shapes.append((placed, style))
    if not shapes:
        return
    lefts, tops, rights, bottoms = zip(*bounds, strict=True)
    around = (min(lefts), min(tops), max(rights), max(bottoms))
    if sum(map(_area, bounds)) + _APART * len(shapes) < _area(around):
        parts = list(zip(bounds, [[shape] for shape in shapes], strict=True))
    else:
        parts = [(around, shapes)]
    for rectangle, some in parts:
        for renderer, transform in surface.agg(*rectangle):
            for placed, style in some:
                placement = placed.placement + transform
                if placed.is_clipped and style.dashes != "-":
                    # Before Agg makes dashes of a line it clips it to the image, if unfilled.
                    _draw(renderer, placed.path, placement, style._replace(width=0.0))
                    style = style._replace(face=_NOTHING)
                _draw(renderer, placed.path, placement, style)


def _area(bounds: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = bounds
    return (right - left) * (bottom - top)


def _draw(renderer: Any, path: Path, transform: Transform, style: Style) -> None:
    context = renderer.new_gc()
    face = as_fractions(style.face) if style.face[3] else None
    if style.edge[3] and style.width:
        context.set_foreground(as_fractions(style.edge), isRGBA=True)
        context.set_linewidth(style.width)
        dashes = _DASHES[style.dashes]
        if dashes and sum(dashes) * style.width * DPI / 72 >= 1:
            context.set_dashes(0, [length * style.width for length in dashes])
        elif dashes:  # finer than pixels: as a line that is as opaque as they are on average
            share = sum(dashes[::2]) / sum(dashes)
            context.set_foreground(as_fractions(faded(style.edge, share)), isRGBA=True)
    elif face is None:
        return
    else:
        context.set_linewidth(0)
    renderer.draw_path(context, path, transform, face)


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


def place_turned(path: Path, turn: Floats, origin: Floats) -> PlacedPath:
    """Return a path turned by a 2x2 matrix and moved to ``origin``."""
    (a, c), (b, d) = turn.tolist()
    x, y = origin.tolist()
    placement = Affine2D.from_values(a, b, c, d, x, y)
    corners = placement.transform(path.vertices)
    return PlacedPath(path, placement, *corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())
