"""PNG's filters: what is stored of each byte is its difference to what its neighbors foretell."""

from __future__ import annotations

import numpy as np

from viz_core.typing import Image

__all__ = ["paeth", "sub", "up"]

# So many rows at a time stay in a core's own cache.
_AT_A_TIME = 32


def sub(pixels: Image, channels: int) -> Image:
    """Return rows of differences to the pixel on the left.

    Args:
        pixels: Rows of bytes, shape (H, W * channels).
        channels: Of a pixel.

    Returns:
        Shape (H, 1 + W * channels), the filter's number first.
    """
    rows = _rows_of(pixels, 1)
    rows[:, 1 : 1 + channels] = pixels[:, :channels]
    np.subtract(pixels[:, channels:], pixels[:, :-channels], out=rows[:, 1 + channels :])
    return rows


def up(pixels: Image) -> Image:
    """Return rows of differences to the pixel above; see `sub`."""
    rows = _rows_of(pixels, 2)
    rows[0, 1:] = pixels[0]
    np.subtract(pixels[1:], pixels[:-1], out=rows[1:, 1:])
    return rows


def paeth(pixels: Image, channels: int) -> Image:
    """Return rows of differences to the left, upper or upper left pixel; see `sub`.

    It is the one that is nearest to left + upper - upper left, the first of them at a draw.
    """
    rows = _rows_of(pixels, 4)
    rows[0] = sub(pixels[:1], channels)[0]
    rows[0, 0] = 1  # without a row above it is the same
    for top in range(1, len(pixels), _AT_A_TIME):
        part = slice(top, min(top + _AT_A_TIME, len(pixels)))
        here, above = pixels[part], pixels[top - 1 : part.stop - 1]
        np.subtract(here[:, :channels], above[:, :channels], out=rows[part, 1 : 1 + channels])
        left, upper, corner = here[:, :-channels], above[:, channels:], above[:, :-channels]
        to_left = np.subtract(upper, corner, dtype=np.int16)
        to_upper = np.subtract(left, corner, dtype=np.int16)
        to_corner = to_left + to_upper
        for distance in (to_left, to_upper, to_corner):
            np.abs(distance, out=distance)
        # Masks of bits, as choosing by truth takes several times as long.
        is_upper = np.negative((to_upper <= to_corner).view(np.uint8))
        is_left = np.negative((to_left <= np.minimum(to_upper, to_corner)).view(np.uint8))
        foretold = corner ^ ((corner ^ upper) & is_upper)
        foretold ^= (foretold ^ left) & is_left
        np.subtract(here[:, channels:], foretold, out=rows[part, 1 + channels :])
    return rows


def _rows_of(pixels: Image, number: int) -> Image:
    height, stride = pixels.shape
    rows: Image = np.empty((height, 1 + stride), np.uint8)
    rows[:, 0] = number
    return rows
