"""This process among others: its rank, without importing torch, and what it calls when forked or at its end."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["after_fork", "at_end", "get_rank", "get_world_size", "is_main_process"]

Function = TypeVar("Function", bound=Callable[[], object])


def get_rank() -> int:
    """Return the rank of this process; 0 if the run is not distributed.

    Asks `torch.distributed` if it is imported and initialized, else reads the variable
    `RANK` that torchrun sets. The answer may change once: when the group is initialized.
    """
    return _ask("get_rank", "RANK", 0)


def get_world_size() -> int:
    """Return the number of processes in the run; 1 if it is not distributed."""
    return _ask("get_world_size", "WORLD_SIZE", 1)


def is_main_process() -> bool:
    """Return whether this is rank 0, the one that records."""
    return get_rank() == 0


def _ask(function: str, variable: str, default: int) -> int:
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(getattr(distributed, function)())
    value = _read(variable)
    return int(value) if value is not None and value.isdigit() else default


def _read(variable: str) -> bytes | str | None:
    return os.environ.get(variable) if _variables is None else _variables.get(variable.encode())


# `os.environ.get` raises and catches a KeyError for what is not set, which costs as much as the
# rest of recording a scalar. Its dict is private: where there is none, the public way is taken.
_variables: dict[bytes, bytes] | None = (
    getattr(os.environ, "_data", None) if os.name == "posix" else None
)


def after_fork(function: Function) -> Function:
    """Call `function` in every forked child before its own code runs, in order of registration.

    It is the place to make locks anew that another thread may have held, and to forget threads,
    files and connections that are the parent's. Where there is no fork, as on Windows, it is
    never called. Usable as a decorator.

    Args:
        function: Takes nothing. What it raises is printed, and the others are called all the same.

    Returns:
        The same function.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)
    return function


_at_end: list[Callable[[], object]] = []


def at_end(function: Function) -> Function:
    """Call `function` when the program ends normally, after those that were registered before.

    That is before the interpreter waits for other threads and before `atexit` functions, by which
    trackers may already have closed themselves, and once more among these. Usable as a decorator.

    Args:
        function: Takes nothing, and is called more than once.

    Returns:
        The same function.
    """
    _at_end.append(function)
    # Again for each, since the last that was registered is called first: pools of threads that were
    # imported meanwhile end so too, and take no work after that. The function is private, as
    # `concurrent.futures` needs it; where there is none, or where Ctrl-C has ended those that it
    # has, the other place is better than none.
    with contextlib.suppress(RuntimeError):  # the main thread has ended
        getattr(threading, "_register_atexit", atexit.register)(_end)
    if len(_at_end) == 1:
        atexit.register(_end)
    return function


def _end() -> None:
    for function in _at_end:
        function()
