"""Timestamps of points and images, which tell equal points apart."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from viz_core.typing import Scalar

__all__ = ["Points", "Timestamps"]


class Timestamps:
    """Gives the time in milliseconds, and never the same time to two equal points.

    MLflow stores points of equal name, step, value and time once. So a point may be sent again;
    and a point that is recorded twice needs two times.
    """

    def __init__(self) -> None:
        self._now = 0
        self._points: set[tuple[str, int, str]] = set()

    def stamp(self, name: str, step: int, value: float) -> int:
        """Return the time of a new point, at least that of the point before."""
        now = time.time_ns() // 1_000_000
        if now > self._now:
            self._now = now
            self._points.clear()
        point = (name, step, repr(value))
        if point in self._points:
            self._now += 1
            self._points.clear()
        self._points.add(point)
        return self._now


class Points:
    """Makes points of scalars, and finds the first infinity of each name."""

    def __init__(self) -> None:
        self._timestamps = Timestamps()
        self._infinite: set[str] = set()

    def stamp(
        self, scalars: Mapping[str, Scalar], step: int
    ) -> tuple[dict[str, tuple[float, int]], dict[str, float]]:
        """Return each value as a float with its time, and the first infinities of their names."""
        points: dict[str, tuple[float, int]] = {}
        infinite: dict[str, float] = {}
        for name, scalar in scalars.items():
            try:
                value = float(scalar)
            except OverflowError:  # an int of more than 308 digits
                value = math.inf if scalar > 0 else -math.inf
            if math.isinf(value) and name not in self._infinite:
                self._infinite.add(name)
                infinite[name] = value
            points[name] = (value, self._timestamps.stamp(name, step, value))
        return points, infinite
