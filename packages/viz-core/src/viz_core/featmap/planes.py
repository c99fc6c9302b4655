"""What a reduction leaves of a feature map: small planes that know how to be resampled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.featmap.resampling import (
    Here,
    Rows,
    extreme_rows,
    nearest,
    resampled,
    resampled_energy,
)

__all__ = ["EnergyPlane", "Plane", "Sample", "SampledPlane", "Span", "span_of"]

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
        rows: Makes the values, with 0 for what is not finite.
        finite: Where the plane is finite, at its own size; None for everywhere.
        shape: (H, W) of the picture.
        extremes: The rows that hold the lowest and the highest value, where that is known.

    Attributes:
        extremes: The same, or all rows.
    """

    def __init__(
        self,
        rows: Rows,
        finite: Bools | None,
        shape: tuple[int, int],
        extremes: npt.NDArray[np.intp] | None = None,
    ) -> None:
        self._rows = rows
        self.extremes = np.arange(shape[0]) if extremes is None or finite is not None else extremes
        self._bad = None
        if finite is not None:
            self._bad = ~nearest(finite, shape)
            # Dividing by the weight of the finite pixels keeps the others from bleeding in.
            self._weights = resampled(finite.astype(np.float32), shape)

    def rows(self, here: Here) -> Sample:
        """Return some of the rows."""
        values = self._rows(here)
        if self._bad is None:
            return Sample(values, None)
        weights = np.maximum(self._weights(here), 1e-6)
        return Sample(values / weights, self._bad[here])


@dataclass(frozen=True)
class Plane:
    """Numbers of shape (H, W); 0 where ``finite`` is False, None for finite everywhere."""

    values: npt.NDArray[Any]
    finite: Bools | None = None

    def sampled(self, shape: tuple[int, int]) -> SampledPlane:
        """Return the plane at another size."""
        extremes = extreme_rows(len(self.values), shape[0])
        return SampledPlane(resampled(self.values, shape), self.finite, shape, extremes)


@dataclass(frozen=True)
class EnergyPlane:
    """The lengths of vectors, known by the products of neighbouring vectors.

    The products are those that :func:`resampled_energy` takes.
    """

    own: npt.NDArray[Any]
    across: npt.NDArray[Any]
    down: npt.NDArray[Any]
    diagonal: npt.NDArray[Any]
    finite: Bools | None

    def sampled(self, shape: tuple[int, int]) -> SampledPlane:
        """Return the lengths of the vectors resampled to another size."""
        energy = resampled_energy(self.own, self.across, self.down, self.diagonal, shape)

        def rows(here: Here) -> npt.NDArray[Any]:
            lengths: npt.NDArray[Any] = np.sqrt(np.maximum(energy(here), 0))
            return lengths  # rounding may take an energy below 0

        return SampledPlane(rows, self.finite, shape)


def span_of(samples: Iterable[Sample]) -> Span:
    """Return the lowest and the highest finite value of all; (0, 0) if there is none."""
    lows, highs = [], []
    for values, bad in samples:
        finite = values if bad is None else values[~bad]
        if finite.size:
            lows.append(float(finite.min()))
            highs.append(float(finite.max()))
    return Span(min(lows, default=0.0), max(highs, default=0.0))
