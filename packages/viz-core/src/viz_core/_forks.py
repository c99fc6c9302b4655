"""Functions that every forked child calls before its own code runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

__all__ = ["after_fork"]

Function = TypeVar("Function", bound=Callable[[], object])


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
