"""The methods of a canvas that draw boxes, polygons, circles, lines and points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from viz_core.arrays import as_array
from viz_core.colors import RGBA, as_color, as_colors
from viz_core.drawing import arguments as check
from viz_core.drawing.lazy import drawers
from viz_core.drawing.picture import Picture
from viz_core.types import ArrayLike, Colors

if TYPE_CHECKING:
    from viz_core.drawing.outlines import Style

__all__ = ["ShapeMethods"]

Self = TypeVar("Self", bound="ShapeMethods")


class ShapeMethods(Picture):
    """Draws shapes; `Canvas` says what the style parameters mean."""

    def draw_bboxes(
        self: Self,
        bboxes: ArrayLike,
        edge_colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
        face_colors: Colors = "none",
        alpha: float | Sequence[float] = 0.8,
    ) -> Self:
        """Draw boxes, the line centred on the coordinates.

        Args:
            bboxes: x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, shape (4,) or (N, 4).
            edge_colors: Of the lines; see `Canvas`.
            line_styles: See `Canvas`.
            line_widths: See `Canvas`.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
        """
        surface = self._surface
        corners = check.as_rows(bboxes, "bboxes", 4, "x1, y1, x2, y2")
        width, height = surface.width, surface.height
        leaves = False
        for number, (x1, y1, x2, y2) in enumerate(corners):
            # One look at each number: what is not finite or not sorted fails here as well.
            if not (0 <= x1 <= x2 <= width and 0 <= y1 <= y2 <= height):
                _check_box(corners[number], number)
                leaves = True
        draw = drawers()
        styles = _style_columns(
            len(corners), edge_colors, face_colors, line_widths, line_styles, alpha
        )
        if leaves:
            check.warn_out_of_bounds("bbox")
        draw.draw_boxes(surface, corners, *styles)
        return self

    def draw_polygons(
        self: Self,
        polygons: ArrayLike | Sequence[ArrayLike],
        edge_colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
        face_colors: Colors = "none",
        alpha: float | Sequence[float] = 0.8,
    ) -> Self:
        """Draw closed polygons.

        Args:
            polygons: The corners of one, shape (M, 2), or a list of such, which may be empty.
            edge_colors: Of the lines; see `Canvas`.
            line_styles: See `Canvas`.
            line_widths: See `Canvas`.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
        """
        surface = self._surface
        given = polygons if isinstance(polygons, (list, tuple)) else [polygons]
        corners = [
            check.as_coordinates(polygon, f"polygons[{i}]", 2, "x, y of each corner")
            for i, polygon in enumerate(given)
        ]
        for i, points in enumerate(corners):
            if not len(points):
                raise ValueError(f"polygons[{i}] must have corners, got none; leave it out")
        draw = drawers()
        styles = _styles(len(corners), edge_colors, face_colors, line_widths, line_styles, alpha)
        if corners:
            points = np.concatenate(corners)
            if check.leaves(points, points, self.width, self.height):
                check.warn_out_of_bounds("polygon")
        draw.draw_outlines(surface, draw.outlines.polygons(corners), styles)
        return self

    def draw_circles(
        self: Self,
        center: ArrayLike,
        radius: ArrayLike,
        edge_colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
        face_colors: Colors = "none",
        alpha: float | Sequence[float] = 0.8,
    ) -> Self:
        """Draw circles.

        Args:
            center: x and y, shape (2,) or (N, 2).
            radius: Shape (N,), or one number for all.
            edge_colors: Of the lines; see `Canvas`.
            line_styles: See `Canvas`.
            line_widths: See `Canvas`.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
        """
        surface = self._surface
        centers = check.as_coordinates(center, "center", 2, "x, y")
        radii = _radii(radius, len(centers))
        draw = drawers()
        styles = _styles(len(centers), edge_colors, face_colors, line_widths, line_styles, alpha)
        reach = np.array(radii).reshape(-1, 1)
        if check.leaves(centers - reach, centers + reach, self.width, self.height):
            check.warn_out_of_bounds("circle")
        draw.draw_outlines(surface, draw.outlines.circles(centers, radii), styles)
        return self

    def draw_lines(
        self: Self,
        x_datas: ArrayLike,
        y_datas: ArrayLike,
        colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
    ) -> Self:
        """Draw straight lines.

        Args:
            x_datas: x of the start and of the end, shape (2,) or (N, 2).
            y_datas: y of the start and of the end, of the same shape.
            colors: See `Canvas`.
            line_styles: See `Canvas`.
            line_widths: See `Canvas`.
        """
        surface = self._surface
        x_pairs = check.as_coordinates(x_datas, "x_datas", 2, "x of start and end")
        y_pairs = check.as_coordinates(y_datas, "y_datas", 2, "y of start and end")
        if x_pairs.shape != y_pairs.shape:
            raise ValueError(
                f"x_datas and y_datas must have the same shape, got {np.shape(x_datas)} and "
                f"{np.shape(y_datas)}"
            )
        draw = drawers()
        styles = _styles(len(x_pairs), colors, "none", line_widths, line_styles, 1.0)
        ends = np.stack([x_pairs, y_pairs], axis=-1).reshape(-1, 2)
        if check.leaves(ends, ends, self.width, self.height):
            check.warn_out_of_bounds("line")
        draw.draw_outlines(surface, draw.outlines.segments(x_pairs, y_pairs), styles)
        return self

    def draw_points(
        self: Self,
        positions: ArrayLike,
        colors: Colors = "g",
        marker: str | None = None,
        sizes: float | ArrayLike | Sequence[float] | None = None,
    ) -> Self:
        """Draw points. Points outside the picture are left out without a warning.

        Args:
            positions: x and y, shape (2,) or (N, 2).
            colors: See `Canvas`.
            marker: One of matplotlib's markers; a disk by default.
            sizes: The square of the diameter in points, as in matplotlib's scatter; 36 by
                default.
        """
        surface = self._surface
        places = check.as_coordinates(positions, "positions", 2, "x, y")
        draw = drawers()
        count = len(places)
        draw.draw_points(
            surface,
            places,
            as_colors(colors, count),
            draw.as_marker(marker),
            check.per_item(36.0 if sizes is None else sizes, count, "sizes", check.as_length),
        )
        return self


def _check_box(box: Sequence[float], number: int) -> None:
    check.check_finite(box, "bboxes", number)
    x1, y1, x2, y2 = box
    if x1 > x2 or y1 > y2:
        raise ValueError(
            f"bboxes must be x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, got {box} in row "
            f"{number}; sort the corners, and turn x, y, width, height into corners first"
        )


def _styles(
    count: int, edges: Any, faces: Any, widths: Any, line_styles: Any, alphas: Any
) -> list[Style]:
    """Return the styles of shapes."""
    columns = _style_columns(count, edges, faces, widths, line_styles, alphas)
    return list(map(drawers().Style.faded, *columns))


def _style_columns(
    count: int, edges: Any, faces: Any, widths: Any, line_styles: Any, alphas: Any
) -> tuple[list[RGBA], list[RGBA], list[float], list[str], list[float]]:
    """Return what `Style.faded` takes, in a list each."""
    outlines = as_colors(edges, count, "edge_colors")
    try:
        face, width, dashes, opacity = _style_of_all(faces, widths, line_styles, alphas)
    except TypeError:  # a list, an array, or something wrong
        return (
            outlines,
            as_colors(faces, count, "face_colors"),
            check.per_item(widths, count, "line_widths", check.as_length),
            check.per_item(line_styles, count, "line_styles", check.as_line_style),
            check.per_item(alphas, count, "alpha", check.as_fraction),
        )
    return outlines, [face] * count, [width] * count, [dashes] * count, [opacity] * count


@lru_cache(maxsize=256, typed=True)  # mostly the same in every call
def _style_of_all(
    face: Any, width: Any, line_style: Any, alpha: Any
) -> tuple[RGBA, float, str, float]:
    if not isinstance(face, str):
        raise TypeError("what can change must not be kept")
    return (
        as_color(face, "face_colors"),
        check.as_length(width, "line_widths"),
        check.as_line_style(line_style, "line_styles"),
        check.as_fraction(alpha, "alpha"),
    )


def _radii(radius: ArrayLike, count: int) -> list[float]:
    """Return the radius of each circle."""
    given = as_array(radius, "radius") if hasattr(radius, "shape") else np.asarray(radius)
    if given.size not in (1, count):
        raise ValueError(f"radius must have one entry per center, got {given.size} for {count}")
    return check.per_item(radius, count, "radius", check.as_length, cycle=False)
