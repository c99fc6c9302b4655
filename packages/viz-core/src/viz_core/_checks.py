"""Checking single values: numbers and strings that users pass."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["as_fraction", "as_length", "as_number", "as_string"]


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
