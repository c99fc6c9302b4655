"""Calls of backends, and what interrupts them: whose an exception is, and who handles it."""

from __future__ import annotations

import signal
from _thread import get_ident
from collections.abc import Callable
from threading import RLock
from typing import Any

from viz_core._inside import is_in_handler
from viz_core._warnings import receivers

__all__ = ["BUSY", "attempt", "while_handling"]

#: Returned where nothing was called, since that would have had to wait for another thread.
BUSY = BlockingIOError("another thread is inside the backend")


def attempt(
    lock: RLock,
    call: Callable[[tuple[Any, ...], dict[str, Any]], object],
    values: tuple[Any, ...],
    extra: dict[str, Any],
) -> Exception | None:
    """Call a backend, and return how it failed, or None, or BUSY.

    Ctrl-C, and `sys.exit()` in a signal handler of the user's, are the caller's, and pass.
    """
    # Not `with lock`, which cannot but wait. Ctrl-C may come after any call, not before one.
    try:
        if not lock.acquire(blocking=False):
            if is_in_handler():
                return BUSY
            lock.acquire()
        call(values, extra)
        return None
    except Exception as error:  # noqa: BLE001  # a stranger's backend may fail in any way
        return error
    except SystemExit as error:  # a backend's may not end a worker, or the program
        if _comes_from_a_handler(error):
            raise
        return RuntimeError(f"the backend called sys.exit({error.code!r})")
    except BaseException as error:
        if get_ident() not in receivers:  # not in a worker
            raise
        return RuntimeError(f"the backend raised {type(error).__name__}: {error}")
    finally:
        try:  # noqa: SIM105  # `suppress` is another call, and Ctrl-C may come after it
            lock.release()
        except RuntimeError:
            pass  # it was not taken


def while_handling(error: BaseException | None, attempt: Callable[[None], None]) -> None:
    """Call `attempt` as if within `except` of `error`, where a tracker's run ends as failed."""
    if error is None:
        attempt(None)
        return
    traceback = error.__traceback__
    try:
        raise error
    except BaseException:  # noqa: BLE001  # it goes on in the thread that it came from
        attempt(None)
    finally:
        error.__traceback__ = traceback


def _comes_from_a_handler(error: BaseException) -> bool:
    """Return whether a signal handler of the user's raised `error`, wherever that interrupted."""
    handlers = {signal.getsignal(number) for number in signal.valid_signals()}
    codes = {getattr(handler, "__code__", None) for handler in handlers}
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code in codes:
            return True
        traceback = traceback.tb_next
    return False
