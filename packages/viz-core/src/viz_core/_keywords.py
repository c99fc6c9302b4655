"""Saying what a misspelt keyword may be meant for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

__all__ = ["names_keywords"]

P = ParamSpec("P")
R = TypeVar("R")


def names_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function whose TypeError for wrong arguments says which it has.

    Python's own names the class that a method comes from, which is often not the one that its
    user knows, and no keyword that is like the given one.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            trace = error.__traceback__
            if trace is None or trace.tb_next is not None:
                raise  # from within
            raise TypeError(_explain(function, kwargs, str(error))) from None

    return call


def _explain(function: Callable[..., Any], given: dict[str, Any], message: str) -> str:
    parameters = inspect.signature(function).parameters
    names = [name for name in parameters if name != "self"]
    has = f"it has {', '.join(names[:-1])} and {names[-1]}" if names[1:] else f"it has {names[0]}"
    unknown = next((name for name in given if name not in names), None)
    called = function.__name__
    if unknown is None:
        return f"{message.replace(function.__qualname__, called)}; {has}"
    from difflib import get_close_matches  # only an error pays for it

    near = get_close_matches(unknown, names, n=2)
    near += [name for name in names if unknown in name and name not in near]
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return f"{called}() has no argument {unknown!r}; {hint}{has}"
