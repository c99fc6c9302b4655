"""COCO's run-length encoded masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["decode_rle"]


def decode_rle(rle: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Return the mask of a COCO run-length encoding.

    Args:
        rle: ``size``: height and width. ``counts``: the lengths of runs of 0 and 1 in turn, down
            the columns, as numbers or compressed to bytes or a string.

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
    lengths = _decompressed(counts) if isinstance(counts, (bytes, str)) else _numbers(counts)
    if (lengths < 0).any() or lengths.sum() != height * width:
        raise ValueError(
            f"the runs of an RLE mask of size [{height}, {width}] must add up to "
            f"{height * width} pixels, got {int(lengths.sum())}; is its size that of the mask?"
        )
    values = np.arange(len(lengths)) % 2 == 1
    columns: npt.NDArray[np.bool_] = np.repeat(values, lengths).reshape(width, height)
    return np.ascontiguousarray(columns.T)


def _numbers(counts: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.asarray(counts, dtype=np.int64).reshape(-1)


def _decompressed(counts: bytes | str) -> npt.NDArray[np.int64]:
    """Return the lengths in compressed counts.

    A character holds 6 bits above 48: 5 of a number, low ones first, and whether more follow.
    The last one's fifth bit is the sign. From the fourth on, numbers are differences from the
    one before the last.
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
    numbers = np.add.reduceat((bits & 0x1F) << shifts, starts)
    numbers -= ((bits[ends] & 0x10) != 0) * (np.int64(1) << (shifts[ends] + 5))
    numbers[1::2] = numbers[1::2].cumsum()
    numbers[2::2] = numbers[2::2].cumsum()
    return numbers
