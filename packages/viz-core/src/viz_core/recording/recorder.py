"""One record to many backends: order, ranks, failures, background writing."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from _thread import get_ident
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, TypeAlias, get_args

from viz_core._inside import TOO_DEEP, catch_up, enter, inside, late, notice_thread, postpone
from viz_core.backends.base import BaseVisBackend
from viz_core.config.normalize import as_config
from viz_core.convert import as_name, as_scalar, as_scalars, as_step, take_global_step
from viz_core.files.encoding import SharedImage
from viz_core.kinds.methods import RecordedKinds
from viz_core.processes import is_main_process
from viz_core.recording.dispatch import Call, call_without_values, tell_of_none, tell_of_unknown
from viz_core.recording.failures import Failures, with_article
from viz_core.recording.forms import Fallbacks, Forms, bind, calls, note_forms, own
from viz_core.recording.interruptions import BUSY, attempt, while_handling
from viz_core.recording.shutdown import finish_later, is_ending, look_after
from viz_core.recording.worker import Worker, join_all
from viz_core.typing import ArrayLike, Kind, OnError, Ranks, ScalarDict, ScalarLike

__all__ = ["Recorder"]

_Targets: TypeAlias = list[tuple[str, threading.RLock, Call]]

_MAIN_THREAD = threading.main_thread().ident


class Recorder(RecordedKinds):
    """Checks and converts a record once, then gives it to every backend in order.

    What is wrong with an image or a scalar raises before anything is written, on every rank; other
    kinds, as videos and tables, are converted only where they are recorded. A backend that fails
    costs no other the record: all are called before anything is raised. A backend gets one call at
    a time: what a thread records while it is inside one, as in a signal handler, waits.

    The `add_*` methods take what those of [`Visualizer`][viz_core.Visualizer] take: a `value`, or
    a `scalar_dict` of several, at a `step`. A `file_path` is for backends that write files.

    Args:
        backends: Objects with `add_*` methods, by name.
        on_backend_error: `"warn"`: a failing backend is told and counted. `"raise"`: one error
            names those that failed, after every backend had its turn.
        ranks: `"main"` or `"all"`; asked at each record, since the process group may be
            initialized later.
        background: Whether each backend has a worker and a queue.
        queue_bytes: How much may wait for each backend. A full queue blocks.
        fallbacks: By kind, the ways to keep it as others where a backend lacks it.

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
        queue_bytes: int = 256 << 20,
        fallbacks: Fallbacks | None = None,
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
        self._fallbacks = fallbacks or {}
        self._failures = Failures(on_backend_error == "raise")
        self._workers: dict[str, Worker] = {}
        self._told: set[str] = set()
        self.backends = dict(backends or {})
        self.tells_of_none = not backends  # whether the next record says that there is no backend
        self._finishes = dict(self._backends)
        look_after(self)
        finish = partial(finish_later, self._finishes, self._failures, os.getpid())
        weakref.finalize(self, finish).atexit = False

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
        note = self._failures.note
        self._bound = {name: bind(each, self._fallbacks, note) for name, each in backends.items()}
        self._trackers = {getattr(backend, "tracker", None) for backend in backends.values()}
        for backend in backends.values():
            if hasattr(backend, "ranks"):
                backend.ranks = self._ranks
        self._prepare()

    def spare(self, names: Collection[str]) -> None:
        """Leave these backends open when the recorder is dropped: they are somebody else's."""
        for name in names:
            del self._finishes[name]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes a copy with unopened backends; what waits or failed is not copied."""
        names = ("on_backend_error", "ranks", "background", "queue_bytes", "fallbacks")
        options: dict[str, Any] = {name: getattr(self, f"_{name}") for name in names}
        state = {"tells_of_none": self.tells_of_none}
        return partial(type(self), **options), (self._backends,), state

    @property
    def workers(self) -> Mapping[str, Worker]:
        """The worker of each backend in the background, else of those that need a thread."""
        return self._workers or self._apart

    def renew(self) -> None:
        """Start anew in a forked child: what waits or failed is the parent's to write and tell."""
        self._failures = Failures(self._failures.raises)
        self._prepare()

    def last_words(self) -> list[str]:
        """Return what the user was not told yet, and forget it."""
        return [message for message, _ in self._failures.take_all(self._backends.values())]

    def _prepare(self) -> None:
        self._locks = {name: threading.RLock() for name in self._backends}
        self._workers = {
            name: Worker(f"viz-{name}", self._queue_bytes, self._failures.note)
            for name in (self._backends if self._background else ())
        }
        self._apart = {
            name: Worker(f"viz-{name}", 0, self._failures.note, idle=0.5)
            for name, backend in self._backends.items()
            if not self._background and getattr(backend, "needs_thread", False) is True
        }
        known = self._backends, self._bound, self._told, self._failures
        self._targets: dict[Kind, _Targets] = {
            kind: [(name, self._locks[name], call) for name, call in calls(kind, *known)]
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
        name, step = as_name(name, may_be_empty=True), as_step(step)
        shared = SharedImage(image)
        self._record("image", (name, shared.image, step, shared), kwargs)

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
        self._failures.tell(wrong, "some scalars were not recorded")

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
            self._failures.settle(self._backends.values())

    def _is_recorded(self) -> bool:
        return self._ranks == "all" or is_main_process()

    def _record_kind(self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        note_forms(kind, self._bound, self._told, self._failures)
        self._record(kind, (*values, Forms()), extra)
        self._failures.tell({}, "backends failed")

    def _record(self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        targets = self._targets[kind]
        if not (targets or self.tells_of_none) or not (self._ranks == "all" or is_main_process()):
            return
        if self.tells_of_none:
            self.tells_of_none = False
            tell_of_none(kind)
            return
        if extra:
            tell_of_unknown(kind, extra, self._bound, self._told, self._failures.note)
        errors: dict[str, Exception] = {}
        me = get_ident()
        if me != _MAIN_THREAD:
            notice_thread(self._trackers)
        if self._background:
            self._queue(kind, targets, values, extra)
        elif me in inside:
            self._postpone(kind, targets, values, extra)
            return
        else:
            inside[me] = 1
            try:
                # No condition may end the loop: of one, Python 3.13 has the jump back outside of
                # this `try`, and Ctrl-C there would leave the thread inside for ever.
                for name, lock, call in targets:
                    self._attempt(name, kind, lock, call, values, extra, errors)
            finally:
                inside.pop(me, None)  # a forked child has none
            if late:
                catch_up()
        if errors or self._failures.pending:
            self._failures.tell(errors, f"backends failed to record {with_article(kind)}")

    def _queue(
        self, kind: Kind, targets: _Targets, values: tuple[Any, ...], extra: dict[str, Any]
    ) -> None:
        """Leave a record to the workers."""
        values, size = own(kind, values)
        for name, lock, call in targets:
            job = partial(self._attempt, name, kind, lock, call, values, extra, None)
            self._workers[name].put(job, size)
        # A model that is traced is in evaluation, a file may go; the end of the program waits.
        if kind in ("graph", "file", "video") or is_ending():
            for name, _, _ in targets:
                self._workers[name].join()

    def _postpone(
        self, kind: Kind, targets: _Targets, values: tuple[Any, ...], extra: dict[str, Any]
    ) -> None:
        """Leave a record until this thread is out of the backend that it is inside of."""
        values, _ = own(kind, values)

        def record() -> None:
            errors: dict[str, Exception] = {}
            for name, lock, call in targets:
                self._attempt(name, kind, lock, call, values, extra, errors)
            self._failures.keep(errors)

        if not postpone(record):
            for name, _, _ in targets:
                self._failures.add(name, kind, TOO_DEEP)

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
        call_backend = partial(attempt, lock, call, values, extra)
        apart = self._apart.get(name)
        failure = call_backend() if apart is None else apart.call(call_backend)
        if failure is None:
            return
        if failure is BUSY:
            values, _ = own(what, values)
            again = partial(self._attempt, name, what, lock, call, values, extra, None)
            late.append((1, again))  # for the thread that is inside, or the next that is
            return
        if not self._failures.raises:
            self._failures.add(name, what, failure)
        if errors is None:
            self._failures.keep({name: failure})
        else:
            errors[name] = failure

    def _finish(self, method: str, arguments: dict[str, Any], timeout: float | None = None) -> None:
        """Call `method` of every backend that has it, after what is queued."""
        attempts: dict[str, Callable[[dict[str, Exception] | None], None]] = {}
        for name, backend in self._backends.items():
            function = getattr(backend, method, None)
            if callable(function):
                call = partial(call_without_values, function, isinstance(backend, BaseVisBackend))
                attempts[name] = partial(
                    self._attempt, name, method, self._locks[name], call, (), arguments
                )
        notice_thread(self._trackers)
        is_inside = get_ident() in inside
        errors: dict[str, Exception] = {}

        def attempt_all() -> None:
            for call_backend in attempts.values():
                call_backend(errors)
            if is_inside:
                self._failures.keep(errors)

        if self._background:
            # In the worker, so that the caller, whom a signal may interrupt, holds no lock.
            handled = sys.exc_info()[1]
            for name, call_backend in attempts.items():
                self._workers[name].put(partial(while_handling, handled, call_backend), 0)
            errors |= join_all(self._workers, timeout)
            for name, error in errors.items():
                self._failures.note(f"{name}: {error}; another close() waits for it")
        elif is_inside:
            postpone(attempt_all)
        else:
            enter(attempt_all)
        if not is_inside:
            self._failures.tell(errors, f"backends failed to {method}")
