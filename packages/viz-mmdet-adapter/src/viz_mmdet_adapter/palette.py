"""The colors of classes and instances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from viz_core import as_array, as_color, is_tensor
from viz_mmdet_adapter.dataset_palettes import PALETTES, RGB
from viz_mmdet_adapter.distinct import DISTINCT, distinct_palette

__all__ = ["Ink", "class_colors", "get_palette", "jitter_color", "opacity", "palette_val"]

#: Red, green, blue, and where it is not opaque its opacity, in 0..255.
Ink = tuple[int, ...]

_COCO_THINGS = 80

# MMDetection's green is brighter than matplotlib's.
_NAMED: dict[str, RGB] = {"green": (0, 255, 0)}

_GROUPS = (tuple, list, np.ndarray, str)


def palette_val(palette: Iterable[Sequence[float]]) -> list[tuple[float, ...]]:
    """Return the colors of `palette`, in 0..255, as matplotlib takes them, in 0..1."""
    return [tuple(channel / 255 for channel in color) for color in palette]


def get_palette(palette: Any, num_classes: int) -> list[Any]:
    """Return a color for each class.

    Args:
        palette: A list of colors, which is returned as it is; one color for all, as a tuple or
            a name; `'coco'`, `'citys'` or `'voc'`; `'random'` or None, the same in every run; or
            `'distinct'`, whose colors differ as much as they can.
        num_classes: How many colors are needed; a longer palette is not cut.

    Returns:
        Tuples of red, green and blue in 0..255.

    Raises:
        TypeError: If `num_classes` is not an int, or for another type of `palette`.
        ValueError: If the palette is too short, or no color has that name.
    """
    if type(num_classes) is not int:
        raise TypeError(f"num_classes must be an int, got {num_classes!r}")
    colors = _palette(palette, num_classes)
    if len(colors) < num_classes:
        raise ValueError(
            f"palette must have a color for each of the {num_classes} classes, got "
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
            "palette must be a list of colors, a tuple of 3 values in 0..255, a name or None, "
            f"got {type(palette).__name__}: {palette!r}"
        )
    if palette == "random":
        # MMDetection's values, without touching numpy's global generator.
        drawn = np.random.RandomState(42).randint(0, 256, size=(num_classes, 3))
        return [tuple(color) for color in drawn.tolist()]
    if palette == "distinct":
        return list(distinct_palette(num_classes))
    if palette == "coco" and num_classes <= _COCO_THINGS:
        return PALETTES["coco"][:_COCO_THINGS]
    if palette in PALETTES:
        return list(PALETTES[palette])
    return [_as_ink(palette)] * num_classes


def class_colors(palette: Any, labels: Iterable[int]) -> list[Ink]:
    """Return the color of each label, with distinct colors for those that the palette lacks.

    Args:
        palette: What `get_palette` takes, a tuple, array or tensor of colors, or a mapping of
            labels to colors; None has no color.
        labels: Integers; those beyond the end of the palette or below 0 are lacking.

    Raises:
        TypeError, ValueError: For another type of `palette`, or an entry that is no color.
    """
    wanted = [int(label) for label in labels]
    if is_tensor(palette):
        palette = as_array(palette)
    if isinstance(palette, (np.ndarray, tuple)):
        # A tuple is one color, but data sets may also hold their colors in one.
        entries = palette.tolist() if isinstance(palette, np.ndarray) else list(palette)
        palette = entries if entries and isinstance(entries[0], _GROUPS) else tuple(entries)
    if _is_one_color(palette):
        return [_as_ink(palette)] * len(wanted)
    if isinstance(palette, Mapping):
        known = {int(label): color for label, color in palette.items()}
    else:
        highest = min(max(wanted, default=0), DISTINCT - 1)
        known = dict(enumerate([] if palette is None else _palette(palette, highest + 1)))
    missing = [label % DISTINCT for label in wanted if label not in known]
    spare = distinct_palette(max(missing) + 1) if missing else []
    return [
        _as_ink(known[label]) if label in known else spare[label % DISTINCT] for label in wanted
    ]


def opacity(ink: Ink) -> float:
    """Return the opacity of a color in 0..1."""
    return ink[3] / 255 if len(ink) == 4 else 1.0


def _is_one_color(palette: Any) -> bool:
    return isinstance(palette, tuple) or (
        isinstance(palette, str) and palette not in {*PALETTES, "random", "distinct"}
    )


def _as_ink(color: Any) -> Ink:
    if isinstance(color, str) and color in _NAMED:
        return _NAMED[color]
    red, green, blue, alpha = as_color(color, "palette")
    return (red, green, blue) if alpha == 1 else (red, green, blue, round(alpha * 255))


def jitter_color(color: Sequence[float], seed: int = 0) -> Ink:
    """Return a color near `color`, which tells instances of one class apart.

    Args:
        color: Red, green and blue in 0..255; an opacity after them stays.
        seed: Index of the instance; the same seed gives the same color.
    """
    jittered = (
        int(min(max(channel + shift, 0), 255))
        for channel, shift in zip(color[:3], _jitter(seed), strict=True)
    )
    return (*jittered, *map(int, color[3:]))


@lru_cache(maxsize=1024)
def _jitter(seed: int) -> tuple[float, ...]:
    """Return what is added to red, green and blue."""
    direction = np.random.RandomState(seed % 2**32).rand(3)
    direction = (direction / np.linalg.norm(direction) - 0.5) * 0.5 * 255
    return tuple(direction.tolist())
