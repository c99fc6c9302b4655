"""Which threads are inside a backend, and what waits until they are out of it.

A signal handler, `__del__`, a logging handler or a warnings hook may record at any moment, also
while its own thread is inside a backend, which need not bear a second call, and whose locks the
thread holds. Such a call neither enters a backend nor waits for another thread: it is done when
the thread is out.
"""

from __future__ import annotations

import sys
import threading
from _thread import get_ident
from collections import deque
from collections.abc import Callable, Collection
from types import FrameType
from typing import TypeVar

from viz_core.processes import after_fork

__all__ = [
    "TOO_DEEP",
    "catch_up",
    "enter",
    "inside",
    "is_in_handler",
    "late",
    "notice_thread",
    "postpone",
]

Result = TypeVar("Result")

#: How deep records may be caused by records, as where a backend logs and a handler records that.
_DEEPEST = 32

#: Why a record is not made that was caused by too many others.
TOO_DEEP = RecursionError(
    "backends caused it themselves, by what they did with records that they had caused; a handler "
    "that records what they log or warn of must leave theirs out"
)

#: Modules that call handlers of log records, holding a lock that others need to log.
_LOGGING = ("logging", "logging.handlers", "loguru._handler")

#: The threads that are inside a backend, each with how deep what it does was caused. A caller that
#: enters one sets its own, and in a `finally` removes it: Ctrl-C may come between any two calls.
inside: dict[int, int] = {}

#: What is to be done, and how deep that was caused.
late: deque[tuple[int, Callable[[], object]]] = deque()


def postpone(function: Callable[[], object]) -> bool:
    """Have `function` called when this thread, which is inside a backend, is out of it.

    Returns:
        False if it will not be called, since it was caused by too many others.
    """
    depth = inside[get_ident()] + 1
    if depth > _DEEPEST:
        return False
    late.append((depth, function))
    return True


def is_in_handler() -> bool:
    """Return whether this thread is in a logging handler, whose lock it holds.

    It may not wait for a thread that is inside a backend, which may wait for that lock, to log.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") in _LOGGING:
            return True
        frame = frame.f_back
    return False


def notice_thread(trackers: Collection[str | None]) -> None:
    """Count this thread as always inside a backend, if one of `trackers` has started it.

    The garbage collector runs `__del__` in any thread, and trackers log in theirs. Their calls wait
    for those threads, which therefore must not wait for them.

    Args:
        trackers: Import names of packages.
    """
    if hasattr(_local, "mark"):
        return
    started_by, frame = "", sys._getframe(1)
    above: FrameType | None = frame
    while above is not None:
        package = str(above.f_globals.get("__name__", "")).partition(".")[0]
        if package not in sys.stdlib_module_names or package == "__main__":
            started_by = package
        above = above.f_back
    _local.mark = _Mark() if started_by in trackers else None


class _Mark:
    """Lives as long as the thread that it marks."""

    def __init__(self) -> None:
        self._thread = get_ident()
        inside[self._thread] = 1

    def __del__(self) -> None:
        inside.pop(self._thread, None)


_local = threading.local()


def catch_up() -> None:
    """Call what waits, in its order, unless this thread is inside a backend."""
    me = get_ident()
    if me in inside:
        return
    for _ in range(len(late)):  # what these cause waits for the next time
        try:
            depth, function = late.popleft()
        except IndexError:  # another thread was quicker
            return
        inside[me] = depth
        try:
            function()
        finally:
            inside.pop(me, None)


def enter(function: Callable[[], Result]) -> Result:
    """Call `function`, which is a backend's, with this thread noted as inside."""
    me = get_ident()
    if me in inside:
        return function()
    inside[me] = 1
    try:
        return function()
    finally:
        inside.pop(me, None)  # a forked child has none
        catch_up()


@after_fork
def _renew_in_child() -> None:
    inside.clear()
    late.clear()
