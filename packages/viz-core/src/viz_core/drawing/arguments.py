"""Checking what is passed to the drawing methods, once and for all items together."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Callable, Sequence
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
    "as_rows",
    "as_string",
    "check_finite",
    "leaves",
    "per_item",
    "warn_out_of_bounds",
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


def as_rows(value: ArrayLike, name: str, columns: int, layout: str) -> list[list[float]]:
    """Return one item or many as rows of numbers, which may not be finite.

    Args:
        value: An array or tensor of shape (columns,) or (N, columns).
        name: What it is called in an error.
        columns: How many numbers an item has.
        layout: What they mean, for the error, such as ``x1, y1, x2, y2``.

    Raises:
        TypeError: If it is neither an array nor a tensor, or does not hold numbers.
        ValueError: If it has another shape.
    """
    rows: list[list[float]] = _as_table(value, name, columns, layout).tolist()
    return rows


def as_coordinates(value: ArrayLike, name: str, columns: int, layout: str) -> Floats:
    """Return one item or many as finite floats of shape (N, columns).

    Args:
        value: See `as_rows`, as are the others and the errors.
        name: Likewise.
        columns: Likewise.
        layout: Likewise.

    Raises:
        ValueError: If a number is not finite, too.
    """
    floats: Floats = _as_table(value, name, columns, layout).astype(np.float64)
    # One number tells of all, but for numbers so large that their sum is not finite.
    if not math.isfinite(floats.sum()) and not np.isfinite(floats).all():
        for number, row in enumerate(floats.tolist()):
            check_finite(row, name, number)
    return floats


def _as_table(value: ArrayLike, name: str, columns: int, layout: str) -> npt.NDArray[Any]:
    array = as_array(value, name)
    if array.shape[1:] == (columns,) and array.dtype.kind in "iuf":  # mostly
        return array
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    if array.ndim == 1:
        array = array[None] if array.size else array.reshape(0, columns)
    if array.ndim != 2 or array.shape[1] != columns:
        raise ValueError(
            f"{name} must have shape ({columns},) or (N, {columns}): {layout}; got "
            f"{np.shape(value)}"
        )
    return array


def check_finite(row: Sequence[float], name: str, number: int) -> None:
    """Raise ValueError if a number of a row is not finite.

    Args:
        row: What is looked at.
        name: What all rows are called in the error.
        number: Of the row.
    """
    if not all(map(math.isfinite, row)):
        raise ValueError(
            f"{name} must be finite, got {list(row)} in row {number}; leave such items out"
        )


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
    if isinstance(value, (str, float, int)):  # mostly
        return [convert(value, name)] * count
    if isinstance(value, np.ndarray) or is_tensor(value):
        value = as_array(value).tolist()
    if not isinstance(value, list):
        return [convert(value, name)] * count
    return spread([convert(one, name) for one in value[:count]], count, name, cycle=cycle)


def as_number(value: Any, name: str) -> float:
    """Return a finite number as a float."""
    kind = type(value)
    if (
        kind is not float
        and kind is not int
        and (isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real))
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


def leaves(low: npt.NDArray[Any], high: npt.NDArray[Any], width: int, height: int) -> bool:
    """Return whether any item leaves the picture; one that ends at its border does not.

    Args:
        low: The smallest x and y of each item, shape (N, 2).
        high: The largest x and y of each item, shape (N, 2).
        width: Of the picture.
        height: Likewise.
    """
    if not len(low):
        return False
    right, bottom = high.max(axis=0).tolist()
    return bool(low.min() < 0 or right > width or bottom > height)


def warn_out_of_bounds(kind: str) -> None:
    """Warn that something leaves the picture; what is inside is drawn all the same.

    Args:
        kind: What is drawn, as the warning calls it.
    """
    warnings.warn(
        f"Warning: The {kind} is out of bounds, the drawn {kind} may not be in the image",
        UserWarning,
        stacklevel=3,  # the user called a drawing method, and that called this
    )
