"""Many channels to few planes, such that reducing first equals resampling first.

Every reduction takes the map and the (H, W) it will be shown at, because which channel is the
largest and what the components are is asked of the resampled map.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.featmap.feature_map import FeatureMap, NotFiniteError, pick
from viz_core.featmap.planes import EnergyPlane, Plane
from viz_core.featmap.resampling import tap_sums

__all__ = ["largest_channels", "mean", "norm", "take"]


def mean(feature_map: FeatureMap) -> Plane:
    """Return the mean over the channels, up to a scale."""
    feature_map = feature_map.whole()
    values = feature_map.fetch(feature_map.values.sum(0))
    if not np.isfinite(values).all():
        raise NotFiniteError
    return Plane(values, feature_map.finite_everywhere())


def norm(feature_map: FeatureMap, shape: tuple[int, int]) -> Plane | EnergyPlane:
    """Return the Euclidean length over the channels, up to a scale."""
    feature_map = feature_map.whole()
    finite = feature_map.finite_everywhere()
    # Scaled, because the squares of 1e-25 and of 1e25 are 0 and infinite in float32.
    scale = feature_map.peak() or 1.0
    everywhere = slice(None)
    first, last = slice(None, -1), slice(1, None)
    own = _products(feature_map, scale, (everywhere, everywhere), (everywhere, everywhere))
    if feature_map.shape[1:] == shape:
        return Plane(np.sqrt(own), finite)
    across = _products(feature_map, scale, (everywhere, first), (everywhere, last))
    down = _products(feature_map, scale, (first, everywhere), (last, everywhere))
    diagonal = _products(feature_map, scale, (first, first), (last, last))
    diagonal = (diagonal + _products(feature_map, scale, (first, last), (last, first))) / 2
    # Past the edge the last pixel is repeated: it is its own neighbour there.
    across = np.concatenate([across, own[:, -1:]], axis=1)
    down = np.concatenate([down, own[-1:]], axis=0)
    diagonal = np.concatenate([diagonal, down[:-1, -1:]], axis=1)
    diagonal = np.concatenate([diagonal, across[-1:]], axis=0)
    return EnergyPlane(own, across, down, diagonal, finite)


def _products(
    feature_map: FeatureMap, scale: float, one: tuple[slice, slice], other: tuple[slice, slice]
) -> npt.NDArray[np.float64]:
    """Return the products of the vectors in one part of the map with those in another."""
    total: Any = 0.0
    for block in feature_map.blocks():
        left = block[:, one[0], one[1]] / scale
        right = block[:, other[0], other[1]] / scale
        total = total + (left * right).sum(0)
    return feature_map.fetch(total).astype(np.float64)


def largest_channels(feature_map: FeatureMap, count: int, shape: tuple[int, int]) -> list[int]:
    """Return the ``count`` channels with the largest sums at ``shape``, the largest first."""
    channels, height, width = feature_map.shape
    flat = feature_map.values.reshape(channels, -1)
    if (height, width) == shape:
        sums = feature_map.library.einsum("cp->c", flat)
    else:
        weights = tap_sums(height, shape[0])[:, None] * tap_sums(width, shape[1])
        # Not BLAS: its threads wait for each other longer than this takes.
        sums = feature_map.library.einsum("cp,p->c", flat, feature_map.place(weights.ravel()))
    sums = feature_map.fetch(sums)
    if not np.isfinite(sums).all():
        raise NotFiniteError
    largest: list[int] = (-sums).argsort(kind="stable")[:count].tolist()
    return largest


def take(feature_map: FeatureMap, channels: Sequence[int]) -> list[Plane]:
    """Return single channels by number."""
    values = feature_map.fetch(pick(feature_map.values, channels))
    if feature_map.finite is None:
        if not np.isfinite(values).all():
            raise NotFiniteError
        return [Plane(plane) for plane in values]
    finite = feature_map.fetch(pick(feature_map.finite, channels))
    return [Plane(plane, mask) for plane, mask in zip(values, finite, strict=True)]
