"""Curves with a bounded number of points, which keep their peaks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core import Series

__all__ = ["BUCKETS", "Curve", "join", "thin"]

#: As many as a chart of full width has columns, about.
BUCKETS = 1000


class Curve(NamedTuple):
    """Points by step, each of shape (N,).

    Attributes:
        steps: Rising; of one step in the order in which they were recorded.
        values: May be NaN or infinite.
        times: Seconds since 1970; NaN where unknown.
        of: How many points there were.
    """

    steps: npt.NDArray[Any]
    values: npt.NDArray[np.float64]
    times: npt.NDArray[np.float64]
    of: int

    def as_json(self) -> dict[str, Any]:
        """Return it as the page takes it: seven digits of a value, times in seconds from the first.

        What is not finite is None; so are the times if none is known.
        """
        known = np.isfinite(self.times)
        since = float(np.floor(self.times[known].min())) if known.any() else 0.0
        # They are known to one second.
        times = _numbers(np.round(self.times - since), ".0f") if known.any() else None
        values = _numbers(self.values, ".7g")
        steps = self.steps.tolist()
        return {"steps": steps, "values": values, "times": times, "since": since, "of": self.of}


def _numbers(values: npt.NDArray[np.float64], digits: str) -> list[float | int | None]:
    finite = np.isfinite(values).tolist()
    rounded = (float(format(value, digits)) for value in values.tolist())
    return [
        (int(value) if value.is_integer() and abs(value) < 1e15 else value) if known else None
        for value, known in zip(rounded, finite, strict=True)
    ]


def thin(series: Series | Curve, buckets: int = BUCKETS) -> Curve:
    """Return at most three points a bucket: its lowest, its highest, and its first that is not finite.

    The buckets part the range of the steps evenly, so that joining and thinning again costs the
    older points no more than the newer. The first and the last point stay.

    Args:
        series: In any order.
        buckets: How many at most; of fewer points than two each, all stay.
    """
    steps, values = series.steps, series.values
    count = len(steps)
    times = np.full(count, np.nan) if series.times is None else series.times
    of = series.of if isinstance(series, Curve) else count
    if count > 1 and (steps[1:] < steps[:-1]).any():
        order = np.argsort(steps, kind="stable")
        steps, values, times = steps[order], values[order], times[order]
    if count > 2 * buckets:
        kept = _kept(steps, values, buckets)
        steps, values, times = steps[kept], values[kept], times[kept]
    return Curve(steps, values, times, of)


def _kept(
    steps: npt.NDArray[Any], values: npt.NDArray[np.float64], buckets: int
) -> npt.NDArray[np.intp]:
    """Return which points of a curve stay, rising."""
    places = (steps - steps[0]).astype(np.float64)
    places *= buckets / max(places[-1], 1.0)
    bucket = np.minimum(places.astype(np.intp), buckets - 1)
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    lengths = np.diff(starts, append=len(steps))
    finite = np.isfinite(values)
    found = [np.array([0, len(steps) - 1])]
    for reduce, without in ((np.minimum, np.inf), (np.maximum, -np.inf)):
        comparable = np.where(finite, values, without)
        extremes = np.repeat(reduce.reduceat(comparable, starts), lengths)
        found.append(_firsts(finite & (comparable == extremes), bucket))
    found.append(_firsts(~finite, bucket))
    return np.unique(np.concatenate(found))


def _firsts(wanted: npt.NDArray[np.bool_], bucket: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the place of the first point of each bucket that is wanted."""
    places = np.flatnonzero(wanted)
    _, firsts = np.unique(bucket[places], return_index=True)
    return places[firsts]


def join(first: Curve, second: Curve) -> Curve:
    """Return the points of both, by step."""
    both = zip(first[:3], second[:3], strict=True)
    steps, values, times = (np.concatenate(parts) for parts in both)
    order = np.argsort(steps, kind="stable")
    return Curve(steps[order], values[order], times[order], first.of + second.of)
