"""Recorders when they end: as objects, in a forked child, and with the program."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from viz_core._inside import catch_up
from viz_core.processes import after_fork, at_end
from viz_core.recording.failures import Failures
from viz_core.recording.worker import Worker

__all__ = ["finish_later", "finisher", "is_ending", "look_after"]

#: A queue that gets no shorter for so many seconds is given up at exit, and said to be.
_PATIENCE = 60.0


class _Recorder(Protocol):
    @property
    def workers(self) -> Mapping[str, Worker]: ...

    def renew(self) -> None: ...

    def last_words(self) -> list[str]: ...


def _say(message: str, _: object = None) -> None:
    # Not by `warnings`: a filter may turn them into errors, which nobody here would show.
    os.write(2, f"viz: {message}\n".encode(errors="replace"))


def _make_finisher() -> Worker:
    return Worker("viz", 1, _say)


_finisher = _make_finisher()
_all: weakref.WeakSet[_Recorder] = weakref.WeakSet()
_is_ending = False


def look_after(recorder: _Recorder) -> None:
    """Give `recorder` fresh locks and queues in every forked child, and empty these at the end.

    However the interpreter ends normally, they are empty before it runs `atexit` functions, by
    which trackers may already have closed themselves.
    """
    _all.add(recorder)


def finish_later(backends: Mapping[str, Any], failures: Failures, process: int) -> None:
    """Have the backends of a recorder that was dropped closed by a thread.

    The garbage collector calls this, at any moment: it may wait for nothing.

    Args:
        backends: By name.
        failures: What the recorder was not told yet.
        process: Where the recorder was made: a forked child does not close what its parent opened.
    """
    if process == os.getpid():
        _finisher.put(partial(_close, backends, failures), 0)


def _close(backends: Mapping[str, Any], failures: Failures) -> None:
    for name, backend in backends.items():
        try:
            getattr(backend, "close", int)()
        except Exception as error:  # noqa: BLE001  # a stranger's backend may fail in any way
            failures.add(name, "close", error)
    for message, _ in failures.take_all():
        _say(message)


def finisher() -> Worker:
    """Return the worker that closes what was dropped."""
    return _finisher


def is_ending() -> bool:
    """Return whether the main thread has ended, so that what is queued now may not be waited for.

    Other threads and `atexit` functions still run then. What was queued while this was false is
    written at exit.
    """
    return _is_ending


@at_end
def _finish() -> None:
    global _is_ending
    _is_ending = True
    catch_up()
    _empty("a visualizer that was dropped", _finisher)
    for recorder in list(_all):
        for name, worker in recorder.workers.items():
            _empty(name, worker)
        if recorder.workers:
            for message in recorder.last_words():  # nobody called close()
                _say(message)
    _empty("a visualizer that was dropped", _finisher)  # with the last record that waited


def _empty(name: str, worker: Worker) -> None:
    left = worker.join(_PATIENCE)
    while left and (still := worker.join(_PATIENCE)) < left:
        left = still
    if left:
        _say(f"{name} hangs; {left} records were not written")


@after_fork
def _renew_in_child() -> None:
    global _finisher
    _finisher = _make_finisher()
    for recorder in list(_all):
        recorder.renew()
