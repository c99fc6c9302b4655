"""The counts that the legible look promises, on scenes that it was not made with."""

import pytest
from label_counts import Counts, count_ours, make_crowd, make_tiny

SIZES = [(640, 480), (1280, 720), (3840, 2160)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("seed", [31, 47])
def test_in_a_crowd_of_40_no_label_is_half_hidden(size, seed):
    counts, _ = count_ours(make_crowd(*size, 40, seed))
    assert (counts.half_hidden, counts.cut, counts.far) == (0, 0, 0)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("seed", [31, 47])
def test_in_a_crowd_of_100_at_most_one_label_is_half_hidden(size, seed):
    counts, _ = count_ours(make_crowd(*size, 100, seed))
    assert counts.half_hidden <= 1
    assert (counts.cut, counts.far) == (0, 0)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("seed", [31, 47])
def test_no_label_hides_a_tiny_object(size, seed):
    counts, _ = count_ours(make_tiny(*size, 60, seed))
    assert counts.covered <= 2
    assert counts == Counts(counts.covered, 0, 0, 0, 0, counts.heights)
    assert counts.heights <= 3


@pytest.mark.parametrize("size", [*SIZES, (480, 640), (4000, 480)], ids=str)
def test_capital_letters_are_large_enough(size):
    _, capital = count_ours(make_tiny(*size, 20, 5))
    assert capital >= max(9, 0.011 * min(size))


@pytest.mark.parametrize("seed", [201, 227])
def test_letters_of_a_crowd_are_small(seed):
    """Where larger ones leave two labels more than half hidden."""
    counts, capital = count_ours(make_crowd(640, 480, 100, seed))
    assert counts.half_hidden <= 1
    assert capital == pytest.approx(9.1, abs=0.1)


@pytest.mark.parametrize("seed", [300, 304])
def test_a_label_rather_hides_a_label_than_a_tiny_object(seed):
    counts, _ = count_ours(make_tiny(640, 480, 60, seed))
    assert counts.objects_hidden == 0


def test_what_is_counted_is_there_in_the_look_of_mmdetection():
    counts, capital = count_ours(make_tiny(640, 480, 60, 31), "mmdet")
    assert counts.objects_hidden > 20
    assert capital < 9
    counts, _ = count_ours(make_crowd(640, 480, 100, 47), "mmdet")
    assert counts.half_hidden > 0
