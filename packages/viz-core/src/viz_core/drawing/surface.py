"""The pixels that are drawn on: by us, by Agg, and by whoever draws on a matplotlib Axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.drawing.clipping import Window
from viz_core.images import over_white
from viz_core.typing import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Affine2D

__all__ = ["DPI", "LARGEST_PART", "Octets", "Surface", "make_axes", "make_renderer", "render"]

Octets: TypeAlias = npt.NDArray[np.uint8]

#: Line widths and font sizes are in points, 1/72 inch, of which the image has this many pixels.
DPI = 100.0

#: Agg's images end at 65,536 pixels a side in older versions, and cost 4 bytes a pixel: larger
# ones are drawn in parts of this many pixels a side.
LARGEST_PART = 4096


_FOUR = np.dtype("<u4")  # whatever the machine's order is: the fourth byte is the highest
_OPAQUE = np.array(0xFF000000, _FOUR)


def make_renderer(width: int, height: int) -> tuple[Any, Octets]:
    """Return a `RendererAgg` and its pixels: RGBA, shape (H, W, 4), transparent, writable."""
    from matplotlib.backends.backend_agg import RendererAgg

    renderer = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]  # matplotlib's
    pixels = np.asarray(renderer.buffer_rgba())  # type: ignore[no-untyped-call]  # matplotlib's
    return renderer, pixels


class Surface:
    """An RGB image that numpy, Pillow and matplotlib's Agg draw on in turn.

    RGB is the truth. Masks, strips and bitmaps are laid over it where it is; anything else goes
    through an Agg renderer, made on first use, into which only the touched rectangle is copied,
    and back.

    Attributes:
        pixels: uint8, shape (H, W, 3), contiguous.
        rows: The same memory as bytes, shape (H, 3 * W).
        height: Rows of the image.
        width: Columns of the image.
        font_size: Of texts by default, in points.
        window: What shapes that reach far out of the image are clipped to.
    """

    pixels: Image
    rows: Octets
    height: int
    width: int
    font_size: float
    window: Window

    def __init__(self, image: Image) -> None:
        self._allocate(0, 0)
        self.load(image)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes a copy: the pixels, which others share memory with, are enough."""
        return type(self), (self.pixels,)

    def load(self, image: Image) -> None:
        """Start over from ``image``, of shape (H, W, 3), or (H, W, 4): laid over white."""
        height, width = image.shape[:2]
        if (height, width) != (self.height, self.width):
            self._allocate(0, 0)  # ours goes first, so that the next can take its place in memory
            self._allocate(height, width)
        self.pixels[...] = over_white(image)

    def _allocate(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self.font_size = max(math.sqrt(height * width) // 90, 10.0)
        self._memory = np.empty(3 * height * width + 1, np.uint8)  # see agg
        self.rows = self._memory[:-1].reshape(height, 3 * width)
        self.pixels = self.rows.reshape(height, width, 3)
        self.window = Window.around(width, height)
        self._renderer: tuple[Any, Octets] | None = None
        self._strip: Any = None

    @property
    def strip(self) -> Any:
        """What is pasted into: one channel, with a column for each byte of a row.

        Pillow has no mode of three bytes a pixel.
        """
        if self._strip is None:
            from viz_core.drawing._pillow import as_core  # which imports Pillow

            self._strip = as_core(self.rows, 3 * self.width, self.height)
        return self._strip

    def agg(
        self, left: float, top: float, right: float, bottom: float
    ) -> Iterator[tuple[Any, Affine2D]]:
        """Yield an Agg renderer for each part of the image that a rectangle touches.

        With each comes the transform from the image's pixels, y down, to the renderer's, y up: a
        flip and a shift by whole pixels, so that shapes snap to the same pixels in every part.
        What was drawn is back in ``pixels`` when the loop goes on. Nothing is yielded for a
        rectangle outside.

        Args:
            left: In pixels; a part of one counts as a whole one.
            top: In pixels.
            right: In pixels.
            bottom: In pixels.
        """
        from matplotlib.transforms import Affine2D

        x0, x1 = _whole(left, right, self.width)
        y0, y1 = _whole(top, bottom, self.height)
        if x0 >= x1 or y0 >= y1:
            return
        if self._renderer is None:
            self._renderer = make_renderer(
                min(self.width, LARGEST_PART), min(self.height, LARGEST_PART)
            )
        renderer, canvas = self._renderer
        # Read four bytes at a time: three of the pixel, and one, the first of the next pixel, which
        # becomes its opacity. The last pixel has one behind it for that.
        shape, strides = (self.height, self.width), (3 * self.width, 3)
        fours: npt.NDArray[np.uint32] = np.ndarray(shape, _FOUR, self._memory, 0, strides)
        for y in range(y0 - y0 % LARGEST_PART, y1, LARGEST_PART):
            for x in range(x0 - x0 % LARGEST_PART, x1, LARGEST_PART):
                rows = slice(max(y0, y), min(y1, y + LARGEST_PART))
                columns = slice(max(x0, x), min(x1, x + LARGEST_PART))
                part = self.pixels[rows, columns]
                copy = canvas[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
                pixels = copy.view(_FOUR)[..., 0]
                pixels[...] = fours[rows, columns]
                pixels |= _OPAQUE
                yield renderer, Affine2D.from_values(1, 0, 0, -1, -x, y + canvas.shape[0])
                for channel in range(3):  # which takes a fifth of the time of all at once
                    part[..., channel] = copy[..., channel]


def _whole(low: float, high: float, size: int) -> tuple[int, int]:
    """Return the pixels from ``low`` to ``high`` that lie in 0..size."""
    return math.floor(min(max(low, 0), size)), math.ceil(min(max(high, 0), size))


def make_axes(surface: Surface) -> Axes:
    """Return an Axes whose coordinates are the image's pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height, width = surface.height, surface.width
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)  # some artists ask the figure's canvas for sizes
    figure.patch.set_visible(False)
    axes: Axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_autoscale_on(False)
    return axes


def render(surface: Surface, draw: Callable[[Any], object]) -> None:
    """Have ``draw`` draw on the image with the renderer that it is called with."""
    width, height = surface.width, surface.height
    if max(width, height) <= LARGEST_PART:
        for renderer, _ in surface.agg(0, 0, width, height):
            draw(renderer)
        return
    pixels = surface.pixels
    renderer, layer = make_renderer(width, height)
    layer[..., :3] = pixels
    layer[..., 3] = 255
    draw(renderer)
    pixels[...] = layer[..., :3]
