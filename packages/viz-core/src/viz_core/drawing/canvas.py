"""The canvas: an image that boxes, texts, points, shapes and masks are drawn on."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_fraction, as_number, names_keywords
from viz_core._warnings import warn_user
from viz_core.colors import as_colors, faded
from viz_core.convert import as_array
from viz_core.drawing import arguments as check
from viz_core.drawing import limits, work
from viz_core.drawing.surface import DPI, Surface, make_axes, render
from viz_core.drawing.text_background import as_backgrounds
from viz_core.images import as_image
from viz_core.typing import ArrayLike, Color, Colors, Image

if TYPE_CHECKING:
    import os
    from typing import TypeAlias

    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

    from viz_core.drawing.fonts import SizedFont
    from viz_core.drawing.paths import Style

    FontLike: TypeAlias = FontProperties | os.PathLike[str]

__all__ = ["Canvas"]

Self = TypeVar("Self", bound="Canvas")

# What draws imports matplotlib, which takes a while and which a program that only records never
# needs: each method imports what it calls.


class Canvas:
    """An image to draw on.

    Every drawing method draws at once, over what is there. It returns the canvas, as `set_image`
    does, so that calls can be chained. What leaves the image is clipped, with one warning a call.
    Coordinates are in pixels from the top left corner, x to the right and y down; (0, 0) is the
    corner of the first pixel, not its middle. They are numpy arrays, torch tensors of any device
    or lists of numbers, one item or many; N = 0 is fine.

    Style parameters take one value for all items, or a list of one per item, of which boxes,
    lines, circles and polygons start over when it is too short. These mean the same everywhere:

    * ``colors``, ``edge_colors``, ``face_colors``: a matplotlib color name, letter or hex
      string, ``'none'``, or 3 or 4 numbers in 0..255: red, green, blue and opacity. An (N, 3) or
      (N, 4) array is one per item.
    * ``line_styles``: ``'-'``, ``'--'``, ``'-.'`` or ``':'``.
    * ``line_widths``: in points, 1/72 inch at 100 dots per inch: 1 point is 1.39 pixels. At most
      10,000.
    * ``alpha``: opacity in 0..1, multiplied with that of the colors.

    Every method raises TypeError or ValueError for arguments of another type, shape or range and
    for coordinates that are not finite, and RuntimeError when there is no image yet. Coordinates
    and radii may be as large as floats are; what else would take seconds to draw, as a million
    letters, is a ValueError that names the most there may be.

    Args:
        image: See `set_image`. Without one, call `set_image` before drawing.
    """

    dpi = DPI

    def __init__(self, image: ArrayLike | None = None) -> None:
        self._canvas_surface: Surface | None = None
        if image is not None:
            self.set_image(image)

    @names_keywords
    def set_image(self: Self, image: ArrayLike) -> Self:
        """Start over with an image to draw on; it is copied.

        Args:
            image: RGB of shape (H, W, 3), or (H, W) or (H, W, 1), which becomes gray, or
                (H, W, 4), which is laid over white; uint8, bool, integers in 0..255 or floats in
                0..1. For BGR pass ``image[..., ::-1]``.
        """
        converted = as_image(image)
        if self._canvas_surface is None:
            self._canvas_surface = Surface(converted)
        else:
            self._canvas_surface.load(converted)
        return self

    def get_image(self) -> Image:
        """Return the image with all that was drawn: RGB, uint8, shape (H, W, 3).

        It is a copy: later drawing does not change it, and changing it does not change the
        canvas.
        """
        image: Image = self._surface.pixels.copy()
        return image

    @property
    def width(self) -> int:
        """Columns of the image."""
        return self._surface.width

    @property
    def height(self) -> int:
        """Rows of the image."""
        return self._surface.height

    @names_keywords
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
            edge_colors: Of the lines.
            line_styles: Of the lines.
            line_widths: Of the lines, in points.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
        """
        from viz_core.drawing.boxes import draw_boxes

        surface = self._surface
        corners = check.as_rows(bboxes, "bboxes", 4, "x1, y1, x2, y2")
        work.check_count(work.BOXES, len(corners))
        width, height = surface.width, surface.height
        leaves = False
        for number, (x1, y1, x2, y2) in enumerate(corners):
            # One look at each number: what is not finite or not sorted fails here as well.
            if not (0 <= x1 <= x2 <= width and 0 <= y1 <= y2 <= height):
                check.check_box(corners[number], number)
                leaves = True
        styles = check.style_columns(
            len(corners), edge_colors, face_colors, line_widths, line_styles, alpha
        )
        if not work.is_little(work.BOXES, len(corners), 2 * len(corners), styles, surface):
            sides = np.array(corners)
            work.check_shapes(work.BOXES, sides[:, :2], sides[:, 2:], styles, surface)
        if leaves:
            self._warn_out_of_bounds("bbox")
        draw_boxes(surface, corners, *styles)
        return self

    @names_keywords
    def draw_rotated_bboxes(
        self: Self,
        bboxes: ArrayLike,
        edge_colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
        face_colors: Colors = "none",
        alpha: float | Sequence[float] = 0.8,
        *,
        angle_unit: str = "degrees",
    ) -> Self:
        """Draw boxes that are turned.

        Known as `OrientedBoxAnnotator` in supervision and `draw_rotated_box_with_label` in
        detectron2, whose angles are counterclockwise: pass ``-angle``. Those of mmrotate and
        ultralytics are radians.

        Args:
            bboxes: Center x, center y, width, height and angle, clockwise as seen on the screen,
                shape (5,) or (N, 5); or x and y of the corners, shape (4, 2) or (N, 4, 2).
            edge_colors: Of the lines.
            line_styles: Of the lines.
            line_widths: Of the lines, in points.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
            angle_unit: ``'degrees'`` or ``'radians'``.
        """
        from viz_core.drawing.paths import draw_paths
        from viz_core.drawing.rotated_boxes import as_corners
        from viz_core.drawing.shapes import place_polygons

        surface = self._surface
        corners = as_corners(bboxes, angle_unit)
        count = len(corners)
        columns = check.style_columns(
            count, edge_colors, face_colors, line_widths, line_styles, alpha
        )
        low, high = corners.min(axis=1), corners.max(axis=1)
        if not work.is_little(work.ROTATED_BOXES, count, 2 * count, columns, surface):
            work.check_shapes(work.ROTATED_BOXES, low, high, columns, surface)
        if check.leaves(low, high, self.width, self.height):
            self._warn_out_of_bounds("rotated bbox")
        boxes = place_polygons([[box] for box in corners], surface.window)
        draw_paths(surface, boxes, _styles(columns))
        return self

    @names_keywords
    def draw_polygons(
        self: Self,
        polygons: ArrayLike | Sequence[ArrayLike],
        edge_colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
        face_colors: Colors = "none",
        alpha: float | Sequence[float] = 0.8,
    ) -> Self:
        """Draw closed polygons, which may have holes.

        Args:
            polygons: The corners of one, shape (M, 2), or a list of such, which may be empty, or
                of all, shape (N, M, 2). A list of pairs of numbers is one polygon. One with holes
                is a list within the list: its outline, then its holes, as in GeoJSON.
            edge_colors: Of the lines.
            line_styles: Of the lines.
            line_widths: Of the lines, in points.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
        """
        from viz_core.drawing.paths import draw_paths
        from viz_core.drawing.shapes import place_polygons

        surface = self._surface
        given = check.as_polygons(polygons)
        work.check_count(work.POLYGONS, len(given))
        rings = [check.as_rings(polygon, f"polygons[{i}]") for i, polygon in enumerate(given)]
        count = len(rings)
        columns = check.style_columns(
            count, edge_colors, face_colors, line_widths, line_styles, alpha
        )
        if rings:
            corners = [np.concatenate(polygon) for polygon in rings]
            points = np.concatenate(corners)
            if not work.is_little(work.POLYGONS, count, len(points), columns, surface):
                work.check_polygons(points, [*map(len, corners)], columns, surface)
            if check.leaves(points, points, self.width, self.height):
                self._warn_out_of_bounds("polygon")
        draw_paths(surface, place_polygons(rings, surface.window), _styles(columns))
        return self

    @names_keywords
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
            edge_colors: Of the lines.
            line_styles: Of the lines.
            line_widths: Of the lines, in points.
            face_colors: Of the fillings.
            alpha: Of lines and fillings.
        """
        from viz_core.drawing.paths import draw_paths
        from viz_core.drawing.shapes import place_circles

        surface = self._surface
        centers = check.as_coordinates(center, "center", 2, "x, y")
        work.check_count(work.CIRCLES, len(centers))
        radii = check.as_radii(radius, len(centers))
        count = len(centers)
        columns = check.style_columns(
            count, edge_colors, face_colors, line_widths, line_styles, alpha
        )
        reach = np.array(radii).reshape(-1, 1)
        with np.errstate(over="ignore"):  # infinity leaves the image as well
            low, high = centers - reach, centers + reach
        if not work.is_little(work.CIRCLES, count, 2 * count, columns, surface):
            work.check_shapes(work.CIRCLES, low, high, columns, surface)
        if check.leaves(low, high, self.width, self.height):
            self._warn_out_of_bounds("circle")
        draw_paths(surface, place_circles(centers, radii, surface.window), _styles(columns))
        return self

    @names_keywords
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
            colors: Of the lines.
            line_styles: ``'-'``, ``'--'``, ``'-.'`` or ``':'``.
            line_widths: In points.
        """
        from viz_core.drawing.paths import draw_paths
        from viz_core.drawing.shapes import place_segments

        surface = self._surface
        x_pairs = check.as_coordinates(x_datas, "x_datas", 2, "x of start and end")
        y_pairs = check.as_coordinates(y_datas, "y_datas", 2, "y of start and end")
        work.check_count(work.LINES, len(x_pairs))
        if x_pairs.shape != y_pairs.shape:
            raise ValueError(
                f"x_datas and y_datas must have the same shape, got {as_array(x_datas).shape} and "
                f"{as_array(y_datas).shape}"
            )
        count = len(x_pairs)
        columns = check.style_columns(count, colors, "none", line_widths, line_styles, 1.0)
        ends = np.stack([x_pairs, y_pairs], axis=-1)
        low, high = np.minimum(ends[:, 0], ends[:, 1]), np.maximum(ends[:, 0], ends[:, 1])
        if not work.is_little(work.LINES, count, count, columns, surface):
            work.check_shapes(work.LINES, low, high, columns, surface)
        if check.leaves(low, high, self.width, self.height):
            self._warn_out_of_bounds("line")
        draw_paths(surface, place_segments(ends, surface.window), _styles(columns))
        return self

    @names_keywords
    def draw_polylines(
        self: Self,
        lines: ArrayLike | Sequence[ArrayLike],
        colors: Colors = "g",
        line_styles: str | Sequence[str] = "-",
        line_widths: float | Sequence[float] = 2,
        *,
        fade: bool = False,
    ) -> Self:
        """Draw lines of any number of points, as the traces of objects that are tracked.

        Known as `TraceAnnotator` in supervision and `cv2.polylines` in OpenCV.

        Args:
            lines: The points of one, the newest last, shape (M, 2), or a list of such, or of all,
                shape (N, M, 2). A list of pairs of numbers is one line. One of fewer than two
                points is not seen.
            colors: Of the lines.
            line_styles: ``'-'``, ``'--'``, ``'-.'`` or ``':'``.
            line_widths: In points.
            fade: Whether the first point of each is transparent, the last has the color's opacity,
                and those between them gain it evenly.
        """
        from viz_core.drawing.polylines import draw_faded, draw_polylines

        surface = self._surface
        given = check.as_polygons(lines)
        work.check_count(work.POLYLINES, len(given))
        points = [
            check.as_coordinates(line, f"lines[{i}]", 2, "x, y of each point")
            for i, line in enumerate(given)
        ]
        columns = check.style_columns(len(points), colors, "none", line_widths, line_styles, 1.0)
        seen = [number for number, line in enumerate(points) if len(line) > 1]
        if not seen:
            return self
        shown = [points[number] for number in seen]
        styles: Any = tuple([column[number] for number in seen] for column in columns)
        every, counts = np.concatenate(shown), [*map(len, shown)]
        kind = work.FADED if fade else work.POLYLINES
        if not work.is_little(kind, len(seen), len(every), styles, surface):
            work.check_polygons(every, counts, styles, surface, kind)
        if check.leaves(every, every, self.width, self.height):
            self._warn_out_of_bounds("line")
        (draw_faded if fade else draw_polylines)(surface, shown, _styles(styles))
        return self

    @names_keywords
    def draw_points(
        self: Self,
        positions: ArrayLike,
        colors: Colors = "g",
        marker: str | None = None,
        sizes: float | ArrayLike | Sequence[float] | None = None,
    ) -> Self:
        """Draw points. Points outside the image are left out without a warning.

        Args:
            positions: x and y, shape (2,) or (N, 2).
            colors: Of the points.
            marker: One of matplotlib's markers; a disk by default.
            sizes: The square of the diameter in points, as in matplotlib's scatter; 36 by
                default, at most 1,000,000. Of more than 256 sizes in one call each diameter is
                rounded to a sixteenth of a pixel.
        """
        from viz_core.drawing.points import as_marker, draw_points

        surface = self._surface
        places = check.as_coordinates(positions, "positions", 2, "x, y")
        count = len(places)
        work.check_count(work.POINTS, count)
        draw_points(
            surface,
            places,
            as_colors(colors, count),
            as_marker(marker),
            check.per_item(36.0 if sizes is None else sizes, count, "sizes", limits.as_marker_size),
        )
        return self

    @names_keywords
    def draw_keypoints(
        self: Self,
        keypoints: ArrayLike,
        skeleton: ArrayLike | Sequence[Sequence[int]] | None = None,
        colors: Colors = "g",
        sizes: float | ArrayLike | Sequence[float] | None = None,
        *,
        visibility: ArrayLike | None = None,
        scores: ArrayLike | None = None,
        score_thr: float = 0.3,
        limb_colors: Colors | None = None,
        line_widths: float | Sequence[float] = 2,
    ) -> Self:
        """Draw the keypoints of one instance or many, and the limbs between them.

        A point that is NaN is missing: neither it nor its limbs are drawn. For a color per
        instance, draw one at a time.

        Known as `draw_keypoints` in torchvision, with `connectivity` for `skeleton`; as
        `EdgeAnnotator` and `VertexAnnotator` in supervision; and as `skeleton_links`, `kpt_thr`
        and `link_color` in mmpose.

        Args:
            keypoints: x and y, shape (K, 2) or (N, K, 2), or x, y and confidence, shape (K, 3) or
                (N, K, 3).
            skeleton: Pairs of keypoints, counted from 0, as in ``[(0, 1), (1, 2)]``.
            colors: Of the points; a list has one for each of the K.
            sizes: Of the points, the square of the diameter in points; 36 by default. A list has
                one for each of the K.
            visibility: COCO's: 0 is not drawn, 1, which is hidden by something, is hollow, 2 is
                drawn; or bool. Shape (K,) or (N, K).
            scores: The confidence of each, shape (K,) or (N, K), instead of a third column.
            score_thr: Points of a lower confidence are not drawn, nor are their limbs.
            limb_colors: Of the limbs; a list has one for each pair. By default that of the
                point at its start.
            line_widths: Of the limbs, in points.
        """
        from viz_core.drawing.keypoints import as_keypoints, as_skeleton, draw_keypoints, find_limbs

        surface = self._surface
        points = as_keypoints(keypoints, visibility, scores, as_number(score_thr, "score_thr"))
        count = points.positions.shape[1]
        pairs = as_skeleton(skeleton, count)
        inks = as_colors(colors, count)
        limbs = (
            [inks[start] for start in pairs[:, 0].tolist()]
            if limb_colors is None
            else as_colors(limb_colors, len(pairs), "limb_colors")
        )
        diameters = 36.0 if sizes is None else sizes
        areas = check.per_item(diameters, count, "sizes", limits.as_marker_size)
        widths = check.per_item(line_widths, len(pairs), "line_widths", limits.as_line_width)
        work.check_count(work.KEYPOINTS, points.is_shown.sum())
        drawn = find_limbs(points, pairs)
        low, high = drawn.ends.min(axis=1), drawn.ends.max(axis=1)
        number = len(low)
        columns = (
            [limbs[pair] for pair in drawn.numbers.tolist()],
            [(0, 0, 0, 0.0)] * number,
            [widths[pair] for pair in drawn.numbers.tolist()],
            ["-"] * number,
            [1.0] * number,
        )
        if not work.is_little(work.LIMBS, number, number, columns, surface):
            work.check_shapes(work.LIMBS, low, high, columns, surface)
        shown = points.positions[points.is_shown]
        if check.leaves(shown, shown, self.width, self.height):
            self._warn_out_of_bounds("keypoint")
        draw_keypoints(surface, points, drawn, inks, limbs, areas, widths)
        return self

    @names_keywords
    def draw_texts(
        self: Self,
        texts: str | Sequence[str],
        positions: ArrayLike,
        font_sizes: float | Sequence[float] | None = None,
        colors: Colors = "g",
        vertical_alignments: str | Sequence[str] = "top",
        horizontal_alignments: str | Sequence[str] = "left",
        font_families: str | Sequence[str] = "sans-serif",
        bboxes: dict[str, Any] | Sequence[dict[str, Any] | None] | None = None,
        font_properties: FontLike | Sequence[FontLike | None] | None = None,
        *,
        rotations: float | Sequence[float] = 0.0,
    ) -> Self:
        """Draw texts. A list that is shorter than the texts is an error.

        Any script is drawn if a font on the machine has it. A newline starts a new line; ``$``
        is itself. Of a text of nothing but spaces nothing is drawn, its background neither.

        Args:
            texts: One text, or a list of N. Numbers are to be formatted first.
            positions: x and y, shape (2,) or (N, 2).
            font_sizes: In points, at most 500; by default the square root of the image's area
                divided by 90, and at least 10.
            colors: Of the letters.
            vertical_alignments: What of the text is at the position: ``'top'``, ``'bottom'``,
                ``'center'``, ``'baseline'`` or ``'center_baseline'``.
            horizontal_alignments: Which side of the text is at the position: ``'left'``,
                ``'center'`` or ``'right'``.
            font_families: A font's name, or ``'sans-serif'``, ``'serif'``, ``'monospace'``. One
                that is not installed is told once, with what it may be called, and DejaVu Sans
                is drawn.
            bboxes: The background of a text, as in ``dict(facecolor='black', alpha=0.8,
                pad=0.7, edgecolor='none')``: facecolor, edgecolor, linewidth, linestyle, alpha,
                pad and boxstyle (``square`` or ``round``) as matplotlib's FancyBboxPatch has
                them. Colors of numbers are in 0..255 as everywhere, unless none is above 1: then
                they are matplotlib's, in 0..1.
            font_properties: A matplotlib FontProperties, or a pathlib.Path of a font file. It
                comes before ``font_families``; its size is not used.
            rotations: In degrees, counterclockwise.
        """
        from viz_core.drawing.text_work import check_texts
        from viz_core.drawing.texts import draw_texts, find_fonts

        surface = self._surface
        words = check.as_texts(texts)
        count = len(words)
        work.check_count(work.TEXTS, count)
        places = check.as_rows(positions, "positions", 2, "x, y")
        if len(places) != count:
            raise ValueError(
                f"positions must have one row for each of the {count} texts, got "
                f"{as_array(positions).shape}"
            )
        width, height = surface.width, surface.height
        leaves = False
        for number, (x, y) in enumerate(places):
            if not (0 <= x <= width and 0 <= y <= height):
                check.check_finite(places[number], "positions", number)
                leaves = leaves or bool(words[number].strip())
        if font_sizes is None:
            font_sizes = surface.font_size
        fonts = find_fonts(count, font_sizes, font_families, font_properties)
        sizes = [font.size for font in fonts]
        turns = check.per_item(rotations, count, "rotations", limits.as_rotation, cycle=False)
        limits.check_texts(words, sizes, turns)
        tints = as_colors(colors, count, cycle=False)
        backgrounds = as_backgrounds(bboxes, sizes)
        check_texts(words, fonts, tints, turns, backgrounds, surface)
        columns = (
            tints,
            check.per_item(
                horizontal_alignments,
                count,
                "horizontal_alignments",
                check.as_horizontal,
                cycle=False,
            ),
            check.per_item(
                vertical_alignments, count, "vertical_alignments", check.as_vertical, cycle=False
            ),
            turns,
            backgrounds,
        )
        if leaves:
            self._warn_out_of_bounds("text")
        draw_texts(surface, words, places, fonts, *columns)
        return self

    @names_keywords
    def draw_legend(
        self: Self,
        entries: Mapping[str, Color],
        location: str = "best",
        font_sizes: float | None = None,
        font_families: str = "sans-serif",
        font_properties: FontLike | None = None,
        *,
        alpha: float = 0.8,
    ) -> Self:
        """Draw names beside their colors in a corner of the image, as matplotlib's legend does.

        Known as `legend` in matplotlib and as `label2rgb(loc=)` in imgviz.

        Args:
            entries: The color of each name; empty draws nothing. There are as many columns as it
                takes to fit the height of the image.
            location: ``'upper right'``, ``'upper left'``, ``'lower right'``, ``'lower left'``, or
                ``'best'``: the corner where the image has the least detail.
            font_sizes: Of the names, in points; by default that of `draw_texts` on this image, or
                a smaller one, down to 6, if the legend fits the image then.
            font_families: A font's name, or ``'sans-serif'``, ``'serif'``, ``'monospace'``.
            font_properties: A matplotlib FontProperties, or a pathlib.Path of a font file.
            alpha: Opacity of the background.
        """
        from viz_core.drawing import legend
        from viz_core.drawing.texts import find_fonts

        surface = self._surface
        names, colors = legend.as_entries(entries)
        names = check.as_texts(names, "names")
        where = legend.as_location(location)
        opacity = as_fraction(alpha, "alpha")
        if not names:
            return self

        def find_font(size: float) -> SizedFont:
            (font,) = find_fonts(1, size, font_families, font_properties)
            limits.check_texts(names, [font.size] * len(names), [0.0] * len(names))
            return font

        arranged = legend.arrange(names, surface, find_font, font_sizes)
        if not arranged.fits(surface):
            self._warn_out_of_bounds("legend")
        legend.draw_legend(surface, arranged, names, colors, where, opacity)
        return self

    @names_keywords
    def measure_texts(
        self,
        texts: str | Sequence[str],
        font_sizes: float | Sequence[float] | None = None,
        font_families: str | Sequence[str] = "sans-serif",
        font_properties: FontLike | Sequence[FontLike | None] | None = None,
    ) -> npt.NDArray[np.float64]:
        """Return the width and height in pixels that texts take, without background or rotation.

        Args:
            texts: One text, or a list of N.
            font_sizes: In points; by default that of `draw_texts` on this image.
            font_families: A font's name, or ``'sans-serif'``, ``'serif'``, ``'monospace'``.
            font_properties: A matplotlib FontProperties, or a pathlib.Path of a font file.

        Returns:
            Shape (N, 2).
        """
        from viz_core.drawing.text_work import check_texts
        from viz_core.drawing.texts import find_fonts, measure_texts

        surface = self._surface
        words = check.as_texts(texts)
        count = len(words)
        work.check_count(work.TEXTS, count)
        sizes = surface.font_size if font_sizes is None else font_sizes
        fonts = find_fonts(count, sizes, font_families, font_properties)
        turns = [0.0] * count
        limits.check_texts(words, [font.size for font in fonts], turns)
        check_texts(words, fonts, [None] * count, turns, [None] * count, surface)
        return np.array(measure_texts(words, fonts), dtype=np.float64).reshape(-1, 2)

    @names_keywords
    def draw_binary_masks(
        self: Self,
        binary_masks: ArrayLike | Sequence[ArrayLike],
        colors: Colors = "g",
        alphas: float | Sequence[float] = 0.8,
        *,
        offsets: ArrayLike | None = None,
    ) -> Self:
        """Lay masks over the image, one after the other.

        A mask may be a crop of its object, so that time and memory go with the object's area.

        Args:
            binary_masks: bool, shape (H, W) or (N, H, W), of the image's size. With `offsets`,
                crops: of any size, shape (h, w) or (N, h, w), or a list of such of several sizes.
            colors: Of the masks; a list that is shorter than the masks is an error.
            alphas: Opacity in 0..1; a list that is shorter than the masks is an error.
            offsets: x and y of the top left pixel of each crop, shape (2,) or (N, 2), whole and
                possibly negative: what leaves the image is clipped, without a warning.
        """
        from viz_core.drawing.masks import draw_masks

        surface = self._surface
        masks = check.as_masks(binary_masks)
        work.check_count(work.MASKS, len(masks))
        if offsets is None:
            check.check_whole(masks, self.height, self.width)
            corners = [[0, 0]] * len(masks)
        else:
            corners = check.as_offsets(offsets, len(masks))
        count = len(masks)
        opacities = check.per_item(alphas, count, "alphas", as_fraction, cycle=False)
        tints = as_colors(colors, count, cycle=False)
        draw_masks(surface, masks, corners, list(map(faded, tints, opacities)))
        return self

    @contextmanager
    def axes(self) -> Iterator[Axes]:
        """Give a matplotlib Axes over the image, for anything else that matplotlib draws.

        Its coordinates are the image's pixels. What is drawn on it is on the image when the
        ``with`` block ends; after an exception, nothing is.

            with canvas.axes() as axes:
                axes.arrow(10, 10, 50, 20)
        """
        axes = make_axes(self._surface)
        yield axes
        self._render(axes.figure.draw)

    def _render(self, draw: Callable[[Any], object]) -> None:
        """Have `draw` draw on the image with matplotlib's `RendererAgg`, which it is called with.

        There (0, 0) is the image's lower left corner, as on a figure of its size.
        """
        render(self._surface, draw)

    def _warn_out_of_bounds(self, kind: str) -> None:
        """Warn that something that is drawn leaves the image."""
        warn_user(f"Warning: The {kind} is out of bounds, the drawn {kind} may not be in the image")

    def __repr__(self) -> str:
        """Return what it is and the size of its image."""
        return f"<{type(self).__name__} {self._describe_image()}>"

    def _describe_image(self) -> str:
        surface = self._canvas_surface
        return "without an image" if surface is None else f"{surface.width}x{surface.height}"

    def _repr_png_(self) -> bytes | None:
        """Return the image as a notebook shows it."""
        if self._canvas_surface is None:
            return None
        from PIL import Image as PillowImage

        file = io.BytesIO()
        PillowImage.fromarray(self._canvas_surface.pixels).save(file, "PNG", compress_level=1)
        return file.getvalue()

    @property
    def _image(self) -> Image | None:
        """The image, to look at only; libraries written for MMEngine read this."""
        if self._canvas_surface is None:
            return None
        view: Image = self._canvas_surface.pixels.view()
        view.flags.writeable = False
        return view

    @property
    def _surface(self) -> Surface:
        if self._canvas_surface is None:
            raise RuntimeError(
                "there is no image to draw on; call set_image(image) first, or pass image= when "
                f"making the {type(self).__name__}"
            )
        return self._canvas_surface


def _styles(columns: work.Columns) -> list[Style]:
    """Return the style of each shape."""
    from viz_core.drawing.paths import Style

    each = list(zip(*columns, strict=True))
    styles = {values: Style.faded(*values) for values in set(each)}  # mostly a few, many times
    return [styles[values] for values in each]
