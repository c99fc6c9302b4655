"""Many channels to few planes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz_core.featmap.feature_map import FeatureMap, NotFiniteError, pick
from viz_core.featmap.planes import Plane
from viz_core.featmap.resampling import tap_sums

__all__ = ["largest_channels", "mean", "norm", "principal_components", "take"]

_COMPONENTS = 3

_EXACT = 2048
"""Channels or pixels, whichever are fewer, up to which all eigenvectors take 2 s; 512 take 40 ms."""
_BLOCK, _TURNS = 16, 6
_ROUNDING = {4: (1e-5, 1e-12), 8: (1e-12, 1e-26)}
"""By the bytes of a float: what part of the largest variance, and of values of 1, is rounding."""


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


def principal_components(feature_map: FeatureMap) -> list[Plane]:
    """Return three planes: every pixel's vector along the directions of largest variance.

    A direction has no sign of its own; it is turned such that its largest weight is positive.
    Components that a map of fewer than three channels or pixels does not have are 0.
    """
    vectors = _centered(feature_map)
    directions = _directions(vectors, feature_map)
    planes = feature_map.fetch((directions.T @ vectors).reshape(-1, *feature_map.shape[1:]))
    weights = feature_map.fetch(directions)
    signs = np.sign(weights[np.abs(weights).argmax(0), np.arange(len(planes))])
    missing = _COMPONENTS - len(planes)
    planes = np.pad(planes * signs[:, None, None], ((0, missing), (0, 0), (0, 0)))
    finite = feature_map.finite_everywhere()
    return [Plane(plane, finite) for plane in planes]


def _centered(feature_map: FeatureMap) -> Any:
    """Return what the finite pixels differ from their mean, others 0, shape (C, P)."""
    vectors = feature_map.values.reshape(feature_map.shape[0], -1) / feature_map.scale()
    finite = feature_map.finite_everywhere()
    counted = np.ones(vectors.shape[1]) if finite is None else finite.reshape(-1)
    weights = feature_map.place(counted / max(counted.sum(), 1))
    for _ in range(2):  # a mean of many large values is rounded, that of what is left is not
        vectors -= (vectors @ weights)[:, None]
    return vectors if finite is None else vectors * feature_map.place(counted)


def _directions(vectors: Any, feature_map: FeatureMap) -> Any:
    """Return the directions of largest variance, at most three, as columns of shape (C,).

    A column is 0 where there is no variance but that of rounding, which would else be drawn in
    full contrast. They are the eigenvectors of the products of all channels, or of all pixels
    if those are fewer; of many, those in a subspace that is turned towards the largest (Halko,
    Martinsson and Tropp, 2011, algorithm 4.4).
    """
    library = feature_map.library
    channels, pixels = vectors.shape
    rows = vectors if channels <= pixels else vectors.T
    basis, scores = None, rows
    if len(rows) > _EXACT:
        start = np.random.default_rng(0).standard_normal((_BLOCK, rows.shape[1]))
        scores = feature_map.place(start)
        for _ in range(_TURNS):
            basis = library.linalg.qr(rows @ scores.T)[0]
            scores = basis.T @ rows
    variances, found = library.linalg.eigh(scores @ scores.T)
    variances, found = variances[-_COMPONENTS:], found[:, -_COMPONENTS:]
    if basis is not None:
        found = basis @ found
    relative, absolute = _ROUNDING[vectors.dtype.itemsize]
    least = (variances[-1] * relative).clip(absolute * channels * pixels)
    if channels > pixels:
        found = vectors @ found / variances.clip(least) ** 0.5
    return library.flip(found * (variances > least), (1,))
