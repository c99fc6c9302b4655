"""What is taken for a table, and what it becomes."""

import dataclasses
import datetime
import enum
import types
import warnings
from collections import namedtuple
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from viz_core import as_table

EXPECTED = (("id", "loss"), [(7, 0.5), (2, 0.25)])


@dataclasses.dataclass
class Record:
    id: int
    loss: float


class Index(list):
    name = None


class RangeIndex(Index):
    pass


class OfPandas:
    """What matters of pandas' frame; the real one is not needed by anything of viz-core's."""

    def __init__(self, columns, rows, index=None):
        self.columns, self.data = columns, rows
        self.dtypes = [np.asarray(column).dtype for column in zip(*rows, strict=True)]
        self.index = index or RangeIndex(range(len(rows)))

    def reset_index(self):
        named = zip(self.index, self.data, strict=True)
        return OfPandas(["index", *self.columns], [(i, *row) for i, row in named])

    def itertuples(self, index, name):
        assert (index, name) == (False, None)
        return iter(self.data)


class OfPolars:
    columns = ["id", "loss"]

    def rows(self):
        return [(7, 0.5), (2, 0.25)]


class OfLazyFrame:
    collect = None

    @property
    def columns(self):
        warnings.warn("determining the columns is expensive", stacklevel=2)


class OfArrow:
    def to_pydict(self):
        return {"id": [7, 2], "loss": [0.5, 0.25]}


Named = namedtuple("Named", "id loss")


@pytest.mark.parametrize(
    "given",
    [
        ([{"id": 7, "loss": 0.5}, {"loss": 0.25, "id": 2}],),
        ([Record(7, 0.5), Record(2, 0.25)],),
        ([Named(7, 0.5), Named(2, 0.25)],),
        ({"id": np.array([7, 2]), "loss": (0.5, 0.25)},),
        (OfPandas(["id", "loss"], [(7, 0.5), (2, 0.25)]),),
        (OfPolars(),),
        (OfArrow(),),
        (np.array([(7, 0.5), (2, 0.25)], [("id", int), ("loss", float)]),),
        (("id", "loss"), [[7, 0.5], (2, np.float32(0.25))]),
        (["id", "loss"], iter([[7, 0.5], {"id": 2, "loss": 0.25}])),
        (None, [{"id": 7, "loss": 0.5}, {"id": 2, "loss": 0.25}]),
    ],
    ids=lambda given: type(given[0]).__name__,
)
def test_rows_and_columns_of_any_make(given):
    table = as_table(*given)
    assert tuple(table) == EXPECTED
    assert [type(cell) for cell in table.rows[1]] == [int, float]


def test_an_array_is_rows_of_numbers():
    assert as_table(["a", "b"], np.eye(2, dtype=int)).rows == [(1, 0), (0, 1)]


def test_an_index_of_pandas_that_is_no_count_is_a_column():
    table = as_table(OfPandas(["loss"], [(0.5,)], index=Index(["cat"])))
    assert tuple(table) == (("index", "loss"), [("cat", 0.5)])


def test_nan_is_a_number_of_pandas_in_columns_of_numbers_only():
    nan = float("nan")
    table = as_table(OfPandas(["loss", "name"], [(0.5, "cat"), (nan, nan)]))
    np.testing.assert_equal(table.rows, [(0.5, "cat"), (nan, None)])


def test_columns_of_several_levels_have_one_name():
    assert as_table(OfPandas([("val", "acc"), 3], [(0.5, 1)])).columns == ("val/acc", "3")


def test_what_a_dict_lacks_is_none():
    assert as_table([{"a": 1}, {"b": 2}]).rows == [(1, None), (None, 2)]


def test_a_table_may_have_no_rows():
    assert tuple(as_table(["a"], [])) == (("a",), [])
    assert tuple(as_table({"a": []})) == (("a",), [])


class Flag(enum.IntEnum):
    ON = 1


class NaT:
    def __str__(self):
        return "NaT"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (True, True),
        (None, None),
        (np.bool_(True), True),
        (np.array([[4]], np.uint8), 4),
        (np.str_("a"), "a"),
        (Flag.ON, 1),
        (Decimal("1.5"), "1.5"),
        (Path("a") / "b.png", "a/b.png"),
        (datetime.date(2026, 11, 28), "2026-11-28"),
        (np.datetime64("2026-11-28"), "2026-11-28"),
        (NaT(), None),
        ([1, 2], "[1, 2]"),
    ],
)
def test_cells_are_plain(cell, expected):
    ((found,),) = as_table(["a"], [[cell]]).rows
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ((5,), TypeError, "a table must be a list of dicts, .* got int: 5"),
        (("abc",), TypeError, "a table must be"),
        ((np.eye(2),), TypeError, r"(?s)got ndarray: .*; name the columns"),
        ((OfLazyFrame(),), TypeError, r"; pass collect\(\) of it"),
        ((types.SimpleNamespace(to_frame=0),), TypeError, r"; pass to_frame\(\) of it"),
        (({"a": np.zeros((2, 2))},), ValueError, r"one dimension, got shape \(2, 2\)"),
        ((["a"], [["x"], ["\ud800"]]), ValueError, "must hold valid unicode"),
        ((["\ud800"], []), ValueError, "must hold valid unicode"),
        (([],), ValueError, "must have a column, got none; pass columns="),
        (([1, 2],), TypeError, "row 0 .* must be a dict, got int: 1; name the columns"),
        (([{"a": 1}, [2]],), TypeError, "row 1 .* must be a dict"),
        (({"a": [1, 2], "b": [1]},), ValueError, "one length, got {'a': 2, 'b': 1}"),
        (({"a": 1},), TypeError, "column 'a' must be a list .* a list of one dict"),
        ((["a", "a"], []), ValueError, "two columns are called 'a'"),
        ((["a", "b"], [[1, 2], [3]]), ValueError, r"row 1 has 1 cells for 2 columns \(a, b\)"),
        ((["a"], 3), TypeError, "rows must be a list of rows, .* as step=3"),
        ((["a"], ["xyz"]), TypeError, "a row must be a list of cells, got str: 'xyz'"),
        ((["a"], [{"b": 1}]), ValueError, r"has 'b', which is none of the columns \['a'\]"),
        (("ab", [[1, 2]]), TypeError, "columns must be a list of names, got str: 'ab'"),
        ((["a"], np.zeros((2, 2, 2))), ValueError, r"shape \(rows, columns\), got \(2, 2, 2\)"),
        (
            (["a"], [[np.zeros((4, 4, 3))]]),
            TypeError,
            r"shape \(4, 4, 3\) in column 'a'.*add_image",
        ),
    ],
)
def test_what_is_no_table_is_named(given, error, text):
    with pytest.raises(error, match=text):
        as_table(*given)
