"""wandb-core, the process that W&B starts, once for all runs of a program."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viz_core import after_fork

__all__ = [
    "call_within",
    "exit_code",
    "is_inherited",
    "is_lost",
    "kill_left_behind",
    "leave_behind",
    "leave_inherited",
    "lock",
    "quiet_terminal",
    "tear_down",
    "wait_until_closed",
    "without_asking",
]

#: Held while a run is opened or wandb-core is ended, which all runs of the program share.
lock = threading.RLock()

#: The method of a run by which W&B asks its server.
_QUESTIONS = "_public_api"

#: The modules whose errors mean that wandb-core, or the connection to it, is gone.
_LOST = ("wandb.sdk.mailbox", "wandb.sdk.lib.asyncio_manager", "wandb.sdk.lib.service")


def is_lost(error: BaseException) -> bool:
    """Return whether an error means that wandb-core does not answer any more."""
    if isinstance(error, (ConnectionError, EOFError)):
        return True
    kind = type(error)
    return kind.__module__.startswith(_LOST) and kind.__name__ != "ServerResponseError"


def call_within(function: Callable[[], object], seconds: float) -> bool:
    """Call a function, and return whether it ended in time; otherwise its thread runs on.

    Raises:
        BaseException: Whatever the function raised.
    """
    errors: list[BaseException] = []

    def call() -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001  # it is raised in the caller's thread
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


class _NoApi:
    """What W&B asks about tables, answered with nothing."""

    settings: Mapping[str, str] = {"entity": "", "project": ""}

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return what answers any question."""
        return lambda *_, **__: None


@contextmanager
def without_asking(run: Any) -> Iterator[None]:
    """Let a run log tables meanwhile without asking its server first, which may hang for 19 s.

    Before each table W&B asks whether an artifact of another type is called so, for which it signs
    in first: without an answer to that the table was lost. wandb-core sends it all the same.
    """
    if hasattr(run, _QUESTIONS):
        setattr(run, _QUESTIONS, lambda *_, **__: _NoApi())
    try:
        yield
    finally:
        vars(run).pop(_QUESTIONS, None)


def tear_down(seconds: float) -> None:
    """End wandb-core and with it every run of the program; the next run starts another."""
    import wandb

    process = _process()
    with contextlib.suppress(Exception, SystemExit):  # it may be dead already
        call_within(wandb.teardown, seconds)
    os.environ.pop("WANDB_SERVICE", None)
    if process is not None:
        process.poll()  # otherwise a dead process stays as a zombie


def leave_inherited() -> None:
    """Have this program use a wandb-core of its own, not that of the program that started it.

    That one may be dead, hang, know the run already, and ends with its program. If this program
    has connected to it before, it stays.
    """
    if _connection() is None or getattr(_singleton(), "_pid", None) != os.getpid():
        os.environ.pop("WANDB_SERVICE", None)


def is_inherited() -> bool:
    """Return whether this program uses the wandb-core of another, which it cannot end."""
    return not getattr(_connection(), "owns_service", True)


def exit_code() -> int:
    """Return with what the program's runs end: 0 is success.

    It is the exception that is handled now that counts, or the one that has ended the program, or
    its `sys.exit`, as W&B's hooks have seen them; what was caught before does not.
    """
    error = sys.exc_info()[1]
    is_caught = error is None and _is_running()
    seen = 0
    for hook in _exit_hooks():
        hook.exit_code = 0 if is_caught else int(hook.exit_code)  # W&B itself fails at True
        seen = seen or hook.exit_code
    if isinstance(error, SystemExit):
        return int(error.code) if isinstance(error.code, int) else int(bool(error.code))
    return seen if error is None else 1


def _exit_hooks() -> Iterator[Any]:
    """Return W&B's hooks of `sys.exit`; each wandb-core that was started has added one."""
    function: Any = sys.exit
    while function is not None:
        hook = getattr(function, "__self__", None)
        if hasattr(hook, "exit_code"):
            yield hook
        function = getattr(hook, "_orig_exit", None) or getattr(function, "__wrapped__", None)


def _is_running() -> bool:
    """Return whether the program is in its own code, so that it has caught what was raised."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name in ("<module>", "_run_module_as_main")


def wait_until_closed(file: Path, seconds: float) -> None:
    """Wait until wandb-core has written a file to its end, where `/proc` tells, up to `seconds`.

    A run has ended for W&B a moment before.
    """
    process, deadline = _process(), time.monotonic() + seconds
    with contextlib.suppress(OSError, AttributeError):  # no wandb-core, or no /proc
        opened = Path(f"/proc/{process.pid}/fd")
        while time.monotonic() < deadline and str(file) in map(os.path.realpath, opened.iterdir()):
            time.sleep(0.005)


_is_left_behind = False


def leave_behind() -> None:
    """Note that wandb-core still sends a run that nobody waits for any more."""
    global _is_left_behind
    _is_left_behind = True


def kill_left_behind() -> None:
    """Kill wandb-core at the end of the program if it still sends a run nobody waits for.

    W&B would wait for it without a timeout. It is not killed while other runs are open.
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
    """Keep W&B from asking for an API key, and from printing where no run's settings apply."""
    import wandb

    wandb.termsetup(wandb.Settings(silent=True), None)
    try:
        yield
    finally:
        wandb.termsetup(getattr(_singleton(), "settings", None) or wandb.Settings(), None)


# W&B has no public names for these. If they are gone in a later version, so is what needs them.


def _singleton() -> Any:
    return getattr(sys.modules.get("wandb.sdk.wandb_setup"), "_singleton", None)


def _connection() -> Any:
    return getattr(_singleton(), "_connection", None)


def _process() -> Any:
    return getattr(getattr(_connection(), "_proc", None), "_process", None)


def _leave_exit_alone() -> None:
    """Unregister what W&B does when the program ends."""
    cleanup = getattr(_connection(), "_cleanup", None)
    if cleanup is not None:
        cleanup()


@after_fork
def _renew_in_child() -> None:
    """Give a forked child its own wandb-core, and a lock that no other thread holds."""
    global lock, _is_left_behind
    lock, _is_left_behind = threading.RLock(), False
    setup: Any = sys.modules.get("wandb.sdk.wandb_setup")
    if setup is None:
        return
    setup._singleton_lock = threading.Lock()
    _leave_exit_alone()  # the parent does it; here it would print an error
