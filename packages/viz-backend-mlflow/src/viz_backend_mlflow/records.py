"""The records of a journal: lists that JSON can hold, each the same however often it is sent."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Mapping
from typing import Any

from viz_core.typing import Scalar

__all__ = [
    "ImageNames",
    "Points",
    "artifact",
    "file",
    "image",
    "params",
    "scalars",
    "status",
    "text",
]


def scalars(points: Mapping[str, tuple[float, int]], step: int) -> list[Any]:
    """Return a record of scalars: by name, each a value and its time in milliseconds."""
    return ["scalars", step, points]


def image(name: str, step: int, timestamp: int, identifier: str, kept: str) -> list[Any]:
    """Return a record of an image, whose file `Journal.keep_file` has named `kept`."""
    return ["image", name, step, timestamp, identifier, kept]


def file(folder: str, name: str, ending: str, kept: str) -> list[Any]:
    """Return a record of an artifact `<folder>/<name><ending>` that was kept as `kept`."""
    return ["file", folder, name, ending, kept]


def params(values: Mapping[str, str]) -> list[Any]:
    """Return a record of parameters of the run, values by name."""
    return ["params", values]


def text(path: str, content: str) -> list[Any]:
    """Return a record of a text, which becomes the artifact `path`."""
    return ["text", path, content]


def artifact(path: str, folder: str) -> list[Any]:
    """Return a record of a file, which is read when it is sent, and its folder among artifacts."""
    return ["artifact", path, folder]


def status(name: str, timestamp: int) -> list[Any]:
    """Return a record of the run's status, as `FINISHED`, since a time in milliseconds."""
    return ["status", name, timestamp]


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


class ImageNames:
    """Gives images of one name and step one time and identifier: the later replaces the earlier."""

    def __init__(self) -> None:
        self._timestamps = Timestamps()
        self._known: dict[tuple[str, int], tuple[int, str]] = {}

    def of(self, name: str, step: int) -> tuple[int, str]:
        """Return the time, in milliseconds, and the identifier of an image."""
        if (name, step) not in self._known:
            self._known[name, step] = self._timestamps.stamp(name, step, 0.0), uuid.uuid4().hex
        return self._known[name, step]
