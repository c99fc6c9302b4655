"""Vector shapes on a surface: an outline, a filling, or both, rasterised by Agg."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform, TransformedBbox

from viz_core.colors import RGBA, faded
from viz_core.drawing.arguments import Floats
from viz_core.drawing.shapes import Shapes
from viz_core.drawing.surface import DPI, Octets, Surface, make_renderer

__all__ = ["Style", "as_fractions", "draw_paths", "rasterise"]

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


def draw_paths(
    surface: Surface,
    shapes: Shapes,
    styles: Sequence[Style],
    within: Sequence[float] | None = None,
) -> None:
    """Draw shapes in their order, later ones over earlier ones.

    Args:
        surface: Drawn on.
        shapes: What is drawn.
        styles: Of each.
        within: The left, top, right and bottom of the part of the image that is drawn on, in whole
            pixels; None for all of it.
    """
    for rectangle, numbers in _parts(surface, shapes, styles):
        if within is not None:
            rectangle[:2] = np.maximum(rectangle[:2], within[:2])
            rectangle[2:] = np.minimum(rectangle[2:], within[2:])
        for renderer, transform in surface.agg(*rectangle.tolist()):
            context = renderer.new_gc()
            if within is not None:
                context.set_clip_rectangle(TransformedBbox(Bbox.from_extents(*within), transform))
            _draw_some(renderer, context, transform, shapes, numbers, styles)


def rasterise(box: tuple[int, int, int, int], shapes: Shapes, styles: Sequence[Style]) -> Octets:
    """Return shapes on nothing: RGBA, shape (H, W, 4), of which the colors are those where opaque.

    Args:
        box: The left, top, right and bottom of the part of the image that is drawn, not empty.
        shapes: What is drawn, in its order.
        styles: Of each.
    """
    left, top, right, bottom = box
    renderer, pixels = make_renderer(right - left, bottom - top)
    transform = Affine2D.from_values(1, 0, 0, -1, -left, bottom)
    _draw_some(renderer, renderer.new_gc(), transform, shapes, range(len(styles)), styles)
    return pixels


def _draw_some(
    renderer: Any,
    context: Any,
    transform: Affine2D,
    shapes: Shapes,
    numbers: Iterable[int],
    styles: Sequence[Style],
) -> None:
    """Draw some of the shapes with a `RendererAgg`."""
    each = _apart(shapes, numbers, styles)
    for is_filled, alike in groupby(each, lambda one: bool(one[1].face[3])):
        _draw(renderer, context, transform, shapes, list(alike), is_filled=is_filled)


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
    context: Any,
    transform: Affine2D,
    shapes: Shapes,
    each: Sequence[tuple[int, Style]],
    *,
    is_filled: bool,
) -> None:
    """Draw shapes of which all are filled, or none, given by number and style."""
    styles = {style: _as_agg_style(style) for style in {style for _, style in each}}
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


@lru_cache(maxsize=1024)
def _as_agg_style(style: Style) -> _AggStyle:
    """Return a style as Agg takes it."""
    face = as_fractions(style.face)
    if not (style.edge[3] and style.width):
        return _AggStyle(face, as_fractions(_NOTHING), 0.0, (0.0, None))
    edge = style.edge
    dashes = _DASHES[style.dashes]
    lengths = [length * style.width for length in dashes] if dashes else None
    if dashes and sum(dashes) * style.width * DPI / 72 < 1:
        # Finer than pixels: as a line that is as opaque as they are on average.
        edge, lengths = faded(edge, sum(dashes[::2]) / sum(dashes)), None
    return _AggStyle(face, as_fractions(edge), style.width, (0.0, lengths))


def as_fractions(color: RGBA) -> tuple[float, float, float, float]:
    """Return a color as matplotlib's four numbers in 0..1."""
    red, green, blue, opacity = color
    return (red / 255, green / 255, blue / 255, opacity)
