"""MLflow's process-wide settings, changed during a call and restored afterwards."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from viz_core import after_fork

__all__ = ["bounded_requests"]

_lock = threading.RLock()
_entered = 0
_before: dict[str, str | None] = {}


@contextmanager
def bounded_requests(seconds: float, artifacts: str | None = None) -> Iterator[None]:
    """Bound each request of MLflow in a block, which otherwise may take 4 to 20 minutes.

    MLflow reads these settings from environment variables only. Several threads may be in such
    a block at a time; the last one to leave restores the variables.

    Args:
        seconds: The bound; a request is tried once.
        artifacts: The folder for artifacts of a database that is made in the block; by default
            MLflow takes one in the current directory.
    """
    values = {
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": str(max(1, math.ceil(seconds))),
    }
    if artifacts is not None:
        values["_MLFLOW_SERVER_ARTIFACT_ROOT"] = artifacts
    _enter(values)
    try:
        yield
    finally:
        _leave()


def _enter(values: dict[str, str]) -> None:
    global _entered
    with _lock:
        for name, value in values.items():
            _before.setdefault(name, os.environ.get(name))
            os.environ[name] = value
        _entered += 1


def _leave() -> None:
    global _entered
    with _lock:
        _entered -= 1
        if _entered == 0:
            _restore()


def _restore() -> None:
    for name, value in _before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _before.clear()


@after_fork
def _renew_in_child() -> None:
    global _lock, _entered
    _lock, _entered = threading.RLock(), 0
    _restore()
