"""Colors of many items, in one table."""

import numpy as np
import pytest

from viz_core import as_color
from viz_core.colors import as_colors

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "table",
    [
        RNG.integers(0, 256, (50, 3)),
        RNG.integers(0, 256, (50, 4), np.uint8),
        RNG.uniform(0, 255, (50, 3)) + 0.0,
        RNG.uniform(0, 255, (50, 4)).astype(np.float32),
        np.array([[0, 1, 1], [1, 0, 0], [0.0, 0, 0]]),
        np.array([[254.5, 0.5, 255]]),
        np.zeros((0, 3)),
    ],
    ids=lambda table: f"{table.dtype} {table.shape}",
)
def test_a_table_is_what_its_rows_are(table):
    colors = as_colors(table, len(table))
    assert colors == [as_color(row) for row in table]
    assert all([type(n) for n in color] == [int, int, int, float] for color in colors)


def test_a_table_starts_over_or_is_too_short():
    table = np.array([[1, 2, 3], [4, 5, 6]])
    assert as_colors(table, 3)[2] == (1, 2, 3, 1.0)
    assert as_colors(table, 1) == [(1, 2, 3, 1.0)]
    with pytest.raises(ValueError, match="one entry for each of the 3 items, got 2"):
        as_colors(table, 3, cycle=False)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([0.2, 0.5, 1], r"looks like 0\.\.1; write \(51, 128, 255\)"),
        ([0, 0, 256], r"must be numbers in 0\.\.255, got \(0\.0, 0\.0, 256\.0\)"),
        ([0, -1, 0], r"must be numbers in 0\.\.255"),
        ([0, np.nan, 9], r"must be numbers in 0\.\.255"),
    ],
)
def test_a_wrong_row_of_a_table_is_named(row, text):
    with pytest.raises(ValueError, match=text):
        as_colors(np.array([[9.0, 9, 9], row]), 2)


@pytest.mark.parametrize("color", [([1], 2, 3), [np.zeros(2), 2, 3], (1, 2, None)])
def test_a_color_of_no_numbers_is_named_each_time(color):
    for _ in range(2):
        with pytest.raises(TypeError, match="tint must be 3 or 4 numbers in "):
            as_color(color, "tint")
