"""Checking what is passed to the drawing methods, once and for all items together."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from viz_core.arrays import as_array, is_tensor
from viz_core.colors import spread
from viz_core.types import ArrayLike

__all__ = [
    "Floats",
    "as_coordinates",
    "as_font_size",
    "as_fraction",
    "as_length",
    "as_line_style",
    "as_number",
    "as_string",
    "per_item",
    "warn_if_out_of_bounds",
]

Floats = npt.NDArray[np.float64]
Value = TypeVar("Value")

_LINE_STYLES = {
    "-": "-",
    "solid": "-",
    "--": "--",
    "dashed": "--",
    "-.": "-.",
    "dashdot": "-.",
    ":": ":",
    "dotted": ":",
}


def as_coordinates(value: ArrayLike, name: str, columns: int, layout: str) -> Floats:
    """Return one item or many as floats of shape (N, columns).

    Args:
        value: An array or tensor of shape (columns,) or (N, columns).
        name: What it is called in an error.
        columns: How many numbers an item has.
        layout: What they mean, for the error, such as ``x1, y1, x2, y2``.

    Raises:
        TypeError: If it is neither an array nor a tensor, or does not hold numbers.
        ValueError: If it has another shape, or numbers that are not finite.
    """
    array = as_array(value, name)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    if array.ndim == 1:
        array = array[None] if array.size else array.reshape(0, columns)
    if array.ndim != 2 or array.shape[1] != columns:
        raise ValueError(
            f"{name} must have shape ({columns},) or (N, {columns}): {layout}; got "
            f"{np.shape(value)}"
        )
    floats: Floats = array.astype(np.float64)
    # One number tells of all, but for numbers so large that their sum is not finite.
    if not math.isfinite(floats.sum()) and not np.isfinite(floats).all():
        row = int(np.flatnonzero(~np.isfinite(floats).all(axis=1))[0])
        raise ValueError(
            f"{name} must be finite, got {floats[row].tolist()} in row {row}; leave such items out"
        )
    return floats


def per_item(
    value: Any,
    count: int,
    name: str,
    convert: Callable[[Any, str], Value],
    *,
    cycle: bool = True,
) -> list[Value]:
    """Return a style parameter's value for each of ``count`` items.

    Args:
        value: One value for all, or a list, an array or a tensor with one per item. More than
            needed is fine.
        count: How many items there are.
        name: What it is called in an error.
        convert: Checks one value and returns what to work with.
        cycle: Whether too few start over; else they are an error.
    """
    if isinstance(value, np.ndarray) or is_tensor(value):
        value = as_array(value).tolist()
    if not isinstance(value, list):
        return [convert(value, name)] * count
    return spread([convert(one, name) for one in value[:count]], count, name, cycle=cycle)


def as_number(value: Any, name: str) -> float:
    """Return a finite number as a float."""
    if type(value) is not float and (
        isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real)
    ):
        raise TypeError(
            f"{name} must be a number, or a list of one per item, got "
            f"{type(value).__name__}: {value!r}"
        )
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return float(value)


def as_length(value: Any, name: str) -> float:
    """Return a number that is not negative as a float."""
    number = as_number(value, name)
    if number < 0:
        raise ValueError(f"{name} must not be negative, got {value!r}")
    return number


def as_font_size(value: Any, name: str) -> float:
    """Return a number above 0 as a float."""
    number = as_number(value, name)
    if number <= 0:
        raise ValueError(f"{name} must be above 0, in points, got {value!r}")
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


def as_line_style(value: Any, name: str) -> str:
    """Return a line style as its symbol: ``-``, ``--``, ``-.`` or ``:``."""
    style = _LINE_STYLES.get(as_string(value, name))
    if style is None:
        raise ValueError(f"{name} must be one of {', '.join(_LINE_STYLES)}, got {value!r}")
    return style


def warn_if_out_of_bounds(
    kind: str, low: npt.NDArray[Any], high: npt.NDArray[Any], width: int, height: int
) -> None:
    """Warn that something leaves the picture; what is inside is drawn all the same.

    Args:
        kind: What is drawn, as the warning calls it.
        low: The smallest x and y of each item, shape (N, 2).
        high: The largest x and y of each item, shape (N, 2).
        width: Of the picture. An item that ends exactly at its border is inside.
        height: Of the picture.
    """
    if not len(low):
        return
    right, bottom = high.max(axis=0).tolist()
    if low.min() < 0 or right > width or bottom > height:
        warnings.warn(
            f"Warning: The {kind} is out of bounds, the drawn {kind} may not be in the image",
            UserWarning,
            stacklevel=3,  # the user called a drawing method, and that called this
        )
