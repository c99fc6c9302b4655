"""The masks of instances, whatever they are given as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import as_array, is_tensor

__all__ = ["Masks", "as_masks", "decode_rle", "fill_polygons"]

#: bool, shape (N, H, W).
Masks = npt.NDArray[np.bool_]


def as_masks(masks: Any, height: int, width: int) -> Masks:
    """Return masks of any kind as bool of shape (N, H, W).

    Args:
        masks: An array or a tensor of shape (N, H, W) or (H, W): the object is where floats are
            above 0.5, bools are true, and integers are not 0. Or MMDetection's BitmapMasks or
            PolygonMasks, or a list of COCO's run-length encodings, lists of polygons, or arrays
            of shape (H, W).
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        TypeError: If they are of another kind.
        ValueError: If they are of another size than the image.
    """
    if hasattr(masks, "to_ndarray"):
        masks = masks.to_ndarray()
    if isinstance(masks, np.ndarray) or is_tensor(masks):
        found = _as_bool(as_array(masks, "masks"))
        if found.ndim == 2:
            found = found[None]
    elif isinstance(masks, (list, tuple)):
        made = [_as_mask(mask, height, width) for mask in masks]
        wrong = next((mask for mask in made if mask.shape != (height, width)), None)
        _check(wrong is None, wrong, height, width)
        found = np.array(made, np.bool_).reshape(-1, height, width)
    else:
        raise TypeError(
            "masks must be an array, a tensor, BitmapMasks, PolygonMasks, or a list of RLE dicts, "
            f"polygons or arrays, got {type(masks).__name__}"
        )
    _check(found.ndim == 3 and found.shape[1:] == (height, width), found, height, width)
    return found


def _as_mask(mask: Any, height: int, width: int) -> npt.NDArray[np.bool_]:
    if isinstance(mask, Mapping):
        return decode_rle(mask)
    if isinstance(mask, (list, tuple)):
        return fill_polygons(mask, height, width)
    return _as_bool(as_array(mask, "an entry of masks"))


def _as_bool(array: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if array.dtype == np.uint8 and array.size and array.max() <= 1:
        return array.view(np.bool_)
    found: npt.NDArray[np.bool_] = array > 0.5 if array.dtype.kind == "f" else array.astype(bool)
    return found


def _check(fits: bool, masks: Any, height: int, width: int) -> None:
    if not fits:
        raise ValueError(
            f"masks must have the image's size, (N, {height}, {width}), got {masks.shape}; "
            "resize the masks or the image"
        )


def decode_rle(rle: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Return the mask of a COCO run-length encoding.

    Args:
        rle: `size` is height and width; `counts` the lengths of runs of 0 and 1 in turn, column by
            column, as integers or compressed to bytes or a string.

    Returns:
        Shape (H, W).

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
            f"{height * width} pixels, got {int(lengths.sum())}; is its size that of the mask?"
        )
    values = np.arange(len(lengths)) % 2 == 1
    columns: npt.NDArray[np.bool_] = np.repeat(values, lengths).reshape(width, height)
    return np.ascontiguousarray(columns.T)


def _decompressed(counts: bytes | str) -> npt.NDArray[np.int64]:
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


def fill_polygons(polygons: Iterable[Any], height: int, width: int) -> npt.NDArray[np.bool_]:
    """Return the mask of an object: the pixels whose centers lie in any of its polygons.

    Args:
        polygons: Each is an array, a tensor or a list of its corners in pixels, of shape (M, 2) or
            flat: x, y, x, y, ...
        height: Rows of the mask.
        width: Columns of the mask.

    Raises:
        ValueError: If a polygon has half a corner, or coordinates that are not finite.
    """
    mask = np.zeros((height, width), np.bool_)
    for polygon in polygons:
        corners = as_array(polygon) if hasattr(polygon, "shape") else np.asarray(polygon)
        flat = corners.astype(np.float64).reshape(-1)
        if len(flat) % 2 or not np.isfinite(flat).all():
            raise ValueError(
                "a polygon must be finite coordinates x, y, x, y, ..., got "
                f"{len(flat)} of them: {flat[:8].tolist()}"
            )
        _fill(mask, flat.reshape(-1, 2))
    return mask


def _fill(mask: npt.NDArray[np.bool_], corners: npt.NDArray[np.float64]) -> None:
    """Add the inside of a polygon to a mask, by the even-odd rule."""
    height, width = mask.shape
    x, y = corners.T
    next_x, next_y = np.roll(corners, -1, axis=0).T
    middles = np.arange(height) + 0.5
    # Half-open, so that a corner at the height of a center belongs to one of its two edges.
    crossed = (np.minimum(y, next_y) <= middles[:, None]) & (
        middles[:, None] < np.maximum(y, next_y)
    )
    rows, edges = np.nonzero(crossed)
    rise = next_y[edges] - y[edges]
    at = x[edges] + (middles[rows] - y[edges]) * (next_x[edges] - x[edges]) / rise
    first = np.clip(np.ceil(at - 0.5), 0, width).astype(np.intp)
    crossings = np.zeros((height, width + 1), np.uint8)
    np.add.at(crossings, (rows, first), 1)
    # uint8 wraps at 256, which does not change what is odd.
    mask |= (crossings.cumsum(axis=1, dtype=np.uint8)[:, :width] & 1).astype(np.bool_)
