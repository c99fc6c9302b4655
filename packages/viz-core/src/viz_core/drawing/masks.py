"""Binary masks, laid over the image in a color.

A pixel's channel becomes ``(under * keep + ink) >> 8`` where, for an opacity a in 0..255,
``keep = 255 - a`` and ``ink = color * a + 255``. The 255 makes opacity 0 leave every value
exactly and opacity 255 replace it exactly; in between it is at most one level off. Nothing
exceeds 65535, so one multiplication, one addition and one shift on contiguous uint16 do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from viz_core.colors import RGBA
from viz_core.drawing.surface import Surface
from viz_core.drawing.work import MASKS, check_work
from viz_core.images import PIXEL

__all__ = ["draw_masks", "extent"]

Mask = npt.NDArray[np.bool_]

# The steps of work (see `work`) of each pixel of a mask that is searched, of one that does not lie in
# memory row by row, and of one of the part that is laid over.
_SEARCHED = 0.2
_COPIED = 3.0
_COLORED = 7.0

_TRUE = b"\x01"
_CHUNK = 1 << 16  # bytes that a core's own cache holds

# So many channels are blended at a time, in memory that the next ones find in the cache.
_BLENDED_AT_ONCE = 1 << 18


def draw_masks(
    surface: Surface,
    masks: Iterable[Mask],
    offsets: Iterable[Sequence[int]],
    colors: Sequence[RGBA],
) -> None:
    """Blend masks over the image, one after the other; what leaves it is clipped.

    Args:
        surface: Drawn on.
        masks: N of shape (h, w), of any sizes.
        offsets: x and y of the top left pixel of each.
        colors: One per mask; its opacity is the mask's.
    """
    parts: list[tuple[Mask, tuple[slice, slice], RGBA]] = []
    steps = 0.0
    for mask, (x, y), color in zip(masks, offsets, colors, strict=True):
        if not color[3]:
            continue
        left, top = max(x, 0), max(y, 0)
        inside = mask[top - y : max(surface.height - y, 0), left - x : max(surface.width - x, 0)]
        steps += inside.size * (_SEARCHED if inside.flags.c_contiguous else _COPIED)
        check_work("binary_masks", len(colors), steps)
        box = extent(inside) if inside.size else None
        if box is not None:
            rows, columns = box
            into = (
                slice(top + rows.start, top + rows.stop),
                slice(left + columns.start, left + columns.stop),
            )
            parts.append((inside[box], into, color))
    steps += len(parts) * MASKS.each + sum(mask.size for mask, _, _ in parts) * _COLORED
    check_work("binary_masks", len(colors), steps)
    for part in parts:
        _blend(surface, *part)


def extent(mask: Mask) -> tuple[slice, slice] | None:
    """Return the rows and columns that hold all true pixels, or None if there are none.

    It reads the mask about once, from the outside in: most of the time of drawing a small
    object in a large image is to find it.
    """
    width = mask.shape[1]
    mask = np.ascontiguousarray(mask)
    flat = mask.reshape(-1)
    first = int(flat.argmax())  # stops at the first true
    if not flat[first]:
        return None
    top = first // width
    bottom = _last(flat) // width + 1
    rows = mask[top:bottom]
    if width % 8 == 0:  # eight columns at a time
        columns = np.bitwise_or.reduce(rows.view(np.uint64), axis=0).view(np.bool_)
    else:
        columns = np.bitwise_or.reduce(rows, axis=0)
    left = int(columns.argmax())
    right = columns.tobytes().rfind(_TRUE) + 1
    return slice(top, bottom), slice(left, right)


def _last(flat: Mask) -> int:
    """Return the index of the last true value, which there is."""
    end = flat.size
    while True:
        start = max(end - _CHUNK, 0)
        # Copying to search with memrchr is faster than any reduction.
        found = flat[start:end].tobytes().rfind(_TRUE)
        if found >= 0:
            return start + found
        end = start


def _blend(surface: Surface, mask: Mask, into: tuple[slice, slice], color: RGBA) -> None:
    rows, columns = into
    red, green, blue, opacity = color
    covered = round(opacity * 255)
    ink = np.array([red, green, blue], np.uint16) * np.uint16(covered) + np.uint16(255)
    # Repeating bytes is several times as fast as numpy's tile.
    inks = np.frombuffer(ink.tobytes() * (columns.stop - columns.start), np.uint16)
    pixels = surface.pixels.view(PIXEL)[..., 0][into]
    step = max(1, _BLENDED_AT_ONCE // len(inks))
    for top in range(0, len(mask), step):
        part = slice(top, top + step)
        target = surface.rows[rows][part, 3 * columns.start : 3 * columns.stop]
        blended = target.astype(np.uint16)
        blended *= np.uint16(255 - covered)
        blended += inks
        blended >>= 8
        colored = blended.astype(np.uint8).view(PIXEL)
        np.copyto(pixels[part], colored, where=mask[part])
