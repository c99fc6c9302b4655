"""The first principal components of a feature map, as planes to show in red, green and blue."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.featmap.feature_map import FeatureMap
from viz_core.featmap.planes import Plane
from viz_core.featmap.resampling import tap_products, tap_sums

__all__ = ["principal_components"]

COMPONENTS = 3

_BLOCK = 8
_SPACE = 256
"""Vectors that the Krylov space grows by, and at which it stops."""

_ROUNDING = {4: (1e-5, 1e-12), 8: (1e-12, 1e-26)}
"""By the bytes of a float: what part of the largest variance, and of values of 1, is rounding."""


def principal_components(feature_map: FeatureMap, shape: tuple[int, int]) -> list[Plane]:
    """Return three planes: every pixel's vector along the directions of largest variance.

    The variance is that of the map resampled to ``shape``. A direction has no sign of its own;
    it is turned such that its largest weight is positive. Components that a map of fewer than
    three channels or pixels does not have are 0.
    """
    feature_map = feature_map.whole()
    covariance = _Covariance(feature_map, shape)
    directions = _directions(covariance)
    planes = feature_map.fetch(covariance.project(directions))
    weights = feature_map.fetch(directions)
    signs = np.sign(weights[np.abs(weights).argmax(0), np.arange(len(planes))])
    missing = COMPONENTS - len(planes)
    planes = np.pad(planes * signs[:, None, None], ((0, missing), (0, 0), (0, 0)))
    return [Plane(plane, covariance.finite) for plane in planes]


class _Covariance:
    """The covariance of the channels of a resampled map, applied without ever being formed.

    With F the centred map, of shape (C, P), and B the resampling, it is F B B' F'. Neither F B
    nor the product, of shape (C, C), is held: what is as large as the map is the map alone.
    """

    def __init__(self, feature_map: FeatureMap, shape: tuple[int, int]) -> None:
        self.feature_map = feature_map
        self.shape = shape
        self.finite = feature_map.finite_everywhere()
        self._mask = (
            None if self.finite is None else feature_map.place(self.finite.astype(np.float64))
        )
        self._scale = feature_map.peak() or 1.0
        self._mean = _mean_vector(feature_map, shape, self.finite) / self._scale
        _, height, width = feature_map.shape
        self._down = self._across = None
        if (height, width) != shape:
            self._down = feature_map.place(tap_products(height, shape[0]))
            self._across = feature_map.place(tap_products(width, shape[1]))

    def project(self, vectors: Any) -> Any:
        """Return every pixel's weights of k ``vectors``, which are (C, k), as (k, H, W)."""
        channels, height, width = self.feature_map.shape
        planes = (vectors.T / self._scale) @ self.feature_map.values.reshape(channels, -1)
        planes = planes - (vectors.T @ self._mean)[:, None]
        planes = planes.reshape(-1, height, width)
        return planes if self._mask is None else planes * self._mask

    def apply(self, vectors: Any) -> Any:
        """Return the covariance times k ``vectors``, both of shape (C, k)."""
        planes = self.project(vectors)
        if self._down is not None:
            planes = self._down @ planes @ self._across
        if self._mask is not None:
            planes = planes * self._mask
        flat = planes.reshape(len(planes), -1)
        # The product with the map is taken the other way round: it is then read in its own order.
        product = (flat / self._scale) @ self.feature_map.values.reshape(
            self.feature_map.shape[0], -1
        ).T
        return product.T - self._mean[:, None] * flat.sum(1)[None]


def _mean_vector(
    feature_map: FeatureMap, shape: tuple[int, int], finite: npt.NDArray[np.bool_] | None
) -> Any:
    """Return the mean of each channel at ``shape``, over what is finite."""
    channels, height, width = feature_map.shape
    weights = np.outer(tap_sums(height, shape[0]), tap_sums(width, shape[1]))
    if finite is not None:
        weights = weights * finite
    weights /= weights.sum() or 1.0
    return feature_map.values.reshape(channels, -1) @ feature_map.place(weights.ravel())


def _directions(covariance: _Covariance) -> Any:
    """Return the leading eigenvectors of the covariance, at most three, as columns.

    A column is 0 where there is no variance but that of rounding, which would else be drawn in
    full contrast. With many channels they are found in a block Krylov space (Musco and Musco,
    2015), which is grown until they have settled; with few, in the space of all.
    """
    feature_map = covariance.feature_map
    channels = feature_map.shape[0]
    library = feature_map.library
    relative, absolute = _ROUNDING[feature_map.values.dtype.itemsize]
    start = np.eye(channels)
    if channels > _SPACE:
        start = np.linalg.qr(np.random.default_rng(0).standard_normal((channels, _BLOCK)))[0]
    block = basis = feature_map.place(start)
    images = covariance.apply(block)
    while True:
        small = basis.T @ images
        variances, mixes = library.linalg.eigh((small + small.T) / 2)
        variances, mixes = variances[-COMPONENTS:], mixes[:, -COMPONENTS:]
        found = basis @ mixes
        errors = images @ mixes - found * variances
        settled = float((errors * errors).sum(0).max() ** 0.5) <= 30 * relative * variances[-1]
        if settled or basis.shape[1] + _BLOCK > min(channels, _SPACE):
            break
        block = images[:, -_BLOCK:]
        for _ in range(2):  # once is not enough in floating point
            block = library.linalg.qr(block - basis @ (basis.T @ block))[0]
        basis = library.concatenate([basis, block], 1)
        images = library.concatenate([images, covariance.apply(block)], 1)
    height, width = covariance.shape
    least = (variances[-1] * relative).clip(absolute * channels * height * width)
    return library.flip(found * (variances > least), (1,))
