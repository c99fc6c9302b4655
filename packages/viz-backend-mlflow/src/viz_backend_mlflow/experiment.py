"""The module `mlflow`, bound to one run."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from viz_backend_mlflow.settings import bounded_requests

__all__ = ["BoundMlflow"]

_lock = threading.RLock()


class BoundMlflow:
    """The module `mlflow`, each of whose functions acts on one run.

    While a function is called, the run and its tracking URI are the active ones in this thread;
    afterwards those are active that were before. What is no function is the module's own.

    Args:
        tracking_uri: The URL of the server or database that has the run.
        run_id: The identifier of the run.
        timeout: Seconds that a request may take.
    """

    def __init__(self, tracking_uri: str, run_id: str, timeout: float) -> None:
        self.tracking_uri = tracking_uri
        self.run_id = run_id
        self._timeout = timeout

    def __getattr__(self, name: str) -> Any:
        """Return the module's attribute; a function acts on this run."""
        import mlflow

        value = getattr(mlflow, name)
        return self._bound(value) if inspect.isroutine(value) else value

    def __dir__(self) -> list[str]:
        """List the names of this object and of the module."""
        import mlflow

        return sorted({*super().__dir__(), *dir(mlflow)})

    @contextmanager
    def active(self) -> Iterator[Any]:
        """Make the run active in a block, for code that calls `mlflow` itself."""
        import mlflow

        # MLflow has one tracking URI for all threads, so they take turns here.
        bounded = bounded_requests(self._timeout)
        with _lock, bounded, _tracking_uri(self.tracking_uri), _last_active_run():
            run = mlflow.start_run(run_id=self.run_id, nested=True, log_system_metrics=False)
            try:
                yield run
            finally:
                mlflow.end_run("RUNNING")

    def _bound(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.active():
                return function(*args, **kwargs)

        return call


@contextmanager
def _last_active_run() -> Iterator[None]:
    from mlflow.tracking import fluent

    # A private name, as `mlflow.last_active_run` has no setter; a test fails if it is gone.
    variable = getattr(fluent, "_last_active_run_id", None)
    before = None if variable is None else variable.get()
    try:
        yield
    finally:
        if variable is not None:
            variable.set(before)


@contextmanager
def _tracking_uri(uri: str) -> Iterator[None]:
    import os

    import mlflow

    variable = os.environ.get("MLFLOW_TRACKING_URI")
    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
        if variable is not None:
            os.environ["MLFLOW_TRACKING_URI"] = variable
