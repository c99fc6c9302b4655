"""Recorders at the two moments that threads do not survive: a fork and the end of the program."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Mapping
from typing import Protocol

from viz_core._forks import after_fork
from viz_core.recording.worker import Worker

__all__ = ["finish_at_exit", "is_ending", "renew_after_fork"]

#: A queue that gets no shorter for so many seconds is given up at exit, and said to be.
_PATIENCE = 60.0


class _Recorder(Protocol):
    @property
    def workers(self) -> Mapping[str, Worker]: ...

    def renew(self) -> None: ...

    def last_words(self) -> list[str]: ...


_all: weakref.WeakSet[_Recorder] = weakref.WeakSet()
_waiting: weakref.WeakSet[_Recorder] = weakref.WeakSet()
_janitor: threading.Thread | None = None
_lock = threading.Lock()


def renew_after_fork(recorder: _Recorder) -> None:
    """Give `recorder` fresh locks and queues in every forked child."""
    _all.add(recorder)


def finish_at_exit(recorder: _Recorder) -> None:
    """Empty the queues of `recorder` before the interpreter ends, however it ends normally.

    A thread waits for the main thread to end. The interpreter waits for it in turn, before it
    runs `atexit` functions, by which trackers may already have closed themselves.
    """
    global _janitor
    if _janitor is not None and recorder in _waiting:
        return
    with _lock:
        _waiting.add(recorder)
        if _janitor is None and not is_ending():
            _janitor = threading.Thread(target=_clean_up, name="viz-exit", daemon=False)
            _janitor.start()


def is_ending() -> bool:
    """Return whether the main thread has ended, so that what is queued now may not be waited for.

    Other threads and `atexit` functions still run then. What was queued while this was false is
    written at exit.
    """
    return not threading.main_thread().is_alive()


def _clean_up() -> None:
    threading.main_thread().join()
    for recorder in list(_waiting):
        for name, worker in recorder.workers.items():
            left = worker.join(_PATIENCE)
            while left and (still := worker.join(_PATIENCE)) < left:
                left = still
            if left:
                _say(f"{name} hangs; {left} records were not written")
        for message in recorder.last_words():  # nobody called close()
            _say(message)


def _say(message: str) -> None:
    # Not by `warnings`: a filter may turn them into errors, which nobody here would show.
    os.write(2, f"viz: {message}\n".encode(errors="replace"))


@after_fork
def _renew_in_child() -> None:
    global _janitor, _lock
    _janitor, _lock = None, threading.Lock()
    _waiting.clear()
    for recorder in list(_all):
        recorder.renew()
