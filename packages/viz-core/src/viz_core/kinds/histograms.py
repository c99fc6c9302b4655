"""Histograms, from values or from their edges and counts."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.convert import as_array, is_tensor, shortened
from viz_core.errors import RecordingWarning
from viz_core.typing import ArrayLike

__all__ = ["Histogram", "as_histogram"]

#: How many bins there are unless somebody says, and at most: what W&B takes.
BINS, _MOST = 64, 512


class Histogram(NamedTuple):
    """How many values lie between which edges.

    Attributes:
        edges: float64, rising, shape (B + 1,). A bin has its left edge, the last both.
        counts: float64, not negative, shape (B,).
        missing: How many values were NaN or infinite, and are in no bin.
    """

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.float64]
    missing: int = 0


def as_histogram(
    values: ArrayLike | tuple[ArrayLike, ArrayLike] | Histogram,
    bins: int | ArrayLike = BINS,
    name: str = "values",
) -> Histogram:
    """Return the histogram of values, as numpy counts them.

    Args:
        values: An array, a tensor or lists of numbers or bools, of any shape. Or a pair of edges
            and counts, in either order, as `np.histogram` returns it: of two arrays of one
            dimension the edges are the longer by one.
        bins: How many of equal width, 1 to 512, from the smallest value to the largest; or their
            edges, rising. Values beyond them are not counted, as in numpy.
        name: What the values are called in an error.

    Raises:
        TypeError: If these are no real numbers.
        ValueError: If there is no value, or edges or counts are none.

    Warns:
        RecordingWarning: If values are NaN or infinite. They are in no bin, and in `missing`.
    """
    if isinstance(values, Histogram):
        return values
    pair = _as_pair(values)
    if pair is not None:
        return Histogram(_as_edges(pair[0], name), _as_counts(pair[1], name))
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)  # as a masked scalar is
    array = as_array(cast(ArrayLike, values), name).reshape(-1)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {array.dtype}")
    if not array.size:
        raise ValueError(f"{name} must hold a value, got an array of shape {array.shape}")
    array = array.view(np.uint8) if array.dtype == bool else array
    array = array.astype(np.float32) if array.dtype == np.float16 else array
    low, high = float(array.min()), float(array.max())
    missing = 0
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = array[np.isfinite(array)]
        missing = array.size - finite.size
        warn_user(
            f"{name} that are NaN or infinite are in no bin of the histogram; how many there are "
            "is kept with it where a backend can",
            RecordingWarning,
        )
        array = finite
        low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 1.0)
    given: Any = bins
    if given is None or isinstance(given, (str, bool)):
        raise TypeError(f"bins must be 1 to {_MOST}, or rising edges, got {given!r}")
    if not isinstance(given, (int, np.integer)):
        edges = _as_edges(given, "bins")
        counts = np.histogram(array, edges)[0].astype(np.float64)
        return Histogram(edges, counts, missing)
    count = int(given)
    if not 1 <= count <= _MOST:
        raise ValueError(f"bins must be 1 to {_MOST}, or edges, got {bins!r}")
    largest = max(abs(low), abs(high))
    if array.dtype == np.float32 and not 1e-3 * largest < high - low < 1e38:
        array = array.astype(np.float64)  # in float32 edges would meet, or be infinite
    scale = 4.0 if largest > 1e307 else 1.0
    least = 4 * count * np.spacing(largest)
    if high - low < least:  # so that every bin has a width
        middle, half = (low + high) / 2, max(0.5, least)
        low, high = middle - half, middle + half
    counts, edges = np.histogram(
        array / scale if scale > 1 else array, count, (low / scale, high / scale)
    )
    return Histogram(edges.astype(np.float64) * scale, counts.astype(np.float64), missing)


def _as_pair(values: Any) -> tuple[Any, Any] | None:
    """Return edges and counts, if `values` are such a pair."""
    if not isinstance(values, (tuple, list)) or len(values) != 2:
        return None
    first, second = values
    lengths = [len(v) if _is_line(v) else -1 for v in (first, second)]
    if -1 in lengths or 0 in lengths or abs(lengths[0] - lengths[1]) != 1:
        return None
    return (first, second) if lengths[0] > lengths[1] else (second, first)


def _is_line(value: Any) -> bool:
    if is_tensor(value) or isinstance(value, np.ndarray):
        return bool(value.ndim == 1)
    return isinstance(value, (list, tuple)) and np.ndim(value[0] if value else 0) == 0


def _as_edges(values: Any, name: str) -> npt.NDArray[np.float64]:
    edges = np.array(as_array(values, name), np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError(
            f"the edges of {name} must be two or more finite rising numbers, got "
            f"{shortened(edges.tolist())}"
        )
    if not np.isfinite(edges).all():
        raise ValueError(f"the edges of {name} must be finite, got {shortened(edges.tolist())}")
    return edges


def _as_counts(values: Any, name: str) -> npt.NDArray[np.float64]:
    counts = np.array(as_array(values, name), np.float64)
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError(
            f"the counts of {name} must be finite and not negative, got "
            f"{shortened(counts.tolist())}"
        )
    return counts
