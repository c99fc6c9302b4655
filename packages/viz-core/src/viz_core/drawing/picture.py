"""The picture of a canvas: in, out, and its size."""

from __future__ import annotations

import io

from viz_core.arrays import as_image
from viz_core.drawing.surface import DPI, Surface
from viz_core.types import ArrayLike, Image

__all__ = ["Picture"]


class Picture:
    """A picture that can be set and got; the drawing methods come on top.

    Args:
        image: See `set_image`. Without one, call `set_image` before drawing.
    """

    dpi = DPI

    def __init__(self, image: ArrayLike | None = None) -> None:
        self._canvas_surface: Surface | None = None
        if image is not None:
            self.set_image(image)

    def set_image(self, image: ArrayLike) -> None:
        """Start over with a picture to draw on; it is copied.

        Args:
            image: RGB of shape (H, W, 3), or (H, W) or (H, W, 1), which becomes gray, or
                (H, W, 4), which is laid over white; uint8, bool, integers in 0..255 or floats in
                0..1. For BGR pass ``image[..., ::-1]``.
        """
        picture = as_image(image)
        if self._canvas_surface is None:
            self._canvas_surface = Surface(picture)
        else:
            self._canvas_surface.load(picture)

    def get_image(self) -> Image:
        """Return the picture with all that was drawn: RGB, uint8, shape (H, W, 3).

        It is a copy: later drawing does not change it, and changing it does not change the
        canvas.
        """
        picture: Image = self._surface.pixels.copy()
        return picture

    @property
    def width(self) -> int:
        """Columns of the picture."""
        return self._surface.width

    @property
    def height(self) -> int:
        """Rows of the picture."""
        return self._surface.height

    @property
    def _image(self) -> Image | None:
        """The picture, to look at only; libraries written for MMEngine read this."""
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

    def _repr_png_(self) -> bytes | None:
        """Return the picture as a notebook shows it."""
        if self._canvas_surface is None:
            return None
        from PIL import Image as PillowImage

        file = io.BytesIO()
        PillowImage.fromarray(self._canvas_surface.pixels).save(file, "PNG", compress_level=1)
        return file.getvalue()
