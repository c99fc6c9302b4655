"""The colours of classes and instances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from viz_core import as_array, as_color, is_tensor
from viz_mmdet_adapter.dataset_palettes import PALETTES, RGB
from viz_mmdet_adapter.distinct import DISTINCT, distinct_palette

__all__ = ["class_colors", "get_palette", "jitter_color", "palette_val"]

_COCO_THINGS = 80

# The name that means another colour to MMDetection's users than to matplotlib's.
_NAMED: dict[str, RGB] = {"green": (0, 255, 0)}

_GROUPS = (tuple, list, np.ndarray, str)


def palette_val(palette: Iterable[Sequence[float]]) -> list[tuple[float, ...]]:
    """Return the colours of a ``palette`` of 0..255 as colours of 0..1, which matplotlib takes."""
    return [tuple(channel / 255 for channel in color) for color in palette]


def get_palette(palette: Any, num_classes: int) -> list[Any]:
    """Return a colour for each class.

    Args:
        palette: A list of colours, which is returned as it is; one colour for all, as a tuple
            or a name; ``'coco'``, ``'citys'`` or ``'voc'``; ``'random'`` or None, which is the
            same in every run; or ``'distinct'``, whose colours differ as much as they can.
        num_classes: How many are needed; a longer palette is not cut.

    Returns:
        Tuples of red, green and blue in 0..255.

    Raises:
        TypeError: If ``num_classes`` is not an int, or ``palette`` none of these.
        ValueError: If the palette is too short, or no colour has that name.
    """
    if type(num_classes) is not int:
        raise TypeError(f"num_classes must be an int, got {num_classes!r}")
    colors = _palette(palette, num_classes)
    if len(colors) < num_classes:
        raise ValueError(
            f"palette must have a colour for each of the {num_classes} classes, got "
            f"{len(colors)}; add some, or use 'random' or 'distinct'"
        )
    return colors


def _palette(palette: Any, num_classes: int) -> list[Any]:
    if isinstance(palette, list):
        return palette
    if isinstance(palette, tuple):
        return [palette] * num_classes
    if palette is None:
        palette = "random"
    if not isinstance(palette, str):
        raise TypeError(
            "palette must be a list of colours, a tuple of 3 numbers in 0..255, a name or None, "
            f"got {type(palette).__name__}: {palette!r}"
        )
    if palette == "random":
        # MMDetection's, bit for bit, from a generator of our own.
        drawn = np.random.RandomState(42).randint(0, 256, size=(num_classes, 3))
        return [tuple(color) for color in drawn.tolist()]
    if palette == "distinct":
        return list(distinct_palette(num_classes))
    if palette == "coco" and num_classes <= _COCO_THINGS:
        return PALETTES["coco"][:_COCO_THINGS]
    if palette in PALETTES:
        return list(PALETTES[palette])
    return [_rgb(palette)] * num_classes


def class_colors(palette: Any, labels: Iterable[int]) -> list[RGB]:
    """Return the colour of each label, whatever the palette lacks.

    Args:
        palette: As `get_palette` takes it, or a tuple, array or tensor of colours. None, and labels
            beyond its end or below 0, mean colours of the distinct palette.
        labels: Any whole numbers.

    Raises:
        TypeError, ValueError: If ``palette`` is not one, or an entry is not a colour.
    """
    wanted = [int(label) for label in labels]
    if is_tensor(palette):
        palette = as_array(palette)
    if isinstance(palette, (np.ndarray, tuple)):
        # A tuple is one colour, but data sets may also hold their colours in one.
        entries = palette.tolist() if isinstance(palette, np.ndarray) else list(palette)
        palette = entries if entries and isinstance(entries[0], _GROUPS) else tuple(entries)
    if _is_one_color(palette):
        return [_rgb(palette)] * len(wanted)
    highest = min(max(wanted, default=0), DISTINCT - 1)
    known = [] if palette is None else _palette(palette, highest + 1)
    missing = [label % DISTINCT for label in wanted if not 0 <= label < len(known)]
    spare = distinct_palette(max(missing) + 1) if missing else []
    return [
        _rgb(known[label]) if 0 <= label < len(known) else spare[label % DISTINCT]
        for label in wanted
    ]


def _is_one_color(palette: Any) -> bool:
    return isinstance(palette, tuple) or (
        isinstance(palette, str) and palette not in {*PALETTES, "random", "distinct"}
    )


def _rgb(color: Any) -> RGB:
    """Return a colour as red, green and blue in 0..255."""
    if isinstance(color, str) and color in _NAMED:
        return _NAMED[color]
    return as_color(color, "palette")[:3]


def jitter_color(color: Sequence[float], seed: int = 0) -> RGB:
    """Return a colour near ``color``, to tell apart instances of one class.

    Args:
        color: Red, green and blue in 0..255.
        seed: Of the jitter, such as the instance's index; the same gives the same colour.
    """
    red, green, blue = (
        int(min(max(channel + shift, 0), 255))
        for channel, shift in zip(color, _jitter(seed), strict=True)
    )
    return (red, green, blue)


@lru_cache(maxsize=1024)
def _jitter(seed: int) -> tuple[float, ...]:
    """Return what is added to each channel."""
    direction = np.random.RandomState(seed).rand(3)
    direction = (direction / np.linalg.norm(direction) - 0.5) * 0.5 * 255
    return tuple(direction.tolist())
