"""Checking what is passed to the drawing methods, once and for all items together."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_fraction, as_length, as_string
from viz_core.colors import RGBA, as_colors, spread
from viz_core.convert import as_array, is_tensor
from viz_core.drawing.limits import as_line_width
from viz_core.typing import ArrayLike

__all__ = [
    "Floats",
    "as_coordinates",
    "as_horizontal",
    "as_line_style",
    "as_masks",
    "as_offsets",
    "as_polygons",
    "as_radii",
    "as_rings",
    "as_rows",
    "as_texts",
    "as_vertical",
    "check_box",
    "check_finite",
    "check_whole",
    "leaves",
    "per_item",
    "style_columns",
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
        value: An array or tensor of shape (columns,) or (N, columns).
        name: What it is called in an error.
        columns: How many numbers an item has.
        layout: What they mean, for the error, such as ``x, y``.

    Raises:
        TypeError: If it is neither an array nor a tensor, or does not hold numbers.
        ValueError: If it has another shape, or a number is not finite.
    """
    floats: Floats = _as_table(value, name, columns, layout).astype(np.float64)
    if not np.isfinite(floats).all():
        for number, row in enumerate(floats.tolist()):
            check_finite(row, name, number)
    return floats


def _as_table(value: ArrayLike, name: str, columns: int, layout: str) -> npt.NDArray[Any]:
    array = as_array(value, name)
    shape = array.shape
    if shape[1:] == (columns,) and array.dtype.kind in "iuf":  # mostly
        return array
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    if array.ndim == 1:
        array = array[None] if array.size else array.reshape(0, columns)
    if array.ndim != 2 or array.shape[1] != columns:
        raise ValueError(
            f"{name} must have shape ({columns},) or (N, {columns}): {layout}; got {shape}"
        )
    return array


def check_finite(row: Sequence[float], name: str, number: int) -> None:
    """Raise ValueError if a number of a row is not finite.

    Args:
        row: The numbers of one item, shape (columns,).
        name: What all rows are called in the error.
        number: Which of the rows it is, for the error.
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
    if value is None or isinstance(value, (str, float, int)):  # mostly
        return [convert(value, name)] * count
    if hasattr(type(value), "__array__"):
        value = as_array(value, name).tolist()
    if not isinstance(value, list):
        return [convert(value, name)] * count
    return spread([convert(one, name) for one in value[:count]], count, name, cycle=cycle)


def as_line_style(value: Any, name: str) -> str:
    """Return a line style as its symbol: ``-``, ``--``, ``-.`` or ``:``."""
    style = _LINE_STYLES.get(as_string(value, name))
    if style is None:
        raise ValueError(f"{name} must be one of {', '.join(_LINE_STYLES)}, got {value!r}")
    return style


def as_horizontal(value: Any, name: str) -> str:
    """Return a horizontal alignment."""
    return _one_of(("left", "center", "right"), value, name)


def as_vertical(value: Any, name: str) -> str:
    """Return a vertical alignment."""
    return _one_of(("top", "bottom", "center", "baseline", "center_baseline"), value, name)


def _one_of(allowed: tuple[str, ...], value: Any, name: str) -> str:
    if as_string(value, name) not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return str(value)


def leaves(low: npt.NDArray[Any], high: npt.NDArray[Any], width: int, height: int) -> bool:
    """Return whether any item leaves the image; one that ends at its border does not.

    Args:
        low: The smallest x and y of each item, shape (N, 2).
        high: The largest x and y of each item, shape (N, 2).
        width: Columns of the image.
        height: Rows of the image.
    """
    if not len(low):
        return False
    right, bottom = high.max(axis=0).tolist()
    return bool(low.min() < 0 or right > width or bottom > height)


def check_box(box: Sequence[float], number: int) -> None:
    """Raise ValueError if a box is not finite, or its corners are not sorted.

    Args:
        box: x1, y1, x2, y2.
        number: Which of the boxes it is, for the error.
    """
    check_finite(box, "bboxes", number)
    x1, y1, x2, y2 = box
    if x1 > x2 or y1 > y2:
        raise ValueError(
            f"bboxes must be x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, got {box} in row "
            f"{number}; sort the corners, and turn x, y, width, height into corners first"
        )


def style_columns(
    count: int, edges: Any, faces: Any, widths: Any, line_styles: Any, alphas: Any
) -> tuple[list[RGBA], list[RGBA], list[float], list[str], list[float]]:
    """Return the style parameters of ``count`` shapes, a list each."""
    return (
        as_colors(edges, count, "edge_colors"),
        as_colors(faces, count, "face_colors"),
        per_item(widths, count, "line_widths", as_line_width),
        per_item(line_styles, count, "line_styles", as_line_style),
        per_item(alphas, count, "alpha", as_fraction),
    )


def as_radii(radius: ArrayLike, count: int) -> list[float]:
    """Return the radius of each of ``count`` circles.

    Args:
        radius: Shape (N,), or one number for all.
        count: How many circles there are.
    """
    if not hasattr(type(radius), "__array__") and hasattr(type(radius), "__float__"):
        return [as_length(radius, "radius")] * count
    given = as_array(radius, "radius")
    if given.size not in (1, count):
        raise ValueError(f"radius must have one entry per center, got {given.size} for {count}")
    return per_item(given.tolist(), count, "radius", as_length, cycle=False)


def as_polygons(polygons: ArrayLike | Sequence[ArrayLike]) -> Sequence[ArrayLike]:
    """Return one polygon or line, or many, as a list of them."""
    if not isinstance(polygons, (list, tuple)):
        array: Any = polygons
        return list(array) if getattr(array, "ndim", 2) == 3 else [array]
    first: Any = polygons[0] if polygons else None
    is_pair = isinstance(first, (list, tuple)) and len(first) == 2
    return [polygons] if is_pair and isinstance(first[0], (int, float, np.number)) else polygons


def as_rings(polygon: Any, name: str) -> list[Floats]:
    """Return a polygon's outline, then its holes, each of shape (M, 2) with M >= 1."""
    has_holes = getattr(polygon, "ndim", 2) == 3 or (
        isinstance(polygon, (list, tuple)) and len(polygon) > 0 and np.ndim(polygon[0]) == 2
    )
    try:
        rings = [
            as_coordinates(ring, name, 2, "x, y of each corner")
            for ring in (polygon if has_holes else [polygon])
        ]
    except ValueError as error:
        is_flat = getattr(polygon, "ndim", 1) == 1 and not hasattr(polygon[0], "__len__")
        if not is_flat:
            raise
        raise ValueError(
            f"{error}; COCO's flat lists are made such by numpy.reshape(polygon, (-1, 2))"
        ) from None
    if not rings or not all(map(len, rings)):
        raise ValueError(f"{name} must have corners, got none; leave it out")
    return rings


def as_texts(texts: str | Sequence[str], name: str = "texts") -> list[str]:
    """Return one text or many, which an error calls `name`, as a list with newlines of one kind."""
    words: list[Any] = [texts]
    if isinstance(texts, (list, tuple)):  # mostly
        words = list(texts)
    elif not isinstance(texts, (str, bytes, Mapping)):
        with suppress(TypeError):  # where it has no items
            words = list(texts)
    for text in words:
        if not isinstance(text, str):
            raise TypeError(_no_text(text, name))
    if "\r" in "".join(words):
        words = [text.replace("\r\n", "\n").replace("\r", "\n") for text in words]
    return words


def _no_text(value: object, name: str) -> str:
    cure = ""
    if isinstance(value, (numbers.Number, np.ndarray)) or is_tensor(value):
        cure = "; format numbers first, as in f'{score:.2f}'"
    elif isinstance(value, bytes):
        cure = "; decode it first"
    elif isinstance(value, (os.PathLike, Mapping)):
        cure = "; pass str(...) of it"
    return (
        f"{name} must be a string or a list of strings, got {type(value).__name__}: {value!r}{cure}"
    )


def as_masks(value: ArrayLike | Sequence[ArrayLike]) -> Sequence[npt.NDArray[np.bool_]]:
    """Return one mask or many, of any sizes, as bool, each of shape (h, w)."""
    # Lists of numbers are one mask, lists of arrays are many, which nothing puts together.
    if isinstance(value, (list, tuple)) and (not value or np.ndim(value[0]) >= 2):
        masks = [_as_bool(mask, f"binary_masks[{i}]") for i, mask in enumerate(value)]
    else:
        array = _as_bool(cast(ArrayLike, value), "binary_masks")
        masks = list(array) if array.ndim == 3 else [array]
    for mask in masks:
        if mask.ndim != 2:
            raise ValueError(f"binary_masks must have shape (h, w) or (N, h, w), got {mask.shape}")
    return masks


def check_whole(masks: Sequence[npt.NDArray[np.bool_]], height: int, width: int) -> None:
    """Raise ValueError if a mask has another size than the image."""
    for mask in masks:
        if mask.shape != (height, width):
            raise ValueError(
                f"binary_masks must have the image's size, shape ({height}, {width}) or "
                f"(N, {height}, {width}), got {mask.shape}; for parts of the image give offsets="
            )


def as_offsets(value: ArrayLike, count: int) -> list[list[int]]:
    """Return x and y of the top left pixel of each of ``count`` crops."""
    places = as_coordinates(value, "offsets", 2, "x, y of the top left pixel")
    if len(places) != count:
        raise ValueError(
            f"offsets must have one row for each of the {count} masks, got {as_array(value).shape}"
        )
    if (places != np.floor(places)).any():
        raise ValueError(f"offsets must be whole pixels, got {places.tolist()[:3]}; round them")
    return [[int(x), int(y)] for x, y in places.tolist()]


def _as_bool(value: ArrayLike, name: str) -> npt.NDArray[np.bool_]:
    array = as_array(value, name)
    if array.dtype != np.bool_:
        raise TypeError(
            f"{name} must be bool, got dtype {array.dtype}; compare first, as in masks > 0.5"
        )
    return array
