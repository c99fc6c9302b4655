"""How planes are painted: at which size, over which image, in which colours, on which scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz_core.featmap.blending import blend
from viz_core.featmap.captions import write_caption
from viz_core.featmap.colormap import ColorTable, gray_levels
from viz_core.featmap.planes import Plane, SampledPlane, Span, span_of
from viz_core.typing import Image

__all__ = ["HeatmapPainter"]

_GRAY_WEIGHTS = (0.114, 0.587, 0.299)
"""MMEngine hands three channels to OpenCV, which takes them for blue, green and red."""
_BAND = 64_000
"""Pixels painted at a time. What that takes stays in the cache, and in memory that is used again:
pages fresh from the system cost more than all the arithmetic."""


class HeatmapPainter:
    """Turns planes into pictures of one shape.

    Args:
        shape: (H, W) of the picture, or of each cell of a grid.
        image: RGB to blend in, of any size, or None.
        alpha: How much of a plane is seen over it, 0..1.
        table: The colours.
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
        """Return one plane in the colours of the table."""
        picture = self._new()
        sampled = plane.sampled(self.shape)
        self._paint(sampled, self._span([sampled]), picture)
        return picture

    def one_image(self, planes: Sequence[Plane]) -> Image:
        """Return one plane, or three that are joined to one, on the scale of all."""
        everything = [plane.sampled(self.shape) for plane in planes]
        joined = everything[0]
        if len(planes) == len(_GRAY_WEIGHTS):
            weighted = [w * plane.values for w, plane in zip(_GRAY_WEIGHTS, planes, strict=True)]
            masks = [plane.finite for plane in planes if plane.finite is not None]
            finite = np.logical_and.reduce(masks) if masks else None
            values = np.sum(weighted, axis=0)
            if finite is not None:
                values = values * finite
            joined = Plane(values, finite).sampled(self.shape)
        picture = self._new()
        self._paint(joined, self._span(everything), picture)
        return picture

    def colors(self, planes: Sequence[Plane]) -> Image:
        """Return three planes as red, green and blue."""
        everything = [plane.sampled(self.shape) for plane in planes]
        spans = [self._span(everything)] * 3
        if not self._shared_scale:
            spans = [self._span([sampled]) for sampled in everything]
        picture = self._new()
        for band in self._bands:
            samples = [sampled.rows(band) for sampled in everything]
            levels = [gray_levels(*s, span) for s, span in zip(samples, spans, strict=True)]
            colors = np.stack(levels, axis=-1)
            self._finish(band, colors, samples[0].bad, picture)  # one pixel, one vector: one mask
        return picture

    def grid(
        self, planes: Sequence[Plane], numbers: Sequence[int], arrangement: tuple[int, int]
    ) -> Image:
        """Return each plane in a cell with its number; rows first, the rest is white."""
        rows, columns = arrangement
        height, width = self.shape
        sheet = np.full((rows * height, columns * width, 3), 255, np.uint8)
        shared = None
        if self._shared_scale:
            shared = self._span([plane.sampled(self.shape) for plane in planes])
        for place, (plane, number) in enumerate(zip(planes, numbers, strict=True)):
            row, column = divmod(place, columns)
            top, left = row * height, column * width
            cell = sheet[top : top + height, left : left + width]
            sampled = plane.sampled(self.shape)
            self._paint(sampled, shared or self._span([sampled]), cell)
            write_caption(cell, number)
        return sheet

    def _new(self) -> Image:
        return np.empty((*self.shape, 3), np.uint8)

    def _sized(self, image: Image) -> Image:
        """Return the image at the shape of the picture."""
        if image.shape[:2] == self.shape:
            return image
        from PIL import Image as Pillow

        sized = Pillow.fromarray(image).resize(self.shape[::-1], Pillow.Resampling.BILINEAR)
        return np.asarray(sized)

    def _span(self, planes: Sequence[SampledPlane]) -> Span:
        return span_of(sample for sampled in planes for sample in sampled.extremes(self._step))

    def _paint(self, sampled: SampledPlane, span: Span, target: Image) -> None:
        for band in self._bands:
            sample = sampled.rows(band)
            self._finish(band, self._table.paint(gray_levels(*sample, span)), sample.bad, target)

    def _finish(self, band: slice, colors: Image, bad: Any, target: Image) -> None:
        """Write a band of colours over the image into the target."""
        rows = target[band]
        if self._background is None:
            rows[:] = colors
        else:
            blend(self._background[band], colors, self._alpha, rows)
        if bad is not None:
            rows[bad] = self._table.mark
