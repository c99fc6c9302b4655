"""Recorders at the two moments that threads do not survive: a fork and the end of the program."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Mapping
from typing import Protocol

from viz_core._forks import after_fork
from viz_core._inside import catch_up
from viz_core.recording.worker import Worker

__all__ = ["is_ending", "look_after"]

#: A queue that gets no shorter for so many seconds is given up at exit, and said to be.
_PATIENCE = 60.0


class _Recorder(Protocol):
    @property
    def workers(self) -> Mapping[str, Worker]: ...

    def renew(self) -> None: ...

    def last_words(self) -> list[str]: ...


_all: weakref.WeakSet[_Recorder] = weakref.WeakSet()
_is_ending = False


def look_after(recorder: _Recorder) -> None:
    """Give `recorder` fresh locks and queues in every forked child, and empty these at the end.

    However the interpreter ends normally, they are empty before it runs `atexit` functions, by
    which trackers may already have closed themselves.
    """
    _all.add(recorder)


def is_ending() -> bool:
    """Return whether the main thread has ended, so that what is queued now may not be waited for.

    Other threads and `atexit` functions still run then. What was queued while this was false is
    written at exit.
    """
    return _is_ending


def _finish() -> None:
    global _is_ending
    _is_ending = True
    catch_up()
    for recorder in list(_all):
        for name, worker in recorder.workers.items():
            left = worker.join(_PATIENCE)
            while left and (still := worker.join(_PATIENCE)) < left:
                left = still
            if left:
                _say(f"{name} hangs; {left} records were not written")
        if recorder.workers:
            for message in recorder.last_words():  # nobody called close()
                _say(message)


def _say(message: str) -> None:
    # Not by `warnings`: a filter may turn them into errors, which nobody here would show.
    os.write(2, f"viz: {message}\n".encode(errors="replace"))


@after_fork
def _renew_in_child() -> None:
    for recorder in list(_all):
        recorder.renew()


# The interpreter calls these before it waits for other threads, and `atexit` functions after that.
# `concurrent.futures` needs them too. They are private: where there are none, or where Ctrl-C has
# ended them, the other place is better than none.
getattr(threading, "_register_atexit", atexit.register)(_finish)
atexit.register(_finish)
