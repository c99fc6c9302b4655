"""Times for points, so that no two equal points share one."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
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
