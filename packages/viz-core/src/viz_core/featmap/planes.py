"""What a reduction leaves of a feature map: small planes that know how to be resampled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.featmap.resampling import Resampled, nearest

__all__ = ["Plane", "Sample", "SampledPlane", "Span", "span_of"]

Bools = npt.NDArray[np.bool_]


class Span(NamedTuple):
    """The values that become the lowest and the highest colour."""

    low: float
    high: float


class Sample(NamedTuple):
    """Rows of a plane at the size of the picture, and where they are not finite (or None)."""

    values: npt.NDArray[Any]
    bad: Bools | None


class SampledPlane:
    """A plane at the size of a picture, as if what is not finite were not there.

    Args:
        values: Of shape (h, w), with 0 for what is not finite.
        finite: Where they are finite, of the same shape; None for everywhere.
        shape: (H, W) of the picture.
    """

    def __init__(
        self, values: npt.NDArray[Any], finite: Bools | None, shape: tuple[int, int]
    ) -> None:
        self._values = Resampled(values, shape)
        self._height = shape[0]
        self._bad = None
        if finite is not None:
            self._bad = ~nearest(finite, shape)
            # Dividing by the weight of the finite pixels keeps the others from bleeding in.
            self._weights = Resampled(finite.astype(np.float32), shape)

    def rows(self, here: slice) -> Sample:
        """Return some of the rows."""
        values = self._values(here)
        if self._bad is None:
            return Sample(values, None)
        weights = np.maximum(self._weights(here), 1e-6)
        return Sample(values / weights, self._bad[here])

    def extremes(self, step: int) -> Iterator[Sample]:
        """Yield where the lowest and the highest value are, at most ``step`` rows at a time."""
        if self._bad is None:
            for values in self._values.extremes(step):
                yield Sample(values, None)
            return
        for top in range(0, self._height, step):
            yield self.rows(slice(top, top + step))


@dataclass(frozen=True)
class Plane:
    """Numbers of shape (H, W); 0 where ``finite`` is False, None for finite everywhere."""

    values: npt.NDArray[Any]
    finite: Bools | None = None

    def sampled(self, shape: tuple[int, int]) -> SampledPlane:
        """Return the plane at another size."""
        return SampledPlane(self.values, self.finite, shape)


def span_of(samples: Iterable[Sample]) -> Span:
    """Return the lowest and the highest finite value of all; (0, 0) if there is none."""
    lows, highs = [], []
    for values, bad in samples:
        finite = values if bad is None else values[~bad]
        if finite.size:
            lows.append(float(finite.min()))
            highs.append(float(finite.max()))
    return Span(min(lows, default=0.0), max(highs, default=0.0))
