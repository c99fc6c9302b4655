"""Crops of masks: from run-length encodings and polygons, at a cost that goes with their area."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array

__all__ = ["EMPTY", "Crop", "Mask", "decode_rle", "encode_rle", "fill_polygons"]

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Larger coordinates would overflow where edges are crossed; no image reaches so far.
_FARTHEST = 1e100


class Crop(NamedTuple):
    """The part of an image that holds all of an object's mask.

    Attributes:
        x: Column of its left pixels.
        y: Row of its top pixels.
        area: Of the object, in pixels; 0 if there is none.
        paint: Returns the mask: bool, shape (h, w). Until then an object is little more than the
            ends of its runs, so that many large ones take no memory together.
    """

    x: int
    y: int
    area: int
    paint: Callable[[], Mask]


def _painted_empty() -> Mask:
    return np.zeros((0, 0), np.bool_)


#: An object without a pixel.
EMPTY = Crop(0, 0, 0, _painted_empty)


def _painted(starts: Ints, stops: Ints, shape: tuple[int, int]) -> Mask:
    """Return a mask of runs, given by where they start and stop in the flattened mask."""
    lengths = np.empty(2 * len(starts) + 1, np.int64)
    lengths[0] = starts[0]
    lengths[1::2] = stops - starts
    lengths[2:-1:2] = starts[1:] - stops[:-1]
    lengths[-1] = shape[0] * shape[1] - stops[-1]
    values = np.zeros(len(lengths), np.bool_)
    values[1::2] = True
    painted: Mask = np.repeat(values, lengths).reshape(shape)
    return painted


def _painted_down(starts: Ints, stops: Ints, shape: tuple[int, int]) -> Mask:
    """Return a mask of runs that go down its columns."""
    return np.ascontiguousarray(_painted(starts, stops, shape[::-1]).T)


def decode_rle(rle: Mapping[str, Any]) -> Crop:
    """Return the mask of a COCO run-length encoding.

    Args:
        rle: `size` is height and width; `counts` the lengths of runs of 0 and 1 in turn, column by
            column, as integers or compressed to bytes or a string.

    Raises:
        ValueError: If a key is missing, or the runs do not fill the mask.
    """
    if "size" not in rle or "counts" not in rle:
        raise ValueError(
            f"an RLE mask must have the keys 'size' and 'counts', got {sorted(map(str, rle))}"
        )
    height, width = (int(length) for length in rle["size"])
    counts = rle["counts"]
    if isinstance(counts, (bytes, str)):
        lengths = _decompressed(counts)
    else:
        lengths = np.asarray(counts, dtype=np.int64).reshape(-1)
    if (lengths < 0).any() or lengths.sum() != height * width:
        raise ValueError(
            f"the runs of an RLE mask of size [{height}, {width}] must add up to "
            f"{height * width} pixels, none negative, got {int(lengths.sum())}; is its size that of "
            "the mask?"
        )
    ends = lengths.cumsum()
    stops = ends[1::2]
    starts = ends[: 2 * len(stops) : 2]
    filled = starts < stops
    if not filled.any():
        return EMPTY
    starts, last = starts[filled], stops[filled] - 1
    columns, rows = np.divmod(starts, height)
    last_columns, last_rows = np.divmod(last, height)
    top, bottom = int(rows.min()), int(last_rows.max()) + 1
    if (columns != last_columns).any():  # a run that goes on in the next column
        top, bottom = 0, height
    left, right = int(columns[0]), int(last_columns[-1]) + 1
    shape = (bottom - top, right - left)
    begins = (columns - left) * shape[0] + rows - top
    ends = (last_columns - left) * shape[0] + last_rows - top + 1
    area = int((ends - begins).sum())
    return Crop(left, top, area, partial(_painted_down, begins, ends, shape))


def encode_rle(crop: Crop, height: int, width: int) -> dict[str, Any]:
    """Return the mask of an object in an image of this size as COCO's compressed encoding.

    Args:
        crop: Of the object.
        height: Rows of the image.
        width: Columns of the image.

    Returns:
        `size` is height and width, `counts` a string.
    """
    mask = crop.paint()
    # A row of zeros below, so that no run goes on in the next column.
    columns = np.zeros((mask.shape[1], mask.shape[0] + 1), np.int8)
    columns[:, :-1] = mask.T
    column, row = np.divmod(np.flatnonzero(np.diff(columns.reshape(-1), prepend=0)), len(mask) + 1)
    ends = (crop.x + column) * height + crop.y + row
    goes_on = np.zeros(len(ends), np.bool_)  # where a run goes on at the top of the next column
    goes_on[:-1] = ends[1:] == ends[:-1]
    goes_on[1:] |= goes_on[:-1]
    ends = ends[~goes_on]
    counts = np.diff(ends, prepend=0, append=height * width)
    if len(ends) and not counts[-1]:
        counts = counts[:-1]
    return {"size": [height, width], "counts": _compressed(counts)}


def _compressed(lengths: Ints) -> str:
    """Return the lengths of runs as `_decompressed` reads them."""
    values = lengths.copy()
    values[3:] -= lengths[1:-2]
    groups: list[Ints] = []
    goes_on = np.ones(len(values), np.bool_)
    while goes_on.any():
        group = values & 0x1F
        values >>= 5
        last = np.where(group & 0x10, values == -1, values == 0)
        groups.append(np.where(goes_on, 48 + group + np.where(last, 0, 0x20), 0))
        goes_on &= ~last
    characters = np.array(groups, np.uint8).T
    text: str = characters[characters > 0].tobytes().decode()
    return text


def _decompressed(counts: bytes | str) -> Ints:
    """Return the lengths of runs from COCO's compressed counts.

    Each length is a signed integer in groups of 5 bits, the lowest first. A group is a character,
    48 plus the group, plus 32 if another follows; bit 4 of the last is the sign. From the fourth
    on, integers are differences from the length two before.
    """
    text = counts.encode() if isinstance(counts, str) else counts
    bits = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if not len(bits):
        return bits
    is_last = (bits & 0x20) == 0
    ends = np.flatnonzero(is_last)
    if not is_last[-1] or (bits < 0).any() or (bits > 63).any():
        raise ValueError(f"the counts of an RLE mask are cut or not COCO's: {text[:40]!r}")
    starts = np.concatenate([[0], ends[:-1] + 1])
    shifts = 5 * (np.arange(len(bits)) - np.repeat(starts, ends - starts + 1))
    lengths = np.add.reduceat((bits & 0x1F) << shifts, starts)
    lengths -= ((bits[ends] & 0x10) != 0) * (np.int64(1) << (shifts[ends] + 5))
    lengths[1::2] = lengths[1::2].cumsum()
    lengths[2::2] = lengths[2::2].cumsum()
    return lengths


def fill_polygons(polygons: Iterable[Any], height: int, width: int) -> Crop:
    """Return the mask of an object: the pixels whose centers lie in any of its polygons.

    Args:
        polygons: Each is an array, a tensor or a list of its corners in pixels, of shape (M, 2) or
            flat: x, y, x, y, ...
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        ValueError: If a polygon has half a corner, or coordinates that are not finite.
    """
    filled = [_fill(_corners(polygon), height, width) for polygon in polygons]
    parts = [part for part in filled if part.area]
    if len(parts) < 2:
        return parts[0] if parts else EMPTY
    masks = [part.paint() for part in parts]
    left, top = min(part.x for part in parts), min(part.y for part in parts)
    places = [
        (
            slice(part.y - top, part.y - top + mask.shape[0]),
            slice(part.x - left, part.x - left + mask.shape[1]),
        )
        for part, mask in zip(parts, masks, strict=True)
    ]
    shape = (max(rows.stop for rows, _ in places), max(columns.stop for _, columns in places))
    whole = np.zeros(shape, np.bool_)
    for place, mask in zip(places, masks, strict=True):
        whole[place] |= mask
    return Crop(left, top, int(np.count_nonzero(whole)), lambda: whole)


def _corners(polygon: Any) -> npt.NDArray[np.float64]:
    """Return the corners of a polygon, shape (M, 2)."""
    corners = as_array(polygon) if hasattr(polygon, "shape") else np.asarray(polygon)
    flat = corners.astype(np.float64).reshape(-1)
    if len(flat) % 2 or not np.isfinite(flat).all():
        raise ValueError(
            "a polygon must be finite coordinates x, y, x, y, ..., got "
            f"{len(flat)} of them: {flat[:8].tolist()}"
        )
    return np.clip(flat, -_FARTHEST, _FARTHEST).reshape(-1, 2)


def _fill(corners: npt.NDArray[np.float64], height: int, width: int) -> Crop:
    """Return the inside of a polygon, by the even-odd rule."""
    x, y = corners.T
    next_x, next_y = np.concatenate([corners[1:], corners[:1]]).T
    # Rows whose centers an edge crosses; half-open, so that a corner at the height of a center
    # belongs to one of its two edges.
    first = np.ceil(np.minimum(y, next_y) - 0.5).clip(0, height).astype(np.int64)
    beyond = np.ceil(np.maximum(y, next_y) - 0.5).clip(0, height).astype(np.int64)
    counts = beyond - first
    total = counts.cumsum()
    if not len(total) or not total[-1]:
        return EMPTY
    edges = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(total[-1]) + (first - total + counts)[edges]
    rise = next_y[edges] - y[edges]
    at = x[edges] + (rows + 0.5 - y[edges]) * (next_x[edges] - x[edges]) / rise
    columns = np.ceil(at - 0.5).clip(0, width).astype(np.int64)
    # Each row is crossed an even number of times: from left to right into the polygon and out.
    crossings = np.sort(rows * (width + 1) + columns)
    rows, starts = np.divmod(crossings[::2], width + 1)
    stops = crossings[1::2] - rows * (width + 1)
    filled = starts < stops
    if not filled.any():
        return EMPTY
    rows, starts, stops = rows[filled], starts[filled], stops[filled]
    left, right, top = int(starts.min()), int(stops.max()), int(rows[0])
    shape = (int(rows[-1]) + 1 - top, right - left)
    begins = (rows - top) * shape[1] - left
    area = int((stops - starts).sum())
    return Crop(left, top, area, partial(_painted, begins + starts, begins + stops, shape))
