"""The first principal components of a feature map, as planes to show in red, green and blue."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.featmap.maps import FeatureMaps
from viz_core.featmap.planes import Plane
from viz_core.featmap.resampling import tap_products, tap_sums

__all__ = ["principal_components"]

COMPONENTS = 3

_TINY = 1e-30
_ROUNDING = {4: (1e-5, 1e-12), 8: (1e-12, 1e-26)}
"""By the bytes of a float: what part of the largest variance, and of values of 1, is rounding."""


def principal_components(maps: FeatureMaps, shape: tuple[int, int]) -> list[Plane]:
    """Return three planes: every pixel's vector along the directions of largest variance.

    The variance is that of the map resampled to ``shape``. A direction has no sign of its own;
    it is turned such that its largest weight is positive. Components that a map of fewer than
    three channels or pixels does not have are 0.
    """
    maps = maps.whole()
    scale = maps.peak() or 1.0
    channels, height, width = maps.shape
    finite = maps.finite_everywhere()
    mean = _mean_vector(maps, shape, finite) / scale
    centered = maps.values / scale
    centered -= mean[:, None, None]
    if finite is not None:
        centered *= maps.place(finite.astype(np.float64))
    weighted = centered
    if (height, width) != shape:
        # With B the resampling, the covariance is F B (F B)', and B B' is a square root squared.
        weighted = (
            maps.place(_root(height, shape[0])) @ centered @ maps.place(_root(width, shape[1]))
        )
    directions = _directions(maps, weighted.reshape(channels, -1), shape)
    planes = maps.fetch(directions.T @ centered.reshape(channels, -1))
    weights = maps.fetch(directions)
    signs = np.sign(weights[np.abs(weights).argmax(0), np.arange(len(planes))])
    missing = COMPONENTS - len(planes)
    planes = np.pad(planes * signs[:, None], ((0, missing), (0, 0)))
    return [Plane(plane.reshape(height, width), finite) for plane in planes]


def _mean_vector(
    maps: FeatureMaps, shape: tuple[int, int], finite: npt.NDArray[np.bool_] | None
) -> Any:
    """Return the mean of each channel at ``shape``, over what is finite."""
    channels, height, width = maps.shape
    weights = np.outer(tap_sums(height, shape[0]), tap_sums(width, shape[1]))
    if finite is not None:
        weights = weights * finite
    weights /= weights.sum() or 1.0
    return maps.values.reshape(channels, -1) @ maps.place(weights.ravel())


def _root(size: int, target: int) -> npt.NDArray[np.float64]:
    """Return the symmetric square root of the products of the taps, shape (size, size)."""
    values, vectors = np.linalg.eigh(tap_products(size, target))
    root: npt.NDArray[np.float64] = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def _directions(maps: FeatureMaps, vectors: Any, shape: tuple[int, int]) -> Any:
    """Return the leading left singular vectors of (C, P), at most three, as columns.

    A column is 0 where there is no variance but that of rounding, which would else be drawn in
    full contrast.
    """
    channels, pixels = vectors.shape
    linalg = maps.library.linalg
    # The smaller of the two products has the same eigenvalues as the larger.
    dual = channels > pixels
    variances, found = linalg.eigh(vectors.T @ vectors if dual else vectors @ vectors.T)
    variances, found = variances[-COMPONENTS:], found[:, -COMPONENTS:]
    if dual:
        found = vectors @ found
        found = found / (found * found).sum(0).clip(_TINY) ** 0.5
    relative, absolute = _ROUNDING[vectors.dtype.itemsize]
    least = (variances[-1] * relative).clip(absolute * channels * shape[0] * shape[1])
    return maps.library.flip(found * (variances > least), (1,))
