"""Ending runs when the program ends."""

from __future__ import annotations

import atexit
import concurrent.futures.thread  # noqa: F401  # MLflow needs it, and it cannot be imported at exit
import os
import sys
import weakref
from typing import Protocol

__all__ = ["close_at_exit", "current_status"]


class _Backend(Protocol):
    def close(self) -> None: ...


_open: weakref.WeakSet[_Backend] = weakref.WeakSet()
_pid = 0


def current_status() -> str:
    """Return `FAILED` while an exception is handled or has ended the program, else `FINISHED`."""
    error = sys.exc_info()[1] or getattr(sys, "last_value", None)
    return "FINISHED" if error is None else "FAILED"


def close_at_exit(backend: _Backend) -> None:
    """Close `backend` when the program ends, unless it was deleted before.

    The reference is weak: the records of a backend that was deleted are in its journal.
    """
    global _pid
    if _pid != os.getpid():
        _pid = os.getpid()
        _open.clear()
        atexit.register(_close_all, _pid)
    _open.add(backend)


def _close_all(pid: int) -> None:
    if pid == os.getpid():
        for backend in list(_open):
            backend.close()
