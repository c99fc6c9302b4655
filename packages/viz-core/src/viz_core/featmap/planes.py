"""What a reduction leaves of a feature map: small planes that become gray levels at any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.featmap.feature_map import NotFiniteError
from viz_core.featmap.resampling import Resampled, nearest
from viz_core.typing import Image

__all__ = ["Bools", "Levels", "Plane", "SampledPlane", "Span"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[Any]

_ROUNDING = 1e-12
"""Values that differ by less than this part of them are one value, differently rounded."""


class Span(NamedTuple):
    """The values that become level 0 and level 255; none if ``low`` is the larger."""

    low: float
    high: float

    @classmethod
    def of(cls, spans: Iterable[tuple[float, float]]) -> Span:
        """Return what spans all of the given ones."""
        lows, highs = [math.inf], [-math.inf]
        for low, high in spans:
            lows.append(low)
            highs.append(high)
        return cls(min(lows), max(highs))


class Levels(NamedTuple):
    """Rows of gray levels, uint8, and where the plane is not finite (or None)."""

    values: Image
    bad: Bools | None


class Plane:
    """One value a pixel.

    Args:
        values: Floats of shape (H, W).
        finite: Where a value may be shown; None for everywhere.

    Attributes:
        low: The lowest value.
        extent: By how much the highest is above it.

    Raises:
        NotFiniteError: If a value, or the extent, is not finite.
    """

    def __init__(self, values: Floats, finite: Bools | None = None) -> None:
        self.values = values
        self.finite = finite
        shown = values if finite is None else values[finite]
        self.low, high = (float(shown.min()), float(shown.max())) if shown.size else (0.0, 0.0)
        self.extent = high - self.low
        if not self.extent <= np.finfo(values.dtype).max:  # nor is NaN
            raise NotFiniteError

    def relative(self, values: Floats) -> Floats:
        """Return how far some of the values are from the lowest to the highest, 0..1."""
        relative: Floats = values - self.low
        relative /= self.extent or 1.0
        return relative


class SampledPlane:
    """A plane at the size of an image, as if what is not finite were not there.

    Values are resampled relative to the lowest and the highest, so that what is rounded is a
    part of their difference, however large they are.

    Args:
        plane: What is resampled.
        shape: (H, W) of the image.
    """

    def __init__(self, plane: Plane, shape: tuple[int, int]) -> None:
        self._plane = plane
        self._shape = shape
        self._bad = None
        values, finite = plane.values, plane.finite
        self._as_it_is = values.shape == shape and finite is None
        if self._as_it_is:
            return
        if shape[0] < values.shape[0] or shape[1] < values.shape[1]:
            # What is read may be as good as equal beside what is left out.
            values = values.astype(np.float64)
        values = plane.relative(values)
        if finite is not None:
            values *= finite
            self._bad = ~nearest(finite, shape)
            self._weights = Resampled(finite.astype(values.dtype), shape)
        self._values = Resampled(values, shape)

    def span(self, step: int) -> Span:
        """Return the lowest and the highest value, looking at ``step`` rows at a time."""
        low, extent = self._plane.low, self._plane.extent
        if self._as_it_is:
            return Span(low, low + extent)
        if self._bad is None:
            parts = self._values.extremes(step)
        else:
            good = ~self._bad
            bands = (slice(top, top + step) for top in range(0, self._shape[0], step))
            parts = (self._relative(band)[good[band]] for band in bands)
        return Span.of(
            (low + extent * float(part.min()), low + extent * float(part.max()))
            for part in parts
            if part.size
        )

    def levels(self, span: Span) -> Callable[[slice], Levels]:
        """Return what makes rows of levels, each the nearest to its value; 0 without a span."""
        factor = offset = 0.0
        size = span.high - span.low
        if size > _ROUNDING * max(abs(span.low), abs(span.high)):
            factor = 255 * (self._plane.extent / size)
            offset = 255 * ((self._plane.low - span.low) / size) + 0.5

        def levels(here: slice) -> Levels:
            values = self._relative(here) * factor
            values += offset
            bad = None if self._bad is None else self._bad[here]
            if bad is not None:
                values[bad] = 0
            return Levels(values.astype(np.uint8, order="C"), bad)

        return levels

    def _relative(self, here: slice) -> Floats:
        """Return rows of relative values; those of what is not finite mean nothing."""
        if self._as_it_is:
            return self._plane.relative(self._plane.values[here])
        values = self._values(here)
        if self._bad is None:
            return values
        # By the weight of what is finite, of which the nearest pixel alone has a quarter.
        return values / np.maximum(self._weights(here), 0.25)
