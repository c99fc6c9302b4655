"""Laying colors over an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from viz_core.annotations.palette import RGB, Ink, opacity
from viz_core.images import PIXEL
from viz_core.typing import Image

__all__ = ["lay_line", "lay_over"]

# Pixels that are blended at a time: few enough for the processor's cache.
_BAND = 1 << 15


def lay_over(
    image: Image, index: npt.NDArray[np.intp], colors: Sequence[Ink | None], alpha: float
) -> Image:
    """Return an image with the colors of a map over it.

    Args:
        image: RGB, uint8, shape (H, W, 3).
        index: Index of each pixel's color, shape (H, W).
        colors: Of the segments; None leaves their pixels as they are.
        alpha: Opacity in 0..1, multiplied with that of the colors.
    """
    opacities = [0 if color is None else round(alpha * opacity(color) * 255) for color in colors]
    covered = np.array(opacities, np.uint16)
    keep = 255 - covered
    # With 255 added, >> 8 divides by 255 to at most one level off, and exactly for 0 and 1.
    rgb = [(0, 0, 0) if color is None else color[:3] for color in colors]
    ink = np.array(rgb, np.uint16).reshape(-1, 3) * covered[:, None] + np.uint16(255)
    same = len(np.unique(keep)) == 1
    blended = np.empty_like(image)
    pixels, which, out = image.reshape(-1, 3), index.reshape(-1), blended.reshape(-1, 3)
    for start in range(0, len(pixels), _BAND):
        band = slice(start, start + _BAND)
        words = pixels[band].astype(np.uint16)
        words *= keep[0] if same else keep.take(which[band])[:, None]
        words += ink.take(which[band], axis=0)
        words >>= 8
        out[band] = words
    return blended


def lay_line(
    image: Image,
    coverage: npt.NDArray[np.uint8],
    color: RGB,
    alpha: float,
    x: int = 0,
    y: int = 0,
) -> None:
    """Lay a color over the covered pixels of an image, in place.

    Args:
        image: RGB, uint8, shape (H, W, 3), contiguous.
        coverage: How much of each pixel is covered, in 0..255, shape (h, w).
        color: Red, green and blue in 0..255.
        alpha: Opacity where all of a pixel is covered, in 0..1.
        x: Of the top left pixel of the coverage, which lies in the image.
        y: Of that pixel.
    """
    # Of each level of coverage; with 255 added, as above.
    opacities = (alpha * np.arange(256) + 0.5).astype(np.uint16)[:, None]
    keep = np.repeat(255 - opacities, 3, axis=1)
    ink = opacities * np.array(color, np.uint16) + np.uint16(255)
    where = np.flatnonzero(coverage)
    covered = coverage.reshape(-1).take(where)
    if coverage.shape[1] != image.shape[1]:
        rows, columns = np.divmod(where, coverage.shape[1])
        where = (rows + y) * image.shape[1] + columns + x
    else:
        where += y * image.shape[1]
    pixels = image.reshape(-1, 3)
    words = pixels.take(where, axis=0) * keep.take(covered, axis=0)
    words += ink.take(covered, axis=0)
    words >>= 8
    pixels.view(PIXEL)[:, 0][where] = words.astype(np.uint8).view(PIXEL)[:, 0]
