"""Many channels to few planes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz_core.featmap.feature_map import FeatureMap, NotFiniteError, pick
from viz_core.featmap.planes import Plane
from viz_core.featmap.resampling import tap_sums

__all__ = ["largest_channels", "mean", "norm", "take"]


def mean(feature_map: FeatureMap) -> Plane:
    """Return the mean over the channels, up to a scale."""
    return Plane(feature_map.fetch(feature_map.values.sum(0)), feature_map.finite_everywhere())


def norm(feature_map: FeatureMap) -> Plane:
    """Return the Euclidean length over the channels, up to a scale."""
    # Scaled, because the squares of 1e-25 and of 1e25 are 0 and infinite in float32.
    scale = feature_map.scale()
    total: Any = 0.0
    for block in feature_map.blocks():
        total = total + ((block / scale) ** 2).sum(0)
    return Plane(np.sqrt(feature_map.fetch(total)), feature_map.finite_everywhere())


def largest_channels(feature_map: FeatureMap, count: int, shape: tuple[int, int]) -> list[int]:
    """Return up to ``count`` channels with the largest sums at ``shape``, the largest first."""
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
        return [Plane(plane) for plane in values]
    finite = feature_map.fetch(pick(feature_map.finite, channels))
    return [Plane(plane, mask) for plane, mask in zip(values, finite, strict=True)]
