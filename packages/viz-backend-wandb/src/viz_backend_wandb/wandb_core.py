"""wandb-core, the process that W&B starts, once for all runs of a program."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from viz_core import after_fork

__all__ = [
    "call_within",
    "exit_code",
    "is_lost",
    "kill_left_behind",
    "leave_behind",
    "lock",
    "quiet_terminal",
    "tear_down",
]

#: Held while a run is opened or the process ended: both change what all runs share.
lock = threading.RLock()

#: Where W&B's errors come from if its process or the connection to it is gone.
_LOST = ("wandb.sdk.mailbox", "wandb.sdk.lib.asyncio_manager", "wandb.sdk.lib.service")


def is_lost(error: BaseException) -> bool:
    """Return whether ``error`` says that wandb-core does not answer any more."""
    if isinstance(error, (ConnectionError, EOFError)):
        return True
    kind = type(error)
    return kind.__module__.startswith(_LOST) and kind.__name__ != "ServerResponseError"


def call_within(function: Callable[[], object], seconds: float) -> bool:
    """Call a function, and return whether it ended in time; otherwise it is left behind.

    Raises:
        BaseException: What the function raised.
    """
    errors: list[BaseException] = []

    def call() -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001  # raised again in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=call, name="viz-wandb", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # while the interpreter ends there are no new threads
        function()
        return True
    thread.join(seconds)
    if errors:
        raise errors[0]
    return not thread.is_alive()


def tear_down(seconds: float) -> None:
    """Have W&B forget its process, so that the next run starts another.

    All runs of the program end with it.
    """
    import wandb

    process = _process()
    with contextlib.suppress(Exception, SystemExit):  # it may be dead: that is why
        if not call_within(wandb.teardown, seconds):
            os.environ.pop("WANDB_SERVICE", None)
    if process is not None:
        process.poll()  # a dead one is a zombie otherwise


def exit_code() -> int:
    """Return what the program ends with, as far as W&B has noticed: it listens to ``sys.exit``."""
    return getattr(getattr(sys.exit, "__self__", None), "exit_code", 0) or 0


_is_left_behind = False


def leave_behind() -> None:
    """Note that wandb-core still works on a run that nobody waits for any more."""
    global _is_left_behind
    _is_left_behind = True


def kill_left_behind() -> None:
    """Kill wandb-core when the program ends, if it works on what nobody waits for.

    W&B would wait for it without end. If it has other runs, they may be waited for.
    """
    if not _is_left_behind or getattr(_singleton(), "most_recent_active_run", None) is not None:
        return
    process = _process()
    if process is not None:
        process.kill()
        process.wait()
        _leave_exit_alone()


@contextmanager
def quiet_terminal() -> Iterator[None]:
    """Keep W&B from printing, where it asks no run's settings, and from asking for an API key."""
    import wandb

    wandb.termsetup(wandb.Settings(silent=True), None)
    try:
        yield
    finally:
        wandb.termsetup(getattr(_singleton(), "settings", None) or wandb.Settings(), None)


# W&B has no names for these. Where it has others one day, what they serve is left out.


def _singleton() -> Any:
    return getattr(sys.modules.get("wandb.sdk.wandb_setup"), "_singleton", None)


def _connection() -> Any:
    return getattr(_singleton(), "_connection", None)


def _process() -> Any:
    return getattr(getattr(_connection(), "_proc", None), "_process", None)


def _leave_exit_alone() -> None:
    """Have W&B do nothing at exit."""
    cleanup = getattr(_connection(), "_cleanup", None)
    if cleanup is not None:
        cleanup()


@after_fork
def _renew_in_child() -> None:
    """Let a child have a process of its own, and no lock that another thread holds."""
    global lock, _is_left_behind
    lock, _is_left_behind = threading.RLock(), False
    setup: Any = sys.modules.get("wandb.sdk.wandb_setup")
    if setup is None:
        return
    setup._singleton_lock = threading.Lock()
    _leave_exit_alone()  # it is the parent's to do; here it would print an error
    # Its connection is the parent's, and ends with the parent.
    if f"-{os.getppid()}-" in os.environ.get("WANDB_SERVICE", ""):
        del os.environ["WANDB_SERVICE"]
