"""Painting the masks of objects, and their contours, on a canvas."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from viz_core.annotations.contours import Contours
from viz_core.annotations.crops import Crop
from viz_core.annotations.overlays import lay_line
from viz_core.annotations.palette import Ink, opacity
from viz_core.annotations.style import AnnotationStyle, contour_growth
from viz_core.drawing.canvas import Canvas

__all__ = ["draw_masks"]

_WHITE = (255, 255, 255)

# Masks of so many pixels are painted at a time.
_AT_A_TIME = 1 << 18


def draw_masks(
    canvas: Canvas, masks: Sequence[Crop], colors: Sequence[Ink], style: AnnotationStyle
) -> None:
    """Draw masks, the large ones first, so that none hides a smaller one; then their contours."""
    seen = [i for i, color in enumerate(colors) if masks[i].area and opacity(color)]
    if not seen:
        return
    growth = contour_growth(style, canvas.width, canvas.height)
    contours = Contours(canvas.height, canvas.width, growth)
    takes_crops = _takes_crops(canvas)
    for some in _batches(masks, sorted(seen, key=lambda i: -masks[i].area)):
        painted = [masks[i].paint() for i in some]
        inks, alpha = [colors[i] for i in some], float(style.mask_alpha)
        if takes_crops:
            corners = [masks[i][:2] for i in some]
            canvas.draw_binary_masks(painted, inks, alpha, offsets=corners)
        for i, ink, mask in zip(some, inks, painted, strict=True):
            contours.add(mask, masks[i].x, masks[i].y)
            if not takes_crops:
                whole = np.zeros((1, canvas.height, canvas.width), np.bool_)
                height, width = mask.shape
                whole[0, masks[i].y :, masks[i].x :][:height, :width] = mask
                canvas.draw_binary_masks(whole, [ink], alpha)
    image = canvas.get_image()
    for coverage, x, y in contours.take():
        lay_line(image, coverage, _WHITE, style.mask_alpha, x, y)
    canvas.set_image(image)


def _takes_crops(canvas: Canvas) -> bool:
    """Return whether masks may be crops: a subclass may have MMEngine's signature, without them."""
    parameters = inspect.signature(canvas.draw_binary_masks).parameters.values()
    return any(p.name == "offsets" or p.kind is p.VAR_KEYWORD for p in parameters)


def _batches(masks: Sequence[Crop], order: Iterable[int]) -> Iterator[list[int]]:
    """Yield masks in their order, few enough to be in memory together."""
    batch: list[int] = []
    total = 0
    for i in order:
        batch.append(i)
        total += masks[i].area
        if total > _AT_A_TIME:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
