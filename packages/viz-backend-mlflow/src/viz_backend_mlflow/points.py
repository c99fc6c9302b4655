"""Numbers as MLflow's points: a float and a time each."""

from __future__ import annotations

import math
from collections.abc import Mapping

from viz_backend_mlflow.clock import Clock
from viz_core.typing import Scalar

__all__ = ["Points"]


class Points:
    """Gives numbers their times, and tells which names have become infinite."""

    def __init__(self) -> None:
        self._clock = Clock()
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
            points[name] = (number, self._clock.stamp(name, step, number))
        return points, infinite
