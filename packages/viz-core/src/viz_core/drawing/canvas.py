"""The canvas: a picture that boxes, texts, points, shapes and masks are drawn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from viz_core.arrays import as_array
from viz_core.colors import as_colors, faded
from viz_core.drawing import arguments as check
from viz_core.drawing.shape_methods import ShapeMethods
from viz_core.drawing.text_methods import TextMethods
from viz_core.types import ArrayLike, Colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Canvas"]

Self = TypeVar("Self", bound="Canvas")

# The modules that draw shapes and texts import matplotlib, which takes a while and which a
# program that only records never needs: they are imported by the first method that draws.


class Canvas(ShapeMethods, TextMethods):
    """A picture to draw on.

    Every drawing method draws at once, over what is there, and returns the canvas, so that calls
    can be chained. What leaves the picture is clipped, with one warning a call. Coordinates are
    in pixels from the top left corner, x to the right and y down; (0, 0) is the corner of the
    first pixel, not its middle. They are numpy arrays or torch tensors of any device, one item
    or many; N = 0 is fine.

    Style parameters take one value for all items, or a list of one per item, of which boxes,
    lines, circles and polygons start over when it is too short. These mean the same everywhere:

    * ``colors``, ``edge_colors``, ``face_colors``: a matplotlib colour name, letter or hex
      string, ``'none'``, or 3 or 4 numbers in 0..255: red, green, blue and opacity. An (N, 3) or
      (N, 4) array is one per item.
    * ``line_styles``: ``'-'``, ``'--'``, ``'-.'`` or ``':'``.
    * ``line_widths``: in points, 1/72 inch at 100 dots per inch: 1 point is 1.39 pixels.
    * ``alpha``: opacity in 0..1, multiplied with that of the colours.

    Every method raises TypeError or ValueError for arguments of another type, shape or range and
    for coordinates that are not finite, and RuntimeError when there is no image yet.

    Args:
        image: See `set_image`. Without one, call `set_image` before drawing.
    """

    def draw_binary_masks(
        self: Self,
        binary_masks: ArrayLike,
        colors: Colors = "g",
        alphas: float | Sequence[float] = 0.8,
    ) -> Self:
        """Lay masks over the picture, one after the other.

        Args:
            binary_masks: bool, shape (H, W) or (N, H, W), of the picture's size.
            colors: See above; a list that is shorter than the masks is an error.
            alphas: Opacity in 0..1; likewise.
        """
        surface = self._surface
        masks = as_array(binary_masks, "binary_masks")
        if masks.dtype != np.bool_:
            raise TypeError(
                f"binary_masks must be bool, got dtype {masks.dtype}; compare first, as in "
                "masks > 0.5"
            )
        if masks.ndim == 2:
            masks = masks[None]
        if masks.ndim != 3 or masks.shape[1:] != (self.height, self.width):
            raise ValueError(
                f"binary_masks must have the picture's size, shape ({self.height}, {self.width}) "
                f"or (N, {self.height}, {self.width}), got {np.shape(binary_masks)}"
            )
        from viz_core.drawing.masks import draw_masks

        count = len(masks)
        opacities = check.per_item(alphas, count, "alphas", check.as_fraction, cycle=False)
        tints = as_colors(colors, count, cycle=False)
        draw_masks(surface, masks, list(map(faded, tints, opacities)))
        return self

    @contextmanager
    def axes(self) -> Iterator[Axes]:
        """Give a matplotlib Axes over the picture, for anything else that matplotlib draws.

        Its coordinates are the picture's pixels. What is drawn on it is on the picture when the
        ``with`` block ends; after an exception, nothing is.

            with canvas.axes() as axes:
                axes.arrow(10, 10, 50, 20)
        """
        from viz_core.drawing.axes import make_axes, render

        surface = self._surface
        axes = make_axes(surface)
        yield axes
        render(surface, axes)
