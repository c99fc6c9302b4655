"""Bilinear resampling as torch's ``interpolate(align_corners=False)``, and what follows from it.

Resampling is linear, so it changes places with every linear reduction: one map is resampled
instead of all channels. The sum of a channel's resampled pixels, which tells the largest, is had
from the taps below, without resampling the channels either.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Resampled", "nearest", "tap_sums"]

Floats = npt.NDArray[Any]
Here = slice | npt.NDArray[np.intp]
"""Some rows of an image."""


class _Taps(NamedTuple):
    """Where along one axis each output pixel reads: ``(1 - part) * x[low] + part * x[high]``."""

    low: npt.NDArray[np.intp]
    high: npt.NDArray[np.intp]
    part: npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def _taps(size: int, target: int) -> _Taps:
    """Return the taps that resample ``size`` pixels to ``target``; not to be changed."""
    centers = np.maximum((np.arange(target) + 0.5) * (size / target) - 0.5, 0.0)
    low = np.minimum(centers.astype(np.intp), size - 1)
    return _Taps(low, np.minimum(low + 1, size - 1), centers - low)


@lru_cache(maxsize=64)
def tap_sums(size: int, target: int) -> npt.NDArray[np.float64]:
    """Return how much each source pixel weighs in the resampled ones' sum; not to be changed."""
    low, high, part = _taps(size, target)
    sums: npt.NDArray[Any] = np.bincount(low, 1 - part, size) + np.bincount(high, part, size)
    return sums


class Resampled:
    """A map of shape (h, w) at the given (H, W), in its own dtype."""

    def __init__(self, values: Floats, shape: tuple[int, int]) -> None:
        self._source = values.shape
        self._shape = shape
        self._columns = values
        if values.shape[1] != shape[1]:
            # Row by row of the transposed map, as whole rows are fast to copy.
            turned = np.ascontiguousarray(values.T)
            everything: Here = slice(None)
            turned = _between(turned, _steps(turned), shape[1], everything)
            self._columns = np.ascontiguousarray(turned.T)
        if len(values) != shape[0]:
            self._steps = _steps(self._columns)

    def __call__(self, here: Here) -> Floats:
        """Return these rows, shape (rows, W)."""
        if self._source[0] == self._shape[0]:
            return self._columns[here]
        return _between(self._columns, self._steps, self._shape[0], here)

    def extremes(self, step: int) -> Iterator[Floats]:
        """Yield some of the pixels, the lowest and the highest among them.

        Between two source pixels the values change steadily, so it is the first and the last
        there, along both axes. At most ``step`` rows are resampled at a time.
        """
        columns = self._columns
        if self._source[1] != self._shape[1]:
            columns = columns[:, _ends(self._source[1], self._shape[1])]
        if self._source[0] == self._shape[0]:
            yield columns
            return
        steps = _steps(columns)
        rows = _ends(self._source[0], self._shape[0])
        for start in range(0, len(rows), step):
            yield _between(columns, steps, self._shape[0], rows[start : start + step])


def nearest(mask: npt.NDArray[np.bool_], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return what a mask says of the source pixel that weighs most in each resampled one."""
    rows, columns = (
        np.where(part < 0.5, low, high)
        for low, high, part in (
            _taps(size, target) for size, target in zip(mask.shape, shape, strict=True)
        )
    )
    result: npt.NDArray[np.bool_] = mask[np.ix_(rows, columns)]
    return result


@lru_cache(maxsize=64)
def _ends(size: int, target: int) -> npt.NDArray[np.intp]:
    """Return the first and the last output pixel after each source pixel; not to be changed."""
    low = _taps(size, target).low
    jumps = np.flatnonzero(np.diff(low))
    ends: npt.NDArray[np.intp] = np.unique(np.concatenate([[0], jumps, jumps + 1, [target - 1]]))
    return ends


def _steps(values: Floats) -> Floats:
    """Return from each row to the next; the last one is repeated past the edge."""
    steps = np.zeros_like(values)
    np.subtract(values[1:], values[:-1], out=steps[:-1])
    return steps


def _between(values: Floats, steps: Floats, target: int, here: Here) -> Floats:
    """Return these of ``target`` rows that lie between the given ones and the next."""
    low, _, part = _taps(len(values), target)
    low = low[here]
    result: Floats = steps[low]
    result *= part[here].astype(values.dtype)[:, None]
    result += values[low]
    return result
