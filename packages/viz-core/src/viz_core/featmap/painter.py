"""How planes are painted: at which size, over which image, in which colors, on which scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from viz_core.featmap.colormap import ColorTable, blend
from viz_core.featmap.planes import Bools, Plane, SampledPlane, Span
from viz_core.typing import Image

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = ["HeatmapPainter"]

_GRAY_WEIGHTS = (0.114, 0.587, 0.299)
"""MMEngine hands three channels to OpenCV, which takes them for blue, green and red."""
_BAND = 64_000
"""Pixels painted at a time. What that takes stays in the cache, and in memory that is used again:
pages fresh from the system cost more than all the arithmetic."""

# Of captions: the lowest cell that has one, font sizes, and the space around, in pixels.
_LOWEST_CELL = 24
_LARGEST, _SMALLEST = 14, 8
_PADDING = 2
_DIM = 0.35
"""How much of the image is left behind a caption: white stands out from it on any colors."""


class HeatmapPainter:
    """Turns planes into images of one shape.

    Args:
        shape: (H, W) of the image, or of each cell of a grid.
        image: RGB to blend in, of any size, or None.
        alpha: How much of a plane is seen over it, 0..1.
        table: The colors.
        shared_scale: Whether planes that are shown together share one scale.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        image: Image | None,
        alpha: float,
        table: ColorTable,
        *,
        shared_scale: bool,
    ) -> None:
        self.shape = shape
        height, width = shape
        self._step = max(1, _BAND // width)
        self._bands = [slice(top, top + self._step) for top in range(0, height, self._step)]
        self._alpha = alpha
        self._table = table
        self._shared_scale = shared_scale
        self._background = None if image is None else self._sized(image)

    def heat(self, plane: Plane) -> Image:
        """Return one plane in the colors of the table."""
        image = self._new()
        sampled = SampledPlane(plane, self.shape)
        self._paint(sampled, self._span([sampled]), image)
        return image

    def one_image(self, planes: Sequence[Plane]) -> Image:
        """Return one plane, or three that are joined to one, on the scale of all."""
        span = self._span([SampledPlane(plane, self.shape) for plane in planes])
        joined = planes[0]
        if len(planes) == len(_GRAY_WEIGHTS):
            weighted = [w * plane.values for w, plane in zip(_GRAY_WEIGHTS, planes, strict=True)]
            masks = [plane.finite for plane in planes if plane.finite is not None]
            finite = np.logical_and.reduce(masks) if masks else None
            joined = Plane(np.sum(weighted, axis=0), finite)
        image = self._new()
        self._paint(SampledPlane(joined, self.shape), span, image)
        return image

    def colors(self, planes: Sequence[Plane]) -> Image:
        """Return three planes as red, green and blue."""
        sampled = [SampledPlane(plane, self.shape) for plane in planes]
        shared = self._span(sampled) if self._shared_scale else None
        levels = [one.levels(shared or self._span([one])) for one in sampled]
        image = self._new()
        for band in self._bands:
            found = [one(band) for one in levels]
            colors = np.stack([one.values for one in found], axis=-1)
            self._finish(band, colors, found[0].bad, image)  # one pixel, one vector: one mask
        return image

    def grid(
        self, planes: Sequence[Plane], numbers: Sequence[int], arrangement: tuple[int, int]
    ) -> Image:
        """Return each plane in a cell with its number; rows first, the rest is white."""
        rows, columns = arrangement
        height, width = self.shape
        sheet = np.full((rows * height, columns * width, 3), 255, np.uint8)
        shared = None
        if self._shared_scale:
            shared = self._span(SampledPlane(plane, self.shape) for plane in planes)
        for place, (plane, number) in enumerate(zip(planes, numbers, strict=True)):
            row, column = divmod(place, columns)
            top, left = row * height, column * width
            cell = sheet[top : top + height, left : left + width]
            sampled = SampledPlane(plane, self.shape)
            self._paint(sampled, shared or self._span([sampled]), cell)
            _write_caption(cell, number)
        return sheet

    def _new(self) -> Image:
        return np.empty((*self.shape, 3), np.uint8)

    def _sized(self, image: Image) -> Image:
        """Return the image at the shape of what is painted."""
        if image.shape[:2] == self.shape:
            return image
        from PIL import Image as Pillow

        sized = Pillow.fromarray(image).resize(self.shape[::-1], Pillow.Resampling.BILINEAR)
        return np.asarray(sized)

    def _span(self, planes: Iterable[SampledPlane]) -> Span:
        return Span.of(plane.span(self._step) for plane in planes)

    def _paint(self, plane: SampledPlane, span: Span, target: Image) -> None:
        levels = plane.levels(span)
        for band in self._bands:
            values, bad = levels(band)
            self._finish(band, self._table.paint(values), bad, target)

    def _finish(self, band: slice, colors: Image, bad: Bools | None, target: Image) -> None:
        """Write a band of colors over the image into the target."""
        rows = target[band]
        if self._background is None:
            rows[:] = colors
        else:
            blend(self._background[band], colors, self._alpha, rows)
        if bad is not None:
            rows[bad] = self._table.mark


def _write_caption(cell: Image, channel: int) -> None:
    """Write the channel's number into the upper left corner of a cell, in place.

    A cell is captioned from 24 pixels of height on: ``channel: 7`` where that fits its width,
    else ``7``, in smaller letters if need be. Where not even those fit there is no caption.
    """
    height, width = cell.shape[:2]
    if height < _LOWEST_CELL:
        return
    size = min(max(height // 3, _SMALLEST + 2), _LARGEST)
    for text, pixels in (
        (f"channel: {channel}", size),
        (f"{channel}", size),
        (f"{channel}", _SMALLEST),
    ):
        left, ink = _strip(text, pixels)
        if ink.shape[1] <= width:
            corner = cell[: ink.shape[0], : ink.shape[1]]
            corner[:] = corner * left + ink
            return


@lru_cache(maxsize=1024)
def _strip(text: str, pixels: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return what part of the image is left, 0..1, and what is added, shape (H, W, 1)."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    font = _font(pixels)
    ascent, descent = font.getmetrics()
    left, _, right, _ = font.getbbox(text)
    width = int(np.ceil(right - left)) + 2 * _PADDING
    strip = Pillow.new("L", (width, ascent + descent + _PADDING), 0)
    ImageDraw.Draw(strip).text((_PADDING - left, _PADDING // 2), text, fill=255, font=font)
    ink: npt.NDArray[np.float32] = np.asarray(strip, np.float32)[..., None]
    return np.float32(_DIM) * (1 - ink / np.float32(255)), ink + np.float32(0.5)  # the sum is cut


@lru_cache(maxsize=16)
def _font(pixels: int) -> FreeTypeFont:
    import matplotlib
    from PIL import ImageFont

    path = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
