"""The kinds of records in a journal: short lists, the kind first, as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["artifact", "image", "params", "scalars", "status", "text"]


def scalars(points: Mapping[str, tuple[float, int]], step: int) -> list[Any]:
    """Numbers by name, each with its time."""
    return ["scalars", step, points]


def image(name: str, step: int, timestamp: int, identifier: str, kept: str) -> list[Any]:
    """A picture, whose PNG is the kept file ``kept``."""
    return ["image", name, step, timestamp, identifier, kept]


def params(values: Mapping[str, str]) -> list[Any]:
    """Parameters of the run."""
    return ["params", values]


def text(path: str, content: str) -> list[Any]:
    """A text, as an artifact."""
    return ["text", path, content]


def artifact(path: str, folder: str) -> list[Any]:
    """A file that lies where it is until it is sent, for a folder among the artifacts."""
    return ["artifact", path, folder]


def status(name: str, timestamp: int) -> list[Any]:
    """What has become of the run."""
    return ["status", name, timestamp]
