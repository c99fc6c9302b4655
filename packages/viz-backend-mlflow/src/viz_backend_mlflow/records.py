"""The records of a journal: lists that JSON can hold, beginning with their kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["artifact", "image", "params", "scalars", "status", "text"]


def scalars(points: Mapping[str, tuple[float, int]], step: int) -> list[Any]:
    """Return a record of scalars: by name, each a value and its time in milliseconds."""
    return ["scalars", step, points]


def image(name: str, step: int, timestamp: int, identifier: str, kept: str) -> list[Any]:
    """Return a record of an image, whose PNG `Journal.keep_file` has named `kept`."""
    return ["image", name, step, timestamp, identifier, kept]


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
