"""Times for points, so that no two equal points share one."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from viz_core.typing import Scalar

__all__ = ["Points", "Timestamps"]


class Timestamps:
    """Gives the time in milliseconds, and never the same twice for equal points.

    MLflow stores points that are equal in name, step, value and time once. That makes it safe
    to send one again, and a clock must see to it that a point recorded twice is two.
    """

    def __init__(self) -> None:
        self._now = 0
        self._points: set[tuple[str, int, str]] = set()

    def stamp(self, name: str, step: int, value: float) -> int:
        """Return the time of a point."""
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
    """Gives numbers their times, and tells which names have become infinite."""

    def __init__(self) -> None:
        self._timestamps = Timestamps()
        self._infinite: set[str] = set()

    def stamp(
        self, numbers: Mapping[str, Scalar], step: int
    ) -> tuple[dict[str, tuple[float, int]], dict[str, float]]:
        """Return each number with its time, and those that are the first infinity of their name."""
        points: dict[str, tuple[float, int]] = {}
        infinite: dict[str, float] = {}
        for name, value in numbers.items():
            try:
                number = float(value)
            except OverflowError:  # an int of more than 308 digits
                number = math.inf if value > 0 else -math.inf
            if math.isinf(number) and name not in self._infinite:
                self._infinite.add(name)
                infinite[name] = number
            points[name] = (number, self._timestamps.stamp(name, step, number))
        return points, infinite
