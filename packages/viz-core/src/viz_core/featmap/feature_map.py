"""A feature map where it lives: arithmetic stays on its device, small results are fetched."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array, is_tensor
from viz_core.typing import ArrayLike

__all__ = ["FeatureMap", "NotFiniteError", "pick"]

_BLOCK = 64
"""Channels taken at a time where a product needs memory of its own."""


class NotFiniteError(Exception):
    """A reduction met NaN, an infinity or an overflow; `FeatureMap.tamed` has none."""


class FeatureMap:
    """The channels of one feature map, as floats.

    A numpy array, and a tensor in the memory of the CPU, is worked on by numpy without a copy.
    A tensor elsewhere is worked on by torch on its device; both understand the same code.

    Args:
        values: Floats of shape (C, H, W).
        finite: True where a value may be shown; None for everywhere.

    Attributes:
        library: The module, numpy or torch, that computes with ``values``.
    """

    def __init__(self, values: Any, finite: Any = None) -> None:
        self.values = values
        self.finite = finite
        self.library: Any = sys.modules["torch"] if is_tensor(values) else np

    @classmethod
    def of(cls, featmap: ArrayLike, channels: Sequence[int] | None = None) -> FeatureMap:
        """Return the map that a user passed, or the given channels of it.

        Raises:
            TypeError: If it is neither an array nor a tensor, or does not hold real numbers.
            ValueError: If its shape is not (C, H, W) or it is empty.
        """
        values: Any = featmap
        tensor = is_tensor(featmap)
        if not tensor:
            try:
                values = as_array(featmap, "featmap")
            except TypeError as error:
                raise TypeError(
                    f"`featmap` should be torch.Tensor, but got {type(featmap)}; a numpy array or "
                    "a nested list of numbers will do as well"
                ) from error
        if values.ndim != 3:
            cure = "; pass one sample of the batch, as featmap[0]" if values.ndim == 4 else ""
            raise ValueError(
                f"Input dimension must be 3, but got {values.ndim}: featmap has shape "
                f"{tuple(values.shape)}, not (C, H, W){cure}"
            )
        if 0 in values.shape:
            raise ValueError(f"featmap must not be empty, got shape {tuple(values.shape)}")
        if channels is not None:
            _check_channels(channels, len(values))
            values = pick(values, channels)
        return cls(_float_tensor(values) if tensor else _float_array(values))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        channels, height, width = self.values.shape
        return channels, height, width

    def fetch(self, result: Any) -> npt.NDArray[Any]:
        """Return a result in the CPU's memory; what a device moves is this and no more."""
        return as_array(result, "result")

    def place(self, array: npt.NDArray[Any]) -> Any:
        """Return a small array where the map is, in the map's dtype."""
        if self.library is np:
            return array.astype(self.values.dtype, copy=False)
        host = self.library.from_numpy(np.ascontiguousarray(array))
        return self.values.new_empty(array.shape).copy_(host)

    def blocks(self) -> Iterator[Any]:
        """Yield the map in blocks of a few channels."""
        for start in range(0, len(self.values), _BLOCK):
            yield self.values[start : start + _BLOCK]

    def scale(self) -> float:
        """Return a power of two near the largest magnitude: dividing by it rounds nothing.

        Raises:
            NotFiniteError: If a value is NaN or infinite.
        """
        peak = max(float(self.values.max()), -float(self.values.min()))
        if not math.isfinite(peak):
            raise NotFiniteError
        return math.ldexp(1.0, math.frexp(peak)[1] - 1)

    def tamed(self) -> FeatureMap:
        """Return the map with 0 for what is not finite, and the rest scaled into -2..2.

        No image changes by a scale, and nothing can overflow in one that is so scaled.
        """
        finite = self.library.isfinite(self.values)
        values = self.library.where(finite, self.values, self.place(np.zeros(1)))
        values /= FeatureMap(values).scale()
        return FeatureMap(values, finite)

    def count_bad(self) -> npt.NDArray[np.int64]:
        """Return how many values of each channel are not finite, shape (C,)."""
        channels = self.shape[0]
        if self.finite is None:
            return np.zeros(channels, np.int64)
        counts = (~self.finite).reshape(channels, -1).sum(1)
        return self.fetch(counts).astype(np.int64, copy=False)

    def finite_everywhere(self) -> npt.NDArray[np.bool_] | None:
        """Return where all channels are finite, shape (H, W); None for everywhere."""
        return None if self.finite is None else self.fetch(self.finite.all(0))


def pick(values: Any, channels: Sequence[int]) -> Any:
    """Return the given channels of an array or tensor, on its device."""
    if is_tensor(values):
        return sys.modules["torch"].stack([values[channel] for channel in channels])
    return values[list(channels)]


def _check_channels(channels: Sequence[int], count: int) -> None:
    wrong = [channel for channel in channels if not 0 <= channel < count]
    if wrong:
        raise ValueError(
            f"channels must lie in 0..{count - 1}, the channels of this featmap, got {wrong}"
        )


def _float_array(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.dtype.kind not in "biuf":
        raise TypeError(f"featmap must hold real numbers, got dtype {array.dtype}")
    wide = array.dtype.kind == "f" and array.dtype.itemsize >= 8
    return array.astype(np.float64 if wide else np.float32, copy=False)


def _float_tensor(tensor: Any) -> Any:
    if tensor.is_complex():
        raise TypeError(f"featmap must hold real numbers, got dtype {tensor.dtype}")
    if not (tensor.is_floating_point() and tensor.element_size() >= 4):
        tensor = tensor.float()
    return as_array(tensor, "featmap") if tensor.device.type == "cpu" else tensor.detach()
