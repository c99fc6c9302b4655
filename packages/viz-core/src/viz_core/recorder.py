"""One record to many backends: order, ranks, failures, background writing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

from viz_core.arrays import as_image, as_name, as_scalar, as_step
from viz_core.backends.base import BaseVisBackend
from viz_core.calling import Call, bind
from viz_core.configs import as_config
from viz_core.errors import RecordingError
from viz_core.exits import finish_at_exit, renew_after_fork
from viz_core.failures import Failures
from viz_core.ranks import is_main_process
from viz_core.types import ArrayLike, Kind, OnError, Ranks, Scalar
from viz_core.worker import Worker

__all__ = ["Recorder"]

_MIB = 1024 * 1024

#: What a queued record without a picture is taken to weigh.
_SMALL = 512


class Recorder:
    """Checks and converts a record once, then gives it to every backend in order.

    What is wrong with the record itself raises before anything is written, on every rank. What
    goes wrong inside a backend never robs another: each has its turn first. A backend gets one
    call at a time, whatever the number of threads that record.

    Args:
        backends: Objects with ``add_*`` methods, by name.
        on_backend_error: ``"warn"`` or ``"raise"``; see :class:`~viz_core.Visualizer`.
        ranks: ``"main"`` or ``"all"``; asked at each record, since the process group may be
            initialised later.
        background: Whether each backend has a worker and a queue.
        queue_bytes: How much may wait for each backend. A full queue blocks.

    Raises:
        ValueError: For another ``on_backend_error`` or ``ranks``.
    """

    def __init__(
        self,
        backends: Mapping[str, Any] | None = None,
        *,
        on_backend_error: OnError = "warn",
        ranks: Ranks = "main",
        background: bool = False,
        queue_bytes: int = 256 * _MIB,
    ) -> None:
        if on_backend_error not in ("warn", "raise"):
            raise ValueError(
                f"on_backend_error must be 'warn' or 'raise', got {on_backend_error!r}"
            )
        if ranks not in ("main", "all"):
            raise ValueError(f"ranks must be 'main' or 'all', got {ranks!r}")
        self._on_backend_error = on_backend_error
        self._ranks: Ranks = ranks
        self._background = background
        self._queue_bytes = queue_bytes
        self._failures = Failures()
        self._raised: dict[str, Exception] = {}
        self.backends = dict(backends or {})
        renew_after_fork(self)

    @property
    def backends(self) -> dict[str, Any]:
        """The backends by name; assign another dict to record elsewhere from now on."""
        return self._backends

    @backends.setter
    def backends(self, backends: dict[str, Any]) -> None:
        self._backends = backends
        self._calls = {name: bind(backend) for name, backend in backends.items()}
        for backend in backends.values():
            if hasattr(backend, "ranks"):
                backend.ranks = self._ranks
        self.renew()

    @property
    def workers(self) -> Mapping[str, Worker]:
        """The worker of each backend; empty unless recording in the background."""
        return self._workers

    def renew(self) -> None:
        """Start with fresh locks and empty queues; what waits belongs to who put it there."""
        self._locks = {name: threading.RLock() for name in self._backends}
        self._workers = {
            name: Worker(f"viz-{name}", self._queue_bytes)
            for name in (self._backends if self._background else ())
        }
        # Looked up once, as a training loop records many small numbers.
        self._targets: dict[Kind, list[tuple[str, threading.RLock, Call]]] = {
            kind: [
                (name, self._locks[name], calls[kind])
                for name, calls in self._calls.items()
                if kind in calls
            ]
            for kind in get_args(Kind)
        }

    def add_config(self, config: Any, **kwargs: Any) -> None:
        """Record the config of the run; see :func:`viz_core.as_config`."""
        self._record("config", (as_config(config),), kwargs)

    def add_graph(self, model: Any, data_batch: Any = None, **kwargs: Any) -> None:
        """Record the graph of ``model``; ``data_batch`` is an input for it, or None."""
        self._record("graph", (model, data_batch), kwargs)

    def add_image(self, name: str, image: ArrayLike, step: int = 0, **kwargs: Any) -> None:
        """Record a picture; see :func:`viz_core.as_image`."""
        name, step, picture = as_name(name), as_step(step), as_image(image)
        if self._background and self._calls:
            picture = picture.copy()  # the caller may draw on it while it waits
        self._record("image", (name, picture, step), kwargs, picture.nbytes)

    def add_scalar(self, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        """Record a number; see :func:`viz_core.as_scalar`."""
        name = as_name(name)
        self._record("scalar", (name, as_scalar(value, name), as_step(step)), kwargs)

    def add_scalars(
        self,
        scalar_dict: Mapping[str, Any],
        step: int = 0,
        file_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Record numbers that belong together. A ``"step"`` among them is the step.

        A value that is no number is left out; the others are recorded.
        """
        if not isinstance(scalar_dict, Mapping):
            raise TypeError(
                "scalar_dict must be a mapping of names to numbers, got "
                f"{type(scalar_dict).__name__}"
            )
        step = as_step(scalar_dict.get("step", step))
        scalars: dict[str, Scalar] = {}
        wrong: dict[str, Exception] = {}
        for key in scalar_dict:
            name = as_name(key)
            if name == "step":
                continue
            try:
                scalars[name] = as_scalar(scalar_dict[key], name)
            except (TypeError, ValueError) as error:
                wrong[name] = error
        if scalars:
            self._record("scalars", (scalars, step, file_path), kwargs)
        for reason in wrong.values():
            self._failures.note(f"add_scalars left one out: {reason}")
        self._settle(wrong, "some scalars were not recorded")

    def flush(self, sync: bool = False) -> None:
        """Wait for what is queued, and hand it on; with ``sync`` to the disk."""
        for worker in self._workers.values():
            worker.join()
        self._finish("flush", {"sync": sync})

    def close(self, timeout: float | None = None) -> None:
        """Wait for what is queued, close every backend, and say what was not recorded.

        Args:
            timeout: Seconds to wait for the queues of all backends. What is left behind then is
                reported, and its backend is not closed.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        stuck: dict[str, Exception] = {}
        for name, worker in self._workers.items():
            left = worker.join(None if deadline is None else max(0, deadline - time.monotonic()))
            if left:
                stuck[name] = TimeoutError(f"{left} records were still waiting after {timeout} s")
        try:
            self._finish("close", {}, stuck)
        finally:
            self._failures.settle()

    def _record(
        self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any], size: int = _SMALL
    ) -> None:
        targets = self._targets[kind]
        if not targets or not (self._ranks == "all" or is_main_process()):
            return
        errors: dict[str, Exception] = {}
        if self._background:
            finish_at_exit(self)
            for name, lock, call in targets:
                job = partial(self._attempt, name, kind, lock, call, values, extra, None)
                self._workers[name].put(job, size)
        else:
            for name, lock, call in targets:
                self._attempt(name, kind, lock, call, values, extra, errors)
        if errors or self._raised:
            self._settle(errors, f"backends failed to record a {kind}")
        elif self._failures.pending:
            self._failures.tell()

    def _attempt(
        self,
        name: str,
        what: str,
        lock: threading.RLock,
        call: Call,
        values: tuple[Any, ...],
        extra: dict[str, Any],
        errors: dict[str, Exception] | None,
    ) -> None:
        """Call a backend; a failure is entered in ``errors``, or kept for the next call."""
        try:
            with lock:
                call(values, extra)
                return
        except Exception as error:  # noqa: BLE001  # a stranger's backend may fail in any way
            failure = error
        except SystemExit as error:  # nor may it end a worker, or the program
            failure = RuntimeError(f"the backend called sys.exit({error.code!r})")
        if self._on_backend_error == "warn":
            self._failures.add(name, what, failure)
        (self._raised if errors is None else errors)[name] = failure

    def _finish(
        self, method: str, arguments: dict[str, Any], errors: dict[str, Exception] | None = None
    ) -> None:
        """Call ``method`` of every backend that has it and is not among ``errors`` already."""
        errors = {} if errors is None else errors
        for name, error in errors.items():
            self._failures.note(f"{name}: {error}; another close() waits for them")
        for name, backend in self._backends.items():
            function = getattr(backend, method, None)
            if callable(function) and name not in errors:
                call = partial(_call_without_values, function, isinstance(backend, BaseVisBackend))
                self._attempt(name, method, self._locks[name], call, (), arguments, errors)
        self._settle(errors, f"backends failed to {method}")

    def _settle(self, errors: dict[str, Exception], message: str) -> None:
        """Raise for ``errors`` and those of workers since, or tell of them, as was asked."""
        raised, self._raised = self._raised, {}
        if self._on_backend_error == "warn":
            self._failures.tell()
        elif errors or raised:
            raise RecordingError(message, {**raised, **errors})


def _call_without_values(
    function: Callable[..., object], ours: bool, _: tuple[Any, ...], arguments: dict[str, Any]
) -> object:
    return function(**arguments) if ours else function()  # a stranger's flush takes no `sync`
