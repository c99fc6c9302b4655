"""The colors of classes and instances: of data sets' palettes, and of one of any length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.colors import as_color
from viz_core.convert import as_array, is_tensor
from viz_core.typing import Color

__all__ = [
    "DISTINCT",
    "PALETTES",
    "RGB",
    "Ink",
    "class_colors",
    "distinct_palette",
    "get_palette",
    "jitter_color",
    "opacity",
    "score_colors",
]

#: Red, green and blue in 0..255.
RGB = tuple[int, int, int]

#: How many colors differ before they start over.
DISTINCT = 1024

# Candidates are all colors with these levels in each channel: 17 ** 3.
_LEVELS = np.linspace(0, 255, 17).round().astype(np.uint8)

# Bounds in Oklab: darker colors vanish in shadows, lighter ones look like the white contours.
_LIGHTNESS = (0.42, 0.93)

# Most data sets have few classes, so the first colors are vivid: they stand out on any photo.
_VIVID_COUNT = 20
_VIVID_LIGHTNESS = (0.55, 0.84)
_VIVID_CHROMA = 0.12

# The first of these is the candidate nearest to that of COCO's palette.
_FIRST = (220, 20, 60)

#: Red, green, blue, and where it is not opaque its opacity, in 0..255.
Ink = tuple[int, ...]

# Of COCO's palette, before its stuff.
_THINGS = 80

# MMDetection's green is brighter than matplotlib's.
_NAMED: dict[str, RGB] = {"green": (0, 255, 0)}

# At the scores 0, a quarter, half, three quarters and 1: viridis, so that lightness follows.
_RAMP = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))

_GROUPS = (tuple, list, np.ndarray, str)


def _parsed(text: str) -> list[RGB]:
    """Return colors that are written as hexadecimal triples."""
    return [(color[0], color[1], color[2]) for color in map(bytes.fromhex, text.split())]


_COCO_THINGS = """
    dc143c 770b20 00008e 0000e6 6a00e4 003c64 005064 000046 0000c0 faaa1e 64aa1e dcdc00
    af74af fa001e a52a2a ff4dff 00e2fc b6b6ff 005200 78a69d 6e4c00 ae39ff c76400 480076
    ffb3f0 007d5c d10097 bcd0b6 00dcb0 ff63a4 5c0049 8581ff 4eb4ff 00e400 aefff3 2d59ff
    868667 9194ae ffd0ba c5e2ff ab8601 6d3f36 cf8aff 97005f 09503d 546933 4a4169 a6c466
    d0c3d2 ff6d41 008f95 b300c2 d1636a 057900 e3ffcd 93bad0 994501 035fa1 a3ff00 7700aa
    00b6c7 00a578 b78258 5f2000 827287 6e8185 a64a76 db8eb9 4fd272 b25a3e 41460f 7fa773
    3b696a 8e6c2d c4ac00 5f3650 804cff c93901 f6007a bfa2d0
"""

_COCO_STUFF = """
    ffff80 93d3cb 966464 a8abac 9270c6 d2aa64 5c8859 da58b8 f18100 d911ff 7c4ab5 464646
    ffe4ff 9ad000 c1005c 4c5b71 ffb4c3 6a9ab0 e6968c 3c8fff 804080 5c5237 fed47c 494dae
    ffa062 ffffff 68546d a9a483 e1c7ff 89364a 879edf 07f6e7 6bffc8 3a2995 b7798e ff4961
    6b8e23 be9999 928b8d 4682b4 86c79c d1e28c 60246c 606060 40aa40 98fb98 d0e5e4 cebaab
    98a140 747000 00728f 66669c fa8dff
"""

_CITYSCAPES = "dc143c ff0000 00008e 000046 003c64 005064 0000e6 770b20"

_VOC = """
    6a00e4 770b20 a52a2a 0000c0 c5e2ff 003c64 00008e ff4dff 994501 78a69d 00b6c7 00e2fc
    b6b6ff 0000e6 dc143c a3ff00 005200 035fa1 005064 b78258
"""

#: By name. COCO: 80 things, then 53 kinds of stuff; Cityscapes: the 8 things.
PALETTES: dict[str, list[RGB]] = {
    "coco": _parsed(_COCO_THINGS + _COCO_STUFF),
    "citys": _parsed(_CITYSCAPES),
    "voc": _parsed(_VOC),
}


def distinct_palette(count: int) -> list[RGB]:
    """Return `count` colors, each as far as possible from all before it.

    The first colors of a longer palette are those of a shorter one, in every run. After
    `DISTINCT` colors they start over.
    """
    size = min(DISTINCT, 1 << max(count - 1, 31).bit_length())  # few sizes, for the cache
    colors = _farthest(size)
    return [colors[i % DISTINCT] for i in range(count)]


@lru_cache(maxsize=8)
def _farthest(count: int) -> list[RGB]:
    """Return colors by farthest point sampling: greedy, in Oklab."""
    levels = np.stack(np.meshgrid(_LEVELS, _LEVELS, _LEVELS, indexing="ij"), axis=-1)
    candidates: npt.NDArray[np.uint8] = levels.reshape(-1, 3)
    places = _oklab(candidates)
    lightness = places[:, 0]
    usable = (lightness > _LIGHTNESS[0]) & (lightness < _LIGHTNESS[1])
    candidates, places, lightness = candidates[usable], places[usable], lightness[usable]
    chroma = np.hypot(places[:, 1], places[:, 2])
    bright = (lightness > _VIVID_LIGHTNESS[0]) & (lightness < _VIVID_LIGHTNESS[1])
    dull = ~bright | (chroma < _VIVID_CHROMA)
    first = ((places - _oklab(np.array(_FIRST, np.uint8))) ** 2).sum(axis=1)
    chosen = [int(first.argmin())]
    distances = np.full(len(places), np.inf)
    while len(chosen) < count:
        step = ((places - places[chosen[-1]]) ** 2).sum(axis=1)
        np.minimum(distances, step, out=distances)
        eligible = np.where(dull, 0, distances) if len(chosen) < _VIVID_COUNT else distances
        chosen.append(int(eligible.argmax()))
    return [(int(r), int(g), int(b)) for r, g, b in candidates[chosen].tolist()]


def _oklab(colors: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return sRGB colors in Oklab (B. Ottosson, 2020), where distances are as perceived."""
    encoded = colors / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    cones = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    lab: npt.NDArray[np.float64] = np.cbrt(cones) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )
    return lab


def get_palette(palette: Sequence[Color] | str | None, num_classes: int) -> list[Color]:
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


def _palette(palette: Any, num_classes: int) -> list[Color]:
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
    if palette == "coco" and num_classes <= _THINGS:
        return [*PALETTES["coco"][:_THINGS]]
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
        try:
            known = {int(label): color for label, color in palette.items()}
        except (TypeError, ValueError) as error:
            raise TypeError(
                "a palette in a dict must have its colors by label, as {1: 'red', 13: 'gold'}, got "
                f"{[*palette]!r:.200}"
            ) from error
    else:
        highest = min(max(wanted, default=0), DISTINCT - 1)
        known = dict(enumerate([] if palette is None else _palette(palette, highest + 1)))
    missing = [label % DISTINCT for label in wanted if label not in known]
    spare = distinct_palette(max(missing) + 1) if missing else []
    return [
        _as_ink(known[label]) if label in known else spare[label % DISTINCT] for label in wanted
    ]


def score_colors(scores: npt.NDArray[np.float64]) -> list[Ink]:
    """Return the color of each score in 0..1, from violet over green to yellow; NaN is gray."""
    known = np.nan_to_num(np.clip(scores, 0, 1))
    channels = [np.interp(known, np.linspace(0, 1, 5), stop) for stop in zip(*_RAMP, strict=True)]
    inks: list[Ink] = [tuple(ink) for ink in np.rint(channels).astype(int).T.tolist()]
    return [(128, 128, 128) if np.isnan(s) else ink for s, ink in zip(scores, inks, strict=True)]


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
