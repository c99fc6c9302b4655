"""What a user asks of a feature map's picture, checked."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

from viz_core.convert import as_array, as_image, as_scalar, is_tensor
from viz_core.typing import ArrayLike, Image

__all__ = [
    "check_choice",
    "check_fraction",
    "check_grid",
    "check_pair",
    "whole_number",
    "whole_numbers",
    "without_alpha",
]


def check_choice(value: object, choices: Iterable[object], name: str) -> None:
    """Raise a ValueError unless the value is one of the choices."""
    choices = list(choices)
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def check_fraction(value: object, name: str) -> float:
    """Return a number in 0..1 as a float."""
    number = float(as_scalar(value, name))
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must lie in 0..1, got {number}")
    return number


def whole_number(value: object, name: str) -> int:
    """Return an integer of any kind as an int."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}: {value!r}")
    return int(value)


def whole_numbers(value: Any, name: str) -> list[int]:
    """Return one integer, a sequence of them, or an array or tensor, as a list."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        value = as_array(value, name).tolist()
    if isinstance(value, numbers.Integral):
        value = [value]
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be integers, got {type(value).__name__}: {value!r}")
    found = [whole_number(item, name) for item in value]
    if not found:
        raise ValueError(f"{name} must not be empty; leave it out to show what `topk` chooses")
    return found


def check_pair(value: Any, name: str, meaning: str) -> tuple[int, int]:
    """Return two positive integers as a tuple."""
    pair = whole_numbers(value, name)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"{name} must be {meaning}, two numbers from 1 on, got {value!r}")
    return pair[0], pair[1]


def check_grid(arrangement: Any, count: int, what: str) -> tuple[int, int]:
    """Return (rows, columns) that have room for ``count`` cells."""
    rows, columns = check_pair(arrangement, "arrangement", "(rows, columns)")
    if rows * columns < count:
        raise ValueError(
            f"The product of row and col in the `arrangement` is less than {what}, please set "
            f"the `arrangement` correctly: ({rows}, {columns}) has room for {rows * columns} of "
            f"{count}"
        )
    return rows, columns


def without_alpha(overlaid_image: ArrayLike) -> Image:
    """Return the image to blend in as RGB, shape (H, W, 3)."""
    image = as_image(overlaid_image, "overlaid_image")
    if image.shape[-1] != 3:
        raise ValueError(
            f"overlaid_image must be RGB or gray, got shape {image.shape}; drop the "
            "transparency with image[..., :3]"
        )
    return image
