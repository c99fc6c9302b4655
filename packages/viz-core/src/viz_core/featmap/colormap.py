"""Gray levels to colors, through a table of 256, alone or over an image."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from viz_core.typing import Image

__all__ = ["ColorTable", "blend", "color_table"]

_MARKS = ((255, 0, 255), (255, 255, 255), (0, 255, 0), (0, 0, 0))
"""Colors that may say "not a number": the first that stands out most from a table is taken."""

_FEW = 16_000
"""Pixels up to which numpy looks the colors up sooner than Pillow has been set up for it."""


class ColorTable:
    """256 colors, from the lowest value's to the highest's.

    Args:
        colors: RGB, uint8, shape (256, 3).

    Attributes:
        mark: The color of what is not finite; magenta with JET.
    """

    def __init__(self, colors: npt.NDArray[np.uint8]) -> None:
        self._colors = colors
        self._palette = colors.tobytes()
        wide = colors.astype(np.int64)
        distances = [int(((wide - mark) ** 2).sum(1).min()) for mark in _MARKS]
        self.mark = _MARKS[int(np.argmax(distances))]

    def paint(self, levels: Image) -> Image:
        """Return gray levels of shape (H, W) in color, shape (H, W, 3)."""
        if levels.size <= _FEW:
            return self._colors.take(levels, axis=0)
        from PIL import Image as Pillow

        height, width = levels.shape
        image = Pillow.frombuffer("P", (width, height), levels, "raw", "P", 0, 1)
        image.putpalette(self._palette)
        return np.asarray(image.convert("RGB"))


@lru_cache(maxsize=32)
def color_table(colormap: str | None) -> ColorTable:
    """Return the table of a matplotlib colormap, or for None JET as OpenCV's users know it.

    Raises:
        TypeError: If it is not a string.
        ValueError: If matplotlib has none of that name.
    """
    if colormap is None:
        return ColorTable(_jet())
    if not isinstance(colormap, str):
        raise TypeError(
            f"colormap must be the name of a matplotlib colormap, got {type(colormap).__name__}"
        )
    from matplotlib import colormaps

    if colormap not in colormaps:
        near = get_close_matches(colormap, list(colormaps), n=3)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise ValueError(f"colormap must be one of matplotlib.colormaps, got {colormap!r}{hint}")
    colors = np.asarray(colormaps[colormap](np.linspace(0, 1, 256)))
    return ColorTable(np.rint(colors[:, :3] * 255).astype(np.uint8))


def _jet() -> npt.NDArray[np.uint8]:
    """Three ramps; within one level of OpenCV's table, where matplotlib's ``jet`` is 34 off."""
    place = np.arange(256)[:, None] / 255
    ramps = np.clip(1.5 - np.abs(4 * place - np.array([3, 2, 1])), 0, 1)
    colors: npt.NDArray[np.uint8] = np.rint(ramps * 255).astype(np.uint8)
    return colors


def blend(image: Image, colors: Image, alpha: float, out: Image) -> None:
    """Write ``alpha`` of the colors over the image into ``out``, all of one shape."""
    if alpha == 0.5:  # the default: several times as fast, as nothing leaves its byte
        halves = image ^ colors
        halves >>= 1
        np.add(halves, image & colors, out=out)  # halves go down
        return
    mixed = np.subtract(colors, image, dtype=np.int16).astype(np.float32)
    mixed *= alpha
    mixed += 0.5
    mixed += image
    out[:] = mixed  # is cut
