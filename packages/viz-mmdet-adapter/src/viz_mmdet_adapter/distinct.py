"""A palette of any length whose colors differ as much as they can."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from viz_mmdet_adapter.dataset_palettes import RGB

__all__ = ["DISTINCT", "distinct_palette"]

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

# The first is the candidate nearest to that of COCO's palette.
_FIRST = (220, 20, 60)


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
