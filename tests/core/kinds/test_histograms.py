"""What is counted, and into which bins."""

import numpy as np
import pytest

from viz_core import Histogram, RecordingWarning, as_histogram

VALUES = np.random.default_rng(0).normal(size=1000)


@pytest.mark.parametrize("bins", [1, 10, 64, 512])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8, np.int64])
def test_counts_as_numpy_does(bins, dtype):
    values = (VALUES * 20).astype(dtype).reshape(10, 100)
    counts, edges = np.histogram(values.astype(np.float64), bins)
    found = as_histogram(values, bins)
    assert found.edges.dtype == found.counts.dtype == np.float64
    np.testing.assert_allclose(found.edges, edges, rtol=1e-4, atol=1e-5)
    assert found.counts.sum() == 1000
    assert abs(found.counts - counts).sum() <= (0 if dtype == np.float64 else 4)
    assert found.missing == 0


def test_edges_are_taken():
    found = as_histogram([0, 1, 1, 5], bins=[0, 1, 2])
    assert (found.edges.tolist(), found.counts.tolist()) == ([0, 1, 2], [1, 2])


@pytest.mark.parametrize("turn", [1, -1])
def test_edges_and_counts_are_taken_in_either_order(turn):
    counts, edges = np.histogram(VALUES, 7)
    found = as_histogram((counts, edges)[::turn])
    assert (found.edges == edges).all()
    assert (found.counts == counts).all()
    assert as_histogram(found) is found


def test_bools_are_numbers():
    assert as_histogram([True, False, True], 2).counts.tolist() == [1, 2]


@pytest.mark.parametrize(
    "values",
    [
        [3.0],
        [0.0, 0.0],
        [1e30, 1e30],
        [-1e308, 1.7e308],
        [1.0, 1.0 + 1e-15],
        np.float32([1, 1.0000001]),
        np.float32([-3e38, 3e38]),
        np.int64([-(2**62), 2**62]),
        np.uint8([255, 255]),
    ],
    ids=str,
)
def test_any_range_has_bins_that_rise(values):
    found = as_histogram(values)
    assert (np.diff(found.edges) > 0).all()
    assert np.isfinite(found.edges).all()
    assert found.counts.sum() == len(values)
    assert found.edges[0] <= np.min(values) <= np.max(values) <= found.edges[-1]


def test_what_is_not_finite_is_counted_apart_and_told():
    with pytest.warns(RecordingWarning, match="grad that are NaN or infinite are in no bin"):
        found = as_histogram([1.0, np.nan, 2.0, np.inf], 2, name="grad")
    assert (found.counts.tolist(), found.missing) == ([1, 1], 2)
    with pytest.warns(RecordingWarning):
        found = as_histogram([np.nan])
    assert (found.counts.sum(), found.missing) == (0, 1)


@pytest.mark.parametrize(
    ("values", "bins", "error", "text"),
    [
        ([], 8, ValueError, r"must hold a value, got an array of shape \(0,\)"),
        (["a"], 8, TypeError, "must hold numbers"),
        ([1j], 8, TypeError, "must be real numbers, got dtype complex128"),
        ([1.0], 0, ValueError, "bins must be 1 to 512, or edges, got 0"),
        ([1.0], 513, ValueError, "bins must be 1 to 512"),
        ([1.0], "auto", TypeError, "bins must be 1 to 512, or rising edges, got 'auto'"),
        ([1.0], True, TypeError, "bins must be 1 to 512"),
        ([1.0], [1, 0], ValueError, "edges of bins must be two or more finite rising"),
        ([1.0], [0, np.inf], ValueError, "edges of bins must be finite"),
        (([0, 1, 2], [1, -1]), 8, ValueError, "counts of values must be finite and not negative"),
        (([0, 2, 1], [1, 1]), 8, ValueError, "edges of values must be two or more"),
    ],
)
def test_what_is_no_histogram_is_named(values, bins, error, text):
    with pytest.raises(error, match=text):
        as_histogram(values, bins)


def test_what_is_masked_is_missing():
    with pytest.warns(RecordingWarning):
        found = as_histogram(np.ma.masked_array([1, 2, 3], [0, 1, 0]), 2)
    assert (found.counts.tolist(), found.missing) == ([1, 1], 1)


def test_a_histogram_names_its_parts():
    assert Histogram._fields == ("edges", "counts", "missing")
