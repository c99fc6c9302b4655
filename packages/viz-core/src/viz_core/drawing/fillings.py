"""Large fillings, blended without Agg, which divides three times a pixel.

For a color c of opacity a in 0..255, Agg's pixel p of an opaque image becomes
``(256 c a + 255 p (256 - a)) // (65280 + a)``. Multiplied by 2 ** 24, both factors rounded up, the
quotient is a multiplication, an addition and a shift of 32 bits, with the same result for all values.
"""

from __future__ import annotations

import numpy as np

from viz_core.colors import RGBA
from viz_core.drawing.surface import Surface

__all__ = ["fill"]

_SHIFT = 24

# So many channels at a time stay in a core's own cache.
_AT_A_TIME = 1 << 15


def fill(surface: Surface, left: int, top: int, right: int, bottom: int, color: RGBA) -> None:
    """Lay a color over a part of the image, to the pixels that Agg makes of it.

    Args:
        surface: Drawn on.
        left: The first column; all lie in the image.
        top: The first row.
        right: The column behind the last.
        bottom: The row behind the last.
        color: Of all.
    """
    opacity = int(color[3] * 255 + 0.5)
    if opacity == 255:
        row_of_ink = np.tile(np.array(color[:3], np.uint8), right - left)
        surface.rows[top:bottom, 3 * left : 3 * right] = row_of_ink
        return
    whole = 65280 + opacity
    kept = np.uint32(_divided(255 * (256 - opacity), whole))
    ink = np.array([_divided(256 * int(c) * opacity, whole) for c in color[:3]], np.uint32)
    inks = np.tile(ink, right - left)
    step = max(1, _AT_A_TIME // len(inks))
    blended = np.empty((step, len(inks)), np.uint32)
    for row in range(top, bottom, step):
        target = surface.rows[row : min(row + step, bottom), 3 * left : 3 * right]
        part = blended[: len(target)]
        np.multiply(target, kept, out=part, dtype=np.uint32)
        part += inks
        part >>= np.uint32(_SHIFT)
        np.copyto(target, part, casting="unsafe")


def _divided(number: int, whole: int) -> int:
    """Return a part of `whole`, in units of 2 ** -24, rounded up."""
    return -(-(number << _SHIFT) // whole)
