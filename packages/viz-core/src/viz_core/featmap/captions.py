"""Channel numbers on the cells of a grid: as large as fits, or none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from viz_core.typing import Image

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = ["write_caption"]

_LOWEST_CELL = 24
_LARGEST, _SMALLEST = 14, 8
"""Font sizes in pixels."""
_PADDING = 2
_DIM = 0.35
"""How much of the image is left behind a caption: white stands out from it on any colors."""


def write_caption(cell: Image, channel: int) -> None:
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
