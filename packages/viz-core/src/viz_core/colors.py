"""Colors as users write them, to red, green, blue and opacity."""

from __future__ import annotations

import math
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array
from viz_core.typing import Color, Colors, SupportsArray

__all__ = ["RGBA", "as_color", "as_colors", "faded", "spread"]

#: Red, green and blue in 0..255, and opacity in 0..1.
RGBA: TypeAlias = "tuple[int, int, int, float]"

_NUMBERS = (int, float, np.number)

_MOST_KNOWN = 4096


def as_color(color: Color, name: str = "color") -> RGBA:
    """Return a color as red, green and blue in 0..255 and opacity in 0..1.

    Args:
        color: A matplotlib color name, letter or hex string, `'none'` (fully transparent), or
            3 or 4 numbers in 0..255 as a tuple, a list, an array or a tensor: red, green, blue
            and opacity.
        name: What the color is called in an error.

    Raises:
        TypeError: If it is none of these.
        ValueError: If no color has that name, or a number is out of range.
    """
    if isinstance(color, str):
        return _known.get(color) or _keep(color, _named(color, name))
    if hasattr(type(color), "__array__"):  # arrays and tensors, and single numbers of theirs
        numbers = as_array(cast("SupportsArray", color), name).tolist()
        color = tuple(numbers) if isinstance(numbers, list) else color
    if isinstance(color, (tuple, list)):
        numbers = tuple(color)
        try:
            known = _known.get(numbers)
        except TypeError:  # an array among them has no hash
            known = None
        return known or _keep(numbers, _numbered(numbers, name))
    raise TypeError(
        f"{name} must be a color name, or 3 or 4 numbers in 0..255, got "
        f"{type(color).__name__}: {color!r}"
    )


def as_colors(
    colors: Colors, count: int, name: str = "colors", *, cycle: bool = True
) -> list[RGBA]:
    """Return the colors of `count` items.

    Args:
        colors: One color for all, or a list or an (N, 3) or (N, 4) array of one per item. More
            than needed is fine.
        count: How many items there are.
        name: What the colors are called in an error.
        cycle: Whether too few start over; else they are an error.

    Raises:
        TypeError: If an entry is not a color.
        ValueError: If a color does not exist, or there are too few.
    """
    if not isinstance(colors, list):
        if isinstance(colors, (str, tuple)) or not hasattr(type(colors), "__array__"):
            return [as_color(cast(Color, colors), name)] * count
        array = as_array(cast("SupportsArray", colors), name)
        if array.ndim < 2:
            return [as_color(cast(Color, colors), name)] * count
        table = _from_table(array[:count])
        if table is not None:
            return table if len(table) == count else spread(table, count, name, cycle=cycle)
        colors = cast("list[Any]", array.tolist())
    if len(colors) in (3, 4) and all(isinstance(number, _NUMBERS) for number in colors):
        return [as_color(cast(Color, colors), name)] * count  # one color, as in [255, 0, 0]
    try:
        # Mostly a few colors, many times: one look into a dict for each.
        each = [_known.get(color) or as_color(color, name) for color in colors[:count]]
    except TypeError:  # lists and arrays have no hash
        each = [as_color(color, name) for color in colors[:count]]
    return each if len(each) == count else spread(each, count, name, cycle=cycle)


def _from_table(array: npt.NDArray[Any]) -> list[RGBA] | None:
    """Return the colors of an array with one in each row; None if it has none, or a wrong one."""
    if array.ndim != 2 or array.shape[1] not in (3, 4) or array.dtype.kind not in "iuf":
        return None
    looks_like_fractions = (array <= 1).all(axis=1) & (array % 1 != 0).any(axis=1)
    if looks_like_fractions.any() or not ((array >= 0) & (array <= 255)).all():
        return None
    columns = np.floor(array[:, :3] + 0.5).astype(int).T.tolist()
    opacities = (
        (array[:, 3].astype(np.float64) / 255).tolist()
        if array.shape[1] == 4
        else [1.0] * len(array)
    )
    return list(zip(*columns, opacities, strict=True))


def faded(color: RGBA, alpha: float) -> RGBA:
    """Return a color with its opacity multiplied by `alpha`."""
    red, green, blue, opacity = color
    return (red, green, blue, opacity * alpha)


def spread(values: list[Any], count: int, name: str, *, cycle: bool) -> list[Any]:
    """Return one value for each of `count` items, starting over where that is allowed."""
    if len(values) >= count:
        return values[:count]
    if values and cycle:
        return (values * -(-count // len(values)))[:count]
    raise ValueError(
        f"{name} must have one entry for each of the {count} items, got {len(values)}; "
        "give one value instead of a list to use it for all"
    )


_known: dict[Any, RGBA] = {}


def _keep(color: Any, rgba: RGBA) -> RGBA:
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[color] = rgba
    return rgba


def _named(color: str, name: str) -> RGBA:
    if color.lower() == "none":
        return (0, 0, 0, 0.0)
    from matplotlib.colors import to_rgba  # heavy, and only names need it

    try:
        red, green, blue, opacity = to_rgba(color)
    except ValueError as error:
        raise ValueError(
            f"{name} must be a color that matplotlib knows, such as 'g', 'tab:blue' or "
            f"'#1f77b4', or a tuple of 3 numbers in 0..255, got {color!r}"
        ) from error
    return (round(red * 255), round(green * 255), round(blue * 255), float(opacity))


def _numbered(color: tuple[Any, ...], name: str) -> RGBA:
    if not all(isinstance(number, _NUMBERS) for number in color):
        raise TypeError(f"{name} must be 3 or 4 numbers in 0..255, got {color!r}")
    if len(color) not in (3, 4):
        raise ValueError(f"{name} must have 3 or 4 numbers in 0..255, got {len(color)}: {color!r}")
    if not all(0 <= number <= 255 for number in color):  # NaN fails as well
        raise ValueError(f"{name} must be numbers in 0..255, got {color!r}")
    if max(color) <= 1 and any(not float(number).is_integer() for number in color):
        scaled = tuple(round(float(number) * 255) for number in color)
        raise ValueError(
            f"{name} must be numbers in 0..255, and {color!r} looks like 0..1; write {scaled!r}"
        )
    red, green, blue = (math.floor(float(number) + 0.5) for number in color[:3])
    return (red, green, blue, float(color[3]) / 255 if len(color) == 4 else 1.0)
