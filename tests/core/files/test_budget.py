"""How much a tracker is sent."""

import warnings

import pytest

from viz_core import Budget, RecordingWarning


def test_what_fits_is_taken_to_the_last_byte():
    budget = Budget(0.001, "Tracker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert budget.takes(999)
        assert budget.takes(1)
        assert budget.takes(0)
    with pytest.warns(RecordingWarning, match="no room for a record of 1e-06 MB"):
        assert not budget.takes(1)


def test_it_is_told_once_and_counted():
    budget = Budget(0.001, "Tracker")
    with pytest.warns(RecordingWarning) as told:
        taken = [budget.takes(size) for size in (2000, 600, 600, 300)]
        budget.tell()
        budget.tell()
        budget.takes(600)
        budget.tell()
    assert taken == [False, True, False, True]  # what is small still fits
    assert [str(warning.message).partition(": ")[2] for warning in told[1:]] == ["2 x", "1 x"]


def test_without_a_bound_everything_is_taken():
    budget = Budget(None, "Tracker")
    assert budget.takes(10**15)
    assert (bool(budget), bool(Budget(1, "Tracker"))) == (False, True)


@pytest.mark.parametrize(
    ("wrong", "error"), [(0, ValueError), (-1, ValueError), ("1", TypeError), (True, TypeError)]
)
def test_what_is_no_bound_is_refused(wrong, error):
    with pytest.raises(error, match="budget_mb"):
        Budget(wrong, "Tracker")
