"""Curves are thinned without losing what stands out."""

import tracemalloc

import numpy as np
import pytest

from viz_core import Series
from viz_report.curves import Curve, join, thin


def series(values, steps=None, times=None):
    count = len(values)
    steps = np.arange(count) if steps is None else np.array(steps)
    ones = np.ones(count, np.int64)
    return Series(steps, np.array(values, np.float64), times, ones, ones * 0)


def test_few_points_all_stay_in_the_order_of_their_steps():
    curve = thin(series([5, 1, 3, 4], steps=[2, 0, 2, 1]))
    assert curve.as_json() == {
        "steps": [0, 1, 2, 2],
        "values": [1, 4, 5, 3],
        "times": None,
        "since": 0,
        "of": 4,
    }


@pytest.mark.parametrize("count", [2001, 9_999, 250_000])
def test_each_bucket_keeps_its_lowest_its_highest_and_what_is_not_finite(count):
    values = np.random.default_rng(0).normal(size=count)
    values[[count // 3, count // 2]] = np.nan, np.inf
    curve = thin(series(values))
    bucket = np.minimum(np.arange(count) * 1000 // (count - 1), 999)
    kept = dict(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
    assert len(kept) <= 2004
    assert (0 in kept, count - 1 in kept) == (True, True)
    for place in range(0, 1000, 37):
        its = values[(bucket == place)]
        steps = np.flatnonzero(bucket == place)
        finite = its[np.isfinite(its)]
        if len(finite):
            assert kept[int(steps[its == finite.min()][0])] == finite.min()
            assert kept[int(steps[its == finite.max()][0])] == finite.max()
    assert np.isnan(kept[count // 3])
    assert np.isinf(kept[count // 2])
    assert curve.as_json()["of"] == count
    assert curve.as_json()["values"].count(None) == 2


def test_a_peak_of_one_point_in_a_million_is_there():
    values = np.zeros(1_000_000)
    values[123_456] = 7
    tracemalloc.start()
    curve = thin(series(values))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert curve.values.max() == 7
    assert curve.steps[curve.values.argmax()] == 123_456
    assert peak < 150e6


def test_thinning_while_it_grows_leaves_the_beginning_as_fine_as_the_end():
    curve = None
    for start in range(0, 100_000, 1000):
        steps = np.arange(start, start + 1000)
        fresh = thin(series(np.sin(steps), steps=steps))
        curve = fresh if curve is None else thin(join(curve, fresh))
    assert curve.of == 100_000
    halves = (curve.steps < 50_000).sum(), (curve.steps >= 50_000).sum()
    assert min(halves) > 0.8 * max(halves)


@pytest.mark.parametrize("steps", [np.full(5000, 3), np.array([2**70] * 4999 + [2**71], object)])
def test_all_points_may_have_one_step_or_one_that_no_integer_of_numpy_holds(steps):
    curve = thin(series(range(5000), steps=steps))
    assert (curve.values.min(), curve.values.max()) == (0, 4999)
    assert len(curve.steps) < 10


def test_times_go_with_their_points():
    times = np.array([np.nan, 1764350007.9, 1764350000.123])
    curve = thin(series([1, 2, 3], steps=[1, 0, 2], times=times))
    assert curve.as_json()["times"] == [8, None, 0]
    assert curve.as_json()["since"] == 1764350000
    assert isinstance(curve, Curve)
