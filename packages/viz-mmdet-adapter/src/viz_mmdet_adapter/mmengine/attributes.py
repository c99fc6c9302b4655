"""What libraries read and set of MMEngine's visualizer, besides its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from viz_core.typing import ArrayLike, Image
from viz_mmdet_adapter.mmengine.layers import LayeredCanvas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import FigureCanvasBase
    from matplotlib.figure import Figure

__all__ = ["OpenCanvas"]

Self = TypeVar("Self", bound="OpenCanvas")


class OpenCanvas(LayeredCanvas):
    """A canvas whose image, size and figure are attributes, as libraries expect them.

    `_image` is the image itself: what is written to it is on it, and what was drawn until then is
    under all that is drawn later.
    """

    _usual_font_size: float | None = None

    def set_image(self: Self, image: ArrayLike) -> Self:
        """Start over with an image to draw on, with texts of its usual size."""
        if self._usual_font_size is not None:
            self._default_font_size = self._usual_font_size
            self._usual_font_size = None
        self.__dict__.pop("_claimed", None)
        return super().set_image(image)

    @property
    def _image(self) -> Image | None:
        if self._canvas_surface is None:
            return None
        self._settle()
        self._ground, self._drawn = None, []
        return self._canvas_surface.pixels

    @_image.setter
    def _image(self, image: ArrayLike | None) -> None:
        if image is None:
            self._canvas_surface = None
        elif not self._is_own(image):
            LayeredCanvas.set_image(self, image)  # a library's `set_image` may be what sets it

    def _is_own(self, image: ArrayLike) -> bool:
        """Return whether it is the array of the image, as what OpenCV has drawn on and returns."""
        if self._canvas_surface is None or not isinstance(image, np.ndarray):
            return False
        own, given = self._canvas_surface.pixels.__array_interface__, image.__array_interface__
        return all(own[key] == given[key] for key in ("data", "shape", "strides", "typestr"))

    @property
    def width(self) -> int:
        """Columns of the image; what is assigned is forgotten by the next image."""
        return self._size_of("width")

    @width.setter
    def width(self, value: int) -> None:
        self.__dict__.setdefault("_claimed", {})["width"] = value

    @property
    def height(self) -> int:
        """Rows of the image; what is assigned is forgotten by the next image."""
        return self._size_of("height")

    @height.setter
    def height(self, value: int) -> None:
        self.__dict__.setdefault("_claimed", {})["height"] = value

    def _size_of(self, side: str) -> int:
        claimed: dict[str, int] = self.__dict__.get("_claimed", {})
        if side in claimed and not self._is_drawing:
            return claimed[side]
        was_drawing, self._is_drawing = self._is_drawing, True  # only to look at its size
        try:
            size: int = getattr(self._surface, side)
        finally:
            self._is_drawing = was_drawing
        return size

    @property
    def _default_font_size(self) -> float:
        surface = self._canvas_surface
        return 10.0 if surface is None else surface.font_size

    @_default_font_size.setter
    def _default_font_size(self, size: float) -> None:
        surface = self._canvas_surface
        if surface is not None:
            if self._usual_font_size is None:
                self._usual_font_size = surface.font_size
            surface.font_size = float(size)

    @property
    def ax_save(self) -> Axes:
        """The Axes over the image, whose coordinates are the image's pixels."""
        return self.overlay.axes

    @ax_save.setter
    def ax_save(self, axes: Axes) -> None:
        self._check_own("ax_save", axes, self.overlay.axes)

    @property
    def fig_save(self) -> Figure:
        """The figure of `ax_save`; saved, it shows the image with all that was drawn."""
        return self.overlay.figure

    @fig_save.setter
    def fig_save(self, figure: Figure) -> None:
        self._check_own("fig_save", figure, self.overlay.figure)

    @property
    def fig_save_canvas(self) -> FigureCanvasBase:
        """What `fig_save` is drawn on."""
        return self.overlay.canvas

    @fig_save_canvas.setter
    def fig_save_canvas(self, canvas: FigureCanvasBase) -> None:
        self._check_own("fig_save_canvas", canvas, self.overlay.canvas)

    def _check_own(self, name: str, given: object, own: object) -> None:
        if given is not own:
            raise ValueError(
                f"{name} cannot be another than the visualizer's own, got {given!r}; draw on "
                f"{name}, or make another with _initialize_fig(), whose parts are assigned"
            )

    def _initialize_fig(self, fig_cfg: Mapping[str, Any]) -> tuple[Any, Any, Any]:
        """Return a canvas, figure and Axes that take the place of those there are."""
        self.fig_save_cfg = dict(fig_cfg)
        self._overlay = None
        overlay = self.overlay
        return overlay.canvas, overlay.figure, overlay.axes
