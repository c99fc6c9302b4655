"""What a reduction leaves of a feature map: small planes that know how to be resampled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.featmap.resampling import (
    Here,
    Resampled,
    Rows,
    nearest,
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
        extremes: Makes some of the values, the lowest and the highest among them, of at most so
            many rows at a time; None where it is not known which those are.
    """

    def __init__(
        self,
        rows: Rows,
        finite: Bools | None,
        shape: tuple[int, int],
        extremes: Callable[[int], Iterable[npt.NDArray[Any]]] | None = None,
    ) -> None:
        self._rows = rows
        self._height = shape[0]
        self._extremes = extremes if finite is None else None
        self._bad = None
        if finite is not None:
            self._bad = ~nearest(finite, shape)
            # Dividing by the weight of the finite pixels keeps the others from bleeding in.
            self._weights = Resampled(finite.astype(np.float32), shape)

    def rows(self, here: Here) -> Sample:
        """Return some of the rows."""
        values = self._rows(here)
        if self._bad is None:
            return Sample(values, None)
        weights = np.maximum(self._weights(here), 1e-6)
        return Sample(values / weights, self._bad[here])

    def extremes(self, step: int) -> Iterator[Sample]:
        """Yield where the lowest and the highest value are, at most ``step`` rows at a time."""
        if self._extremes is not None:
            for values in self._extremes(step):
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
        values = Resampled(self.values, shape)
        return SampledPlane(values, self.finite, shape, values.extremes)


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
