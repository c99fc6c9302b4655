"""Checking what users pass: numbers, strings and the names of keywords."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

__all__ = ["as_count", "as_fraction", "as_length", "as_number", "as_string", "names_keywords"]

P = ParamSpec("P")
R = TypeVar("R")


def as_number(value: Any, name: str) -> float:
    """Return a finite number as a float: whatever `float()` takes but strings and booleans."""
    kind = type(value)
    if (
        kind is not float
        and kind is not int
        and (isinstance(value, (bool, np.bool_)) or not hasattr(kind, "__float__"))
    ):
        raise _no_number(value, name)
    try:
        number = float(value)
    except OverflowError:  # an int that no float holds
        number = math.inf
    except (TypeError, ValueError) as error:  # an array of several
        raise _no_number(value, name) from error
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


def _no_number(value: Any, name: str) -> TypeError:
    return TypeError(
        f"{name} must be a number, or a list of one per item, got {type(value).__name__}: {value!r}"
    )


def as_count(value: Any, name: str, least: int | None = None) -> int:
    """Return a whole number of at least `least`; no float will do, and no boolean."""
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, got {type(value).__name__}: {value!r:.60}")
    count = operator.index(value)
    if least is not None and count < least:
        raise ValueError(f"{name} must be at least {least}, got {count}")
    return count


def as_length(value: Any, name: str) -> float:
    """Return a number that is not negative as a float."""
    number = as_number(value, name)
    if number < 0:
        raise ValueError(f"{name} must not be negative, got {value!r}")
    return number


def as_fraction(value: Any, name: str) -> float:
    """Return a number in 0..1 as a float."""
    number = as_number(value, name)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must lie in 0..1, got {value!r}")
    return number


def as_string(value: Any, name: str) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise TypeError(
            f"{name} must be a string, or a list of one per item, got "
            f"{type(value).__name__}: {value!r}"
        )
    return value


def names_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with a TypeError for wrong arguments that names the right ones.

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
