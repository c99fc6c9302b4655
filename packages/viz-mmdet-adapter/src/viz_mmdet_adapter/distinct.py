"""A palette of any length whose colours differ as much as they can."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from viz_mmdet_adapter.known_palettes import RGB

__all__ = ["DISTINCT", "distinct_palette"]

#: How many colours differ before they start over.
DISTINCT = 1024

# Levels of each channel among which colours are looked for: 17 ** 3 of them.
_LEVELS = np.linspace(0, 255, 17).round().astype(np.uint8)

# In Oklab. Darker ones vanish in shadows, lighter ones look like the white of outlines.
_LIGHTNESS = (0.42, 0.93)


def distinct_palette(count: int) -> list[RGB]:
    """Return ``count`` colours, each as far as possible from all before it.

    The first colours of a longer palette are those of a shorter one, in every run. After
    ``DISTINCT`` colours they start over.
    """
    size = min(DISTINCT, 1 << max(count - 1, 31).bit_length())  # few sizes, so few to remember
    colors = _farthest(size)
    return [colors[i % DISTINCT] for i in range(count)]


@lru_cache(maxsize=8)
def _farthest(count: int) -> list[RGB]:
    """Return colours by farthest point sampling: greedy, in Oklab."""
    levels = np.stack(np.meshgrid(_LEVELS, _LEVELS, _LEVELS, indexing="ij"), axis=-1)
    candidates = levels.reshape(-1, 3)
    places = _oklab(candidates)
    lightness = places[:, 0]
    usable = (lightness > _LIGHTNESS[0]) & (lightness < _LIGHTNESS[1])
    candidates, places = candidates[usable], places[usable]
    chosen = [int(np.hypot(places[:, 1], places[:, 2]).argmax())]  # the most vivid one
    distances = np.full(len(places), np.inf)
    while len(chosen) < count:
        step = ((places - places[chosen[-1]]) ** 2).sum(axis=1)
        np.minimum(distances, step, out=distances)
        chosen.append(int(distances.argmax()))
    return [(int(r), int(g), int(b)) for r, g, b in candidates[chosen].tolist()]


def _oklab(colors: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return sRGB colours in Oklab (B. Ottosson, 2020), where distance is as seen."""
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
