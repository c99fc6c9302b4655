"""Ending runs when the program ends."""

from __future__ import annotations

import atexit
import concurrent.futures.thread  # noqa: F401  # MLflow needs it, and it cannot be imported at exit
import functools
import os
import signal
import sys
import traceback
import weakref
from threading import get_ident, main_thread
from typing import Any, NoReturn, Protocol

__all__ = ["close_at_exit", "current_status", "has_ended"]


class _Backend(Protocol):
    def close(self) -> None: ...


_open: weakref.WeakSet[_Backend] = weakref.WeakSet()
_pid = 0
_has_ended = False
_exit: SystemExit | None = None

#: With what shells and signal handlers exit for a signal.
_BY_SIGNAL = (128 + signal.SIGINT, 128 + signal.SIGTERM)


def current_status() -> str:
    """Return how the run ends: `FINISHED`, `FAILED` or `KILLED`.

    It is the exception that is handled now that counts, or the one that has ended the program, or
    its `sys.exit`: an interruption is `KILLED`, and an exit with 0 is `FINISHED`.
    """
    error = sys.exc_info()[1]
    if error is None and not _is_running():
        error = getattr(sys, "last_value", None) or _exit
    if isinstance(error, SystemExit):
        if error.code in _BY_SIGNAL:
            return "KILLED"
        return "FAILED" if error.code else "FINISHED"
    if isinstance(error, KeyboardInterrupt):
        return "KILLED"
    return "FINISHED" if error is None else "FAILED"


def _is_running() -> bool:
    """Return whether the program is in its own code, so that it has caught what was raised."""
    frame = sys._current_frames().get(main_thread().ident or 0)
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name in ("<module>", "_run_module_as_main")


def _note_exit() -> None:
    """Have `sys.exit` leave a note: Python forgets with what a program exits before it ends."""
    original = sys.exit

    @functools.wraps(original)
    def exit_noted(status: Any = None, /) -> NoReturn:
        global _exit
        if get_ident() == main_thread().ident:
            _exit = SystemExit(status)
        original(status)

    sys.exit = exit_noted


def close_at_exit(backend: _Backend) -> None:
    """Close `backend` when the program ends, unless it was deleted before.

    The reference is weak: the records of a backend that was deleted are in its journal.
    """
    global _pid
    if not _pid:
        _note_exit()  # forked children have it
    if _pid != os.getpid():
        _pid = os.getpid()
        _open.clear()
        atexit.register(_close_all, _pid)
    _open.add(backend)


def has_ended() -> bool:
    """Return whether the program has ended, and its backends were closed.

    Functions that were registered with `atexit` before may still record.
    """
    return _has_ended


def _close_all(pid: int) -> None:
    global _has_ended
    if pid == os.getpid():
        _has_ended = True
        for backend in list(_open):
            try:
                backend.close()
            except Exception:  # noqa: BLE001  # a full disk's; the others are closed all the same
                traceback.print_exc()
