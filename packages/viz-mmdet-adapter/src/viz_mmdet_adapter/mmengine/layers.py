"""Drawing in MMEngine's order: masks, then shapes, lines and texts, whenever each was drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np

from viz_core import Canvas, as_array
from viz_core.typing import ArrayLike, Image
from viz_mmdet_adapter.mmengine.placing import place

if TYPE_CHECKING:
    from viz_mmdet_adapter.mmengine.figure import Artists, Overlay

__all__ = ["LayeredCanvas"]

Method = TypeVar("Method", bound=Callable[..., Any])
Self = TypeVar("Self", bound="LayeredCanvas")

#: matplotlib's numbers for what lies over what.
_SHAPES, _LINES, _TEXTS = 1, 2, 3

#: What was drawn: the layer it is in, and what draws it again.
_Drawn: TypeAlias = "tuple[float, Callable[[], object]]"


def _in_layer(layer: float, method: Method, width_at: int | None = None) -> Method:
    """Return a drawing method that is noted, so that it can be drawn over a mask again.

    Args:
        layer: The layer it draws in.
        method: Of `Canvas`.
        width_at: Which argument, after the canvas, the line widths are; MMEngine's boxes, circles
            and polygons have lines of one point at least.
    """

    @wraps(method)
    def draw(self: LayeredCanvas, *args: Any, **kwargs: Any) -> Any:
        if not self._is_layered:
            return method(self, *args, **kwargs)
        self._take_artists()
        if width_at is not None:
            if "line_widths" in kwargs:
                kwargs["line_widths"] = _one_point(kwargs["line_widths"])
            elif len(args) > width_at:
                args = (*args[:width_at], _one_point(args[width_at]), *args[width_at + 1 :])
        if self._follows_axes:
            args, kwargs = place(method, self.overlay.place, args, kwargs)
        self._draw(layer, method, args, kwargs)
        return self

    return cast("Method", draw)


def _under_shapes(method: Method) -> Method:
    """Return `draw_binary_masks` that lays masks under what was drawn since `set_image`."""

    @wraps(method)
    def draw(self: LayeredCanvas, *args: Any, **kwargs: Any) -> Any:
        self._take_artists()
        if self._follows_axes:
            raise ValueError(
                "masks cannot follow Axes whose limits or position are not those of the image; "
                "draw them with ax_save.imshow(), or call set_image() before"
            )
        if self._ground is None:
            return method(self, *args, **kwargs)
        method(self._ground, *args, **kwargs)
        self._must_redraw = True
        return self

    return cast("Method", draw)


class LayeredCanvas(Canvas):
    """A canvas that draws in MMEngine's order, and on which matplotlib draws as well.

    What is drawn is on the image at once, but for what belongs under it: then the image is made
    anew from what was drawn since `set_image`, when it is next looked at.
    """

    _is_layered = True
    _overlay: Overlay | None = None
    _ground: Canvas | None = None
    _drawn: list[_Drawn]
    _must_redraw = _is_drawing = _is_redrawing = _follows_axes = False

    def set_image(self: Self, image: ArrayLike) -> Self:
        """Start over with an image to draw on, as [`Canvas.set_image`][viz_core.Canvas] does."""
        super().set_image(image)
        self._start()
        return self

    draw_bboxes = _in_layer(_SHAPES, Canvas.draw_bboxes, 3)
    draw_polygons = _in_layer(_SHAPES, Canvas.draw_polygons, 3)
    draw_circles = _in_layer(_SHAPES, Canvas.draw_circles, 4)
    draw_rotated_bboxes = _in_layer(_SHAPES, Canvas.draw_rotated_bboxes, 3)
    draw_points = _in_layer(_SHAPES, Canvas.draw_points)
    draw_lines = _in_layer(_LINES, Canvas.draw_lines)
    draw_polylines = _in_layer(_LINES, Canvas.draw_polylines)
    draw_keypoints = _in_layer(_LINES, Canvas.draw_keypoints)
    draw_texts = _in_layer(_TEXTS, Canvas.draw_texts)
    draw_legend = _in_layer(_TEXTS, Canvas.draw_legend)

    draw_binary_masks = _under_shapes(Canvas.draw_binary_masks)

    @property
    def overlay(self) -> Overlay:
        """The figure over the image, made when it is first asked for."""
        if self._overlay is None:
            from viz_mmdet_adapter.mmengine.figure import Overlay  # matplotlib takes its time

            self._overlay = Overlay(self._figure_arguments, self.get_image)
            if self._canvas_surface is not None:
                self._overlay.start(self._canvas_surface.width, self._canvas_surface.height)
        return self._overlay

    @property
    def _figure_arguments(self) -> Mapping[str, Any]:
        return {}

    @property
    def _surface(self) -> Any:
        """The image, with all that was drawn wherever it is looked at."""
        if not self._is_drawing:
            self._settle()
        return super()._surface

    def _render(self, draw: Callable[[Any], object]) -> None:
        """Have matplotlib draw over all that is there, as `axes()` does."""
        if self._is_drawing:
            super()._render(draw)
        else:
            self._take_artists()
            self._draw(_TEXTS, Canvas._render, (draw,), {})

    def _start(self) -> None:
        """Forget what was drawn, for another image."""
        self._ground, self._drawn = None, []
        self._must_redraw = self._follows_axes = False
        if self._overlay is not None:
            assert self._canvas_surface is not None  # which set_image made
            self._overlay.start(self._canvas_surface.width, self._canvas_surface.height)

    def _draw(
        self, layer: float, method: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> None:
        """Draw, and note it."""
        before = self._ground
        if before is None and self._canvas_surface is not None:
            before = Canvas(self._canvas_surface.pixels)
        was_drawing, self._is_drawing = self._is_drawing, True
        try:
            method(
                self, *args, **kwargs
            )  # which raises if anything is wrong, and is not noted then
        finally:
            self._is_drawing = was_drawing
        self._ground = before
        args, kwargs = [*map(_kept, args)], {key: _kept(value) for key, value in kwargs.items()}
        self._note(layer, lambda: method(self, *args, **kwargs))

    def _note(self, layer: float, draw: Callable[[], object]) -> None:
        if self._drawn and self._drawn[-1][0] > layer:
            self._must_redraw = True
        self._drawn.append((layer, draw))

    def _take_artists(self) -> None:
        """Have what was drawn on the Axes on the image."""
        overlay = self._overlay
        if overlay is None or not overlay.figure.stale or self._canvas_surface is None:
            return
        if not overlay.is_plain:
            self._follows_axes = True
            self._redraw()  # at once, since it may have another size
            return
        new, is_changed = overlay.take_new()
        if is_changed:
            self._must_redraw = True
        if new:
            self._draw_artists(overlay, new)

    def _draw_artists(self, overlay: Overlay, artists: Artists) -> None:
        layer = min(artist.get_zorder() for artist in artists)

        def draw(_: object = None) -> None:
            texts = overlay.as_plain_texts(artists)
            if texts is None:
                self._render(lambda renderer: overlay.draw(artists, renderer))
            for text in texts or ():
                Canvas.draw_texts(self, **text)

        self._draw(layer, draw, (), {})

    def _settle(self) -> None:
        """Have all that was drawn on the image, in its order."""
        self._take_artists()
        if self._must_redraw:
            self._redraw()

    def _redraw(self) -> None:
        """Make the image anew of what is under all shapes, and of these."""
        self._must_redraw, self._is_drawing, self._is_redrawing = False, True, True
        try:
            if self._ground is None:
                self._ground = Canvas(super()._surface.pixels)
            image: Image = self._ground.get_image()
            if self._follows_axes:
                image = self.overlay.draw_whole(image)
            super().set_image(image)
            for _, draw in sorted(self._drawn, key=itemgetter(0)):
                draw()
        finally:
            self._is_drawing = self._is_redrawing = False

    def _warn_out_of_bounds(self, kind: str) -> None:
        if not self._is_redrawing:
            super()._warn_out_of_bounds(kind)

    def _repr_png_(self) -> bytes | None:
        if self._canvas_surface is not None:
            self._settle()
        return super()._repr_png_()

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy has: the image with all that was drawn, which then is its image."""
        if self._canvas_surface is not None:
            self._settle()
        state = {**self.__dict__, "_drawn": []}
        for name in ("_overlay", "_ground", "_follows_axes"):
            state.pop(name, None)
        return state


def _kept(value: Any) -> Any:
    """Return an argument that stays as it is, whatever its owner does with it."""
    if isinstance(value, list):
        return [*map(_kept, value)]
    if isinstance(value, dict):
        return dict(value)
    return as_array(value).copy() if hasattr(type(value), "__array__") else value


def _one_point(widths: Any) -> Any:
    """Return widths of lines that are at least 1."""
    if isinstance(widths, (list, tuple)):
        return [*map(_one_point, widths)]
    if hasattr(type(widths), "__array__"):
        return np.maximum(as_array(widths), 1)
    return 1 if isinstance(widths, (int, float)) and 0 <= widths < 1 else widths
