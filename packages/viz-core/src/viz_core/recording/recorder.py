"""One record to many backends: order, ranks, failures, background writing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

from viz_core._warnings import warn_user
from viz_core.backends.base import BaseVisBackend
from viz_core.backends.door import take_global_step, tell_of_keywords
from viz_core.config.normalize import as_config
from viz_core.convert import as_image, as_name, as_scalar, as_scalars, as_step
from viz_core.errors import RecordingError, VizWarning
from viz_core.ranks import is_main_process
from viz_core.recording.dispatch import Call, bind
from viz_core.recording.failures import Failures
from viz_core.recording.shutdown import finish_at_exit, is_ending, renew_after_fork
from viz_core.recording.worker import Worker
from viz_core.typing import ArrayLike, Kind, OnError, Ranks, ScalarDict, ScalarLike

__all__ = ["Recorder"]

_MIB = 1024 * 1024

#: Bytes of a queued record besides its image, and of each scalar in it, as measured.
_RECORD, _SCALAR = 600, 128


class Recorder:
    """Checks and converts a record once, then gives it to every backend in order.

    What is wrong with the record itself raises before anything is written, on every rank. A
    backend that fails costs no other the record: all are called before anything is raised. A
    backend gets one call at a time, however many threads record.

    The `add_*` methods take what those of [`Visualizer`][viz_core.Visualizer] take: a name, an
    `image`, a `value` or a `scalar_dict`, and a `step`. A `file_path` is for backends
    that write files.

    Args:
        backends: Objects with `add_*` methods, by name.
        on_backend_error: `"warn"`: a failing backend is told and counted. `"raise"`: one error
            names those that failed, after every backend had its turn.
        ranks: `"main"` or `"all"`; asked at each record, since the process group may be
            initialized later.
        background: Whether each backend has a worker and a queue.
        queue_bytes: How much may wait for each backend. A full queue blocks.

    Raises:
        ValueError: For another `on_backend_error` or `ranks`.
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
        self._workers: dict[str, Worker] = {}
        self._told_keywords: set[str] = set()
        self.backends = dict(backends or {})
        #: Whether the next record is to say that there is no backend.
        self.tells_of_none = not backends
        renew_after_fork(self)

    @property
    def backends(self) -> dict[str, Any]:
        """The backends by name; assign another dict to record elsewhere from now on.

        What is queued for those before is waited for.
        """
        return self._backends

    @backends.setter
    def backends(self, backends: dict[str, Any]) -> None:
        for worker in self._workers.values():
            worker.join()
        self._backends = backends
        self.tells_of_none = False  # who assigns none wants none
        self._bound = {name: bind(backend) for name, backend in backends.items()}
        for backend in backends.values():
            if hasattr(backend, "ranks"):
                backend.ranks = self._ranks
        self._prepare()

    @property
    def workers(self) -> Mapping[str, Worker]:
        """The worker of each backend; empty unless recording in the background."""
        return self._workers

    def renew(self) -> None:
        """Start anew in a forked child: what waits or failed is the parent's to write and tell."""
        self._failures = Failures()
        self._prepare()

    def last_words(self) -> list[str]:
        """Return what the user was not told yet, and forget it."""
        return [message for message, _ in self._failures.take_all()]

    def _prepare(self) -> None:
        self._locks = {name: threading.RLock() for name in self._backends}
        self._workers = {
            name: Worker(f"viz-{name}", self._queue_bytes, self._failures.note)
            for name in (self._backends if self._background else ())
        }
        # Looked up once, as a training loop records many scalars.
        self._targets: dict[Kind, list[tuple[str, threading.RLock, Call]]] = {
            kind: [
                (name, self._locks[name], bound[kind].call)
                for name, bound in self._bound.items()
                if kind in bound
            ]
            for kind in get_args(Kind)
        }

    def add_config(self, config: object, **kwargs: object) -> None:
        """Record the config of the run, as [`as_config`][viz_core.as_config] takes it."""
        self._record("config", (as_config(config),), kwargs)

    def add_graph(self, model: object, data_batch: object = None, **kwargs: object) -> None:
        """Record the graph of `model`; `data_batch` is an input for it, or None.

        In the background too this waits until it is done, as the model is trained afterwards.
        """
        self._record("graph", (model, data_batch), kwargs)

    def add_image(self, name: str, image: ArrayLike, step: int = 0, **kwargs: object) -> None:
        """Record an image, as [`as_image`][viz_core.as_image] takes it."""
        if kwargs:
            step = take_global_step(step, kwargs)
        name, step = as_name(name), as_step(step)
        self._record("image", (name, as_image(image), step), kwargs)

    def add_scalar(self, name: str, value: ScalarLike, step: int = 0, **kwargs: object) -> None:
        """Record a scalar, as [`as_scalar`][viz_core.as_scalar] takes it."""
        if kwargs:
            step = take_global_step(step, kwargs)
        name = as_name(name)
        self._record("scalar", (name, as_scalar(value, name), as_step(step)), kwargs)

    def add_scalars(
        self,
        scalar_dict: ScalarDict,
        step: int = 0,
        file_path: str | None = None,
        **kwargs: object,
    ) -> None:
        """Record scalars that belong together, as [`as_scalars`][viz_core.as_scalars] takes them.

        What is wrong is left out; the others are recorded.
        """
        if kwargs:
            step = take_global_step(step, kwargs)
        scalars, step, wrong = as_scalars(scalar_dict, step)
        if scalars:
            self._record("scalars", (scalars, step, file_path), kwargs)
        for reason in wrong.values():
            self._failures.note(f"add_scalars left one out: {reason}")
        self._settle(wrong, "some scalars were not recorded")

    def flush(self, sync: bool = False) -> None:
        """Wait for what is queued, and hand it on; with `sync` to the disk."""
        self._finish("flush", {"sync": sync})

    def close(self, timeout: float | None = None) -> None:
        """Wait for what is queued, close every backend, and say what was not recorded.

        Args:
            timeout: Seconds to wait for the queues of all backends and for their closing. What
                is left behind then is reported, and still worked on.
        """
        try:
            self._finish("close", {}, timeout)
        finally:
            self._failures.settle()

    def _record(self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        targets = self._targets[kind]
        if not (targets or self.tells_of_none) or not (self._ranks == "all" or is_main_process()):
            return
        if self.tells_of_none:
            self._tell_of_none(kind)
            return
        if extra:
            self._tell_of_keywords(kind, extra)
        errors: dict[str, Exception] = {}
        if self._background:
            self._queue(kind, targets, values, extra)
        else:
            for name, lock, call in targets:
                self._attempt(name, kind, lock, call, values, extra, errors)
        if errors or self._failures.pending:
            self._settle(errors, f"backends failed to record a {kind}")

    def _tell_of_none(self, kind: Kind) -> None:
        self.tells_of_none = False
        warn_user(
            f"add_{kind} records nothing, nor does what follows: there is no backend; give "
            'vis_backends=[dict(type="LocalVisBackend")] and a save_dir=, for one',
            VizWarning,
        )

    def _tell_of_keywords(self, kind: Kind, given: Mapping[str, Any]) -> None:
        """Warn of each keyword that none of the backends that keep this kind names, once."""
        named = [bound[kind].keywords for bound in self._bound.values() if kind in bound]
        if None not in named:
            known = {keyword for keywords in named for keyword in keywords or ()}
            owners = " and ".join(name for name, bound in self._bound.items() if kind in bound)
            tell_of_keywords(kind, given, known, owners, self._told_keywords)

    def _queue(
        self,
        kind: Kind,
        targets: list[tuple[str, threading.RLock, Call]],
        values: tuple[Any, ...],
        extra: dict[str, Any],
    ) -> None:
        """Leave a record to the workers."""
        size = _RECORD
        if kind == "image":
            name, image, step = values
            values = (name, image.copy(), step)  # the caller may draw on it while it waits
            size += image.nbytes
        elif kind == "scalars":
            size += _SCALAR * len(values[0])
        finish_at_exit(self)
        for name, lock, call in targets:
            job = partial(self._attempt, name, kind, lock, call, values, extra, None)
            self._workers[name].put(job, size)
        # A tracker that traces a model switches it to evaluation meanwhile. What the program
        # records while it ends may not be waited for by anybody else.
        if kind == "graph" or is_ending():
            for name, _, _ in targets:
                self._workers[name].join()

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
        """Call a backend; a failure is entered in `errors`, or kept for the next call."""
        try:
            with lock:
                call(values, extra)
                return
        except Exception as error:  # noqa: BLE001  # a stranger's backend may fail in any way
            failure = error
        except SystemExit as error:  # nor may it end a worker, or the program
            failure = RuntimeError(f"the backend called sys.exit({error.code!r})")
        except BaseException as error:
            if errors is not None:
                raise  # Ctrl-C, for one, is the caller's
            failure = RuntimeError(f"the backend raised {type(error).__name__}: {error}")
        if self._on_backend_error == "warn":
            self._failures.add(name, what, failure)
        if errors is not None:
            errors[name] = failure
        elif self._on_backend_error == "raise":
            self._failures.keep(name, failure)

    def _finish(self, method: str, arguments: dict[str, Any], timeout: float | None = None) -> None:
        """Call `method` of every backend that has it, after what is queued."""
        workers = {} if timeout is None else self._workers  # they can be left behind
        if timeout is None:
            for worker in self._workers.values():
                worker.join()
        errors: dict[str, Exception] = {}
        for name, backend in self._backends.items():
            function = getattr(backend, method, None)
            if not callable(function):
                continue
            call = partial(_call_without_values, function, isinstance(backend, BaseVisBackend))
            attempt = partial(self._attempt, name, method, self._locks[name], call, (), arguments)
            if name in workers:
                workers[name].put(partial(attempt, None), 0)
            else:
                attempt(errors)
        if timeout is not None:
            errors |= self._leave_behind(workers, timeout)
        self._settle(errors, f"backends failed to {method}")

    def _leave_behind(self, workers: Mapping[str, Worker], timeout: float) -> dict[str, Exception]:
        """Wait for the workers that long in all; return and note those that are not done."""
        deadline = time.monotonic() + timeout
        late: dict[str, Exception] = {}
        for name, worker in workers.items():
            left = worker.join(max(0, deadline - time.monotonic()))
            if left > 1:  # the last is the closing itself
                late[name] = TimeoutError(
                    f"{left - 1} records were still waiting after {timeout} s"
                )
            elif left:
                late[name] = TimeoutError(f"it was still closing after {timeout} s")
        for name, error in late.items():
            self._failures.note(f"{name}: {error}; another close() waits for it")
        return late

    def _settle(self, errors: dict[str, Exception], message: str) -> None:
        """Raise for `errors` and those of workers since, or tell of them, as was asked."""
        kept = self._failures.take_kept()
        if self._on_backend_error == "raise" and (errors or kept):
            raise RecordingError(message, {**kept, **errors})
        self._failures.tell()


def _call_without_values(
    function: Callable[..., object], ours: bool, _: tuple[Any, ...], arguments: dict[str, Any]
) -> object:
    return function(**arguments) if ours else function()  # a stranger's flush takes no `sync`
