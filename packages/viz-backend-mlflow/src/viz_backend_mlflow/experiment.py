"""The module `mlflow`, bound to one run."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from viz_backend_mlflow.names import masked
from viz_backend_mlflow.settings import bounded_requests

__all__ = ["BoundMlflow", "active_run"]

_lock = threading.RLock()

#: What MLflow's functions set and delete.
_VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID")


def active_run() -> tuple[str, str]:
    """Return the tracking URI and the identifier of the run that is active in the program.

    It may be active in another thread, as when recording in the background.

    Raises:
        RuntimeError: If none is active.
    """
    if mlflow := sys.modules.get("mlflow"):
        # A private name, as `mlflow.active_run` sees this thread only; a test fails if it is gone.
        newest = getattr(mlflow.tracking.fluent, "_get_latest_active_run", lambda: None)
        run = mlflow.active_run() or newest()
        if run is not None:
            return mlflow.get_tracking_uri(), run.info.run_id
    raise RuntimeError(
        "run_id='active' records to the active run of MLflow, and there is none; call "
        "mlflow.start_run() before the first record, or leave run_id out for a run of its own"
    )


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
        with _lock, bounded, _as_before(), _tracking_uri(self.tracking_uri):
            run = mlflow.start_run(run_id=self.run_id, nested=True, log_system_metrics=False)
            try:
                yield run
            finally:
                mlflow.end_run("RUNNING")

    def _bound(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                with self.active():
                    return function(*args, **kwargs)
            except Exception as error:
                _mask(error)
                raise

        return call


def _mask(error: Exception) -> None:
    """Take the passwords of URLs out of an error's message."""
    error.args = tuple(masked(a) if isinstance(a, str) else a for a in error.args)
    if isinstance(message := getattr(error, "message", None), str):  # MLflow's have it twice
        error.message = masked(message)  # type: ignore[attr-defined]


@contextmanager
def _as_before() -> Iterator[None]:
    """Restore what MLflow's functions leave changed: variables, the last run, the experiment."""
    from mlflow.tracking import fluent

    # Private names, as MLflow has no setters; a test fails if they are gone.
    last_run = getattr(fluent, "_last_active_run_id", None)
    run_before = None if last_run is None else last_run.get()
    experiment = getattr(fluent, "_active_experiment_id", None)
    fluent._active_experiment_id = None  # else MLflow refuses a run of another experiment
    environment = {name: os.environ.get(name) for name in _VARIABLES}
    try:
        yield
    finally:
        if last_run is not None:
            last_run.set(run_before)
        fluent._active_experiment_id = experiment
        for name, value in environment.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _tracking_uri(uri: str) -> Iterator[None]:
    import mlflow

    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
