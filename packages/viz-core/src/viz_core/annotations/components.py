"""Connected components of maps and masks, by their runs of equal pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Components", "Runs", "find_extent", "find_runs", "largest_components"]

Ints = npt.NDArray[np.int64]


class Runs(NamedTuple):
    """The R horizontal runs of equal pixels of a map, row by row.

    Attributes:
        keys: The K values that occur in the map, ascending, shape (K,).
        which: The index into `keys` of each run, shape (R,).
        lengths: In pixels, shape (R,).
        starts: Index of the first pixel of each in the flattened map, shape (R,).
        shape: Height and width of the map.
    """

    keys: npt.NDArray[Any]
    which: Ints
    lengths: Ints
    starts: Ints
    shape: tuple[int, int]


class Components(NamedTuple):
    """The largest 8-connected component of each of the K values of a map.

    Attributes:
        areas: In pixels, shape (K,).
        centers: x and y of a place in each, in pixels, shape (K, 2): the centroid, or where that
            lies outside, as that of a ring does, the middle of the longest run, and of the part
            above and below that.
        are_inside: Whether the centroid lies inside, shape (K,).
    """

    areas: Ints
    centers: npt.NDArray[np.float64]
    are_inside: npt.NDArray[np.bool_]


def find_extent(mask: npt.NDArray[np.bool_]) -> tuple[slice, slice] | None:
    """Return the rows and columns that hold all of a mask, or None if it is empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return slice(top, bottom), slice(int(columns[0]), int(columns[-1]) + 1)


def find_runs(values: npt.NDArray[Any]) -> Runs:
    """Return the runs of a map of shape (H, W)."""
    height, width = values.shape
    begins = np.empty((height, width), np.bool_)
    begins[:, :1] = True
    np.not_equal(values[:, 1:], values[:, :-1], out=begins[:, 1:])
    starts = np.flatnonzero(begins)
    keys, which = np.unique(values.reshape(-1)[starts], return_inverse=True)
    lengths = np.diff(starts, append=values.size)
    return Runs(keys, which.reshape(-1), lengths, starts, (height, width))


def largest_components(runs: Runs) -> Components:
    """Return the largest 8-connected component of each value; of equal areas the topmost."""
    rows, left = np.divmod(runs.starts, runs.shape[1])
    roots = _connected(runs.which, rows, left, left + runs.lengths, runs.shape[1])
    count = len(runs.starts)
    areas = np.bincount(roots, runs.lengths, count)
    x = np.bincount(roots, runs.lengths * (left + (runs.lengths - 1) / 2), count)
    y = np.bincount(roots, runs.lengths * rows, count)
    heads = np.flatnonzero(roots == np.arange(count))
    order = heads[::-1][np.argsort(areas[heads[::-1]], kind="stable")]
    largest = np.empty(len(runs.keys), np.int64)
    largest[runs.which[order]] = order  # ascending, so that the largest comes last and stays
    centers = np.stack([x[largest], y[largest]], axis=-1) / areas[largest, None]
    pixels = np.rint(centers).astype(np.int64) @ (1, runs.shape[1])
    are_inside = roots[np.searchsorted(runs.starts, pixels, "right") - 1] == largest
    concave = np.flatnonzero(~are_inside)
    order = np.argsort(roots, kind="stable") if len(concave) else roots
    ends = np.searchsorted(roots[order], [largest[concave], largest[concave] + 1])
    for k, low, high in zip(concave.tolist(), *ends.tolist(), strict=True):
        own = order[low:high]
        run = own[runs.lengths[own].argmax()]
        middle = left[run] + (runs.lengths[run] - 1) / 2
        # And there as far from what is above and below: a ring's longest run grazes its hole.
        crossed = (left[own] <= middle) & (middle < left[own] + runs.lengths[own])
        column = rows[own[crossed]]
        steps = column - np.arange(len(column))  # equal in rows that follow each other
        band = column[steps == steps[column == rows[run]]]
        centers[k] = middle, (band[0] + band[-1]) / 2
    return Components(areas[largest].astype(np.int64), centers, are_inside)


def _connected(which: Ints, rows: Ints, left: Ints, right: Ints, width: int) -> Ints:
    """Return for each run the first run of its component."""
    stride = width + 2  # so that the end of a row does not touch the start of the next
    begin, end = rows * stride + left, rows * stride + right
    # Below a run, 8-connected: those that end at its start or later and start at its end or before.
    first = np.searchsorted(end, begin + stride, "left")
    after = np.searchsorted(begin, end + stride, "right")
    counts = np.maximum(after - first, 0)
    upper = np.repeat(np.arange(len(which)), counts)
    offsets = np.arange(len(upper)) - np.repeat(counts.cumsum() - counts, counts)
    lower = first[upper] + offsets
    same = which[upper] == which[lower]
    return _united(len(which), upper[same], lower[same])


def _united(count: int, upper: Ints, lower: Ints) -> Ints:
    """Return the smallest member of each set that the pairs unite.

    Each round hooks every root that has a smaller neighbor onto it, which at least halves the sets
    that are still to be united.
    """
    roots = np.arange(count)
    while True:
        one, other = roots[upper], roots[lower]
        differ = one != other
        if not differ.any():
            return roots
        upper, lower = upper[differ], lower[differ]
        one, other = one[differ], other[differ]
        np.minimum.at(roots, np.maximum(one, other), np.minimum(one, other))
        while True:
            further = roots[roots]
            if (further == roots).all():
                break
            roots = further
