"""The door: what is taken, what it becomes, and what is refused in which words."""

import array
import enum
import math
from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from viz_core import as_array, as_image, as_name, as_scalar, as_scalars, as_step


@pytest.mark.parametrize(
    ("given", "array"),
    [
        ([1, 1, 5, 5], np.array([1, 1, 5, 5])),
        ([[1, 2.5], (3, True)], np.array([[1, 2.5], [3, 1]])),
        ((np.zeros(2), [1, 2]), np.array([[0.0, 0], [1, 2]])),
        ([], np.zeros(0)),
        ([[], []], np.zeros((2, 0))),
        (range(3), np.arange(3)),
        (deque([1, 2]), np.array([1, 2])),
        (array.array("d", [1, 2]), np.array([1.0, 2])),
        (np.float32(3), np.array(3, np.float32)),
        ([10**30, Decimal("0.5")], np.array([1e30, 0.5])),
        ([[Fraction(1, 2), True]], np.array([[0.5, 1]])),
        ([np.uint8(3)], np.array([3], np.uint8)),
        (Image.new("L", (2, 1), 7), np.full((1, 2), 7, np.uint8)),
    ],
)
def test_lists_and_what_numpy_knows_become_arrays(given, array):
    result = as_array(given)
    assert result.dtype == array.dtype
    assert result.shape == array.shape
    assert (result == array).all()


def test_what_has_an_array_of_its_own_is_taken():
    class Series:
        def __array__(self, dtype=None, copy=None):
            return np.array([1, 2])

    assert as_array(Series()).tolist() == [1, 2]
    assert as_image([[0, 255], [255, 0]]).shape == (2, 2, 3)


ENDLESS = [1]
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ([[1, 2], [3]], ValueError, r"the rows of boxes must have equal lengths, got \[\[1, 2\], "),
        (ENDLESS, ValueError, r"the rows of boxes must have equal lengths, got \[1, \[1, "),
        (["a", "b"], TypeError, r"boxes must hold numbers, got list of <U1: \['a', 'b'\]"),
        ([None, 1], TypeError, r"boxes must hold numbers, got list of object: \[None, 1\]"),
        ([10**400], TypeError, "boxes must hold numbers, got list of object"),
        ("cat", TypeError, "boxes must be an array, a tensor or a nested list of numbers, got str"),
        ("cat.png", TypeError, r"got str: 'cat.png'; read the file first, as with PIL\.Image"),
        (Path("cat.png"), TypeError, r"got PosixPath: .*; read the file first, as with PIL\.Image"),
        (b"cat", TypeError, "got bytes: b'cat'$"),
        (None, TypeError, "got NoneType: None$"),
        (3, TypeError, "got int: 3$"),
        ({1: 2}, TypeError, r"got dict: \{1: 2\}$"),
        ({1}, TypeError, r"got set: \{1\}; pass list\(\.\.\.\) of it"),
        (iter([1]), TypeError, r"got list_iterator: .*; pass list\(\.\.\.\) of it"),
        (Figure(), TypeError, r"got Figure: .*; draw it first, as with canvas = "),
    ],
)
def test_what_is_no_array_says_what_to_do(given, error, text):
    with pytest.raises(error, match=text):
        as_array(given, "boxes")


def test_an_array_that_refuses_to_be_converted_says_why():
    class OnADevice:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("use .get() first")

    with pytest.raises(TypeError, match=r"use \.get\(\) first"):
        as_array(OnADevice())


class Level(enum.IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (1, 1),
        (0.5, 0.5),
        (True, 1),
        (np.bool_(False), 0),
        (np.float64(0.25), 0.25),
        (np.float16(0.5), 0.5),
        (np.int8(-3), -3),
        (np.array(2.5), 2.5),
        (np.array([[7]]), 7),
        (np.longdouble(0.5), 0.5),
        (Level.HIGH, 3),
        (2**70, 2**70),
    ],
)
def test_every_scalar_becomes_a_plain_one(given, value):
    result = as_scalar(given)
    assert result == value
    assert type(result) is type(value)


class Number:
    """What has a value and no array, as a number of another library."""

    def __init__(self, value):
        self.value = value

    def __float__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class OnADevice(Number):
    """An array of one number whose memory numpy does not reach, as CuPy's."""

    def __array__(self, *_, **__):
        raise TypeError("implicit conversion to a numpy array is not allowed")


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (Decimal("1.5"), 1.5),
        (Decimal("1e400"), math.inf),
        (Fraction(1, 4), 0.25),
        (Number(2.5), 2.5),
        (OnADevice(3.5), 3.5),
        (np.longdouble("1.5"), 1.5),
        (np.array([1.5], np.longdouble), 1.5),
        (np.array(Decimal("0.5")), 0.5),
        (10**400, 10**400),
    ],
)
def test_what_float_takes_is_a_scalar(given, value):
    assert (as_scalar(given), type(as_scalar(given))) == (value, type(value))
    assert as_scalars({"val": {"acc": given}}).values == {"val/acc": value}
    assert as_step(Decimal(3)) == 3


@pytest.mark.parametrize(
    "value", [np.ma.masked, np.ma.array([3], mask=[True]), np.ma.array(1.5, mask=True)]
)
def test_a_masked_number_is_none(value):
    assert math.isnan(as_scalar(value))
    assert as_scalar(np.ma.array([3], mask=[False])) == 3


def test_nan_and_infinities_are_scalars():
    assert math.isnan(as_scalar(np.float32("nan")))
    assert as_scalar(-math.inf) == -math.inf


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ("0.5", TypeError, "loss must be a number, or an array or tensor of one, got str: '0.5'"),
        (None, TypeError, "got NoneType"),
        ([1.0], TypeError, "got list"),
        (np.zeros(3), ValueError, r"loss must be one number, got shape \(3,\); reduce it"),
        (np.zeros(0), ValueError, r"got shape \(0,\)"),
        (np.array("a"), TypeError, "must be a real number, got dtype <U1"),
        (1j, TypeError, "got complex"),
        ("x" * 100, TypeError, r"\.\.\."),
        (b"1", TypeError, "got bytes"),
        (np.str_("1.5"), TypeError, "must be a real number, got dtype <U3"),
        (np.complex64(1), TypeError, "must be a real number, got dtype complex64"),
        (np.timedelta64(3, "s"), TypeError, r"must be a real number, got dtype timedelta64\[s\]"),
        (np.datetime64("2026-01-01"), TypeError, "must be a real number, got dtype datetime64"),
        (np.void(b"1234"), TypeError, "must be a real number, got dtype"),
        (Decimal("sNaN"), TypeError, r"loss must be a number, got Decimal\('sNaN'\): cannot"),
        (Fraction(10**400, 3), ValueError, "loss is too large for a float: Fraction"),
        (Number(RuntimeError("no value")), TypeError, "loss must be a number, got .*: no value"),
        (Number, TypeError, "got type"),
    ],
)
def test_what_is_no_scalar_is_refused(given, error, text):
    with pytest.raises(error, match=text):
        as_scalar(given, "loss")


def test_scalars_become_plain_and_a_step_among_them_is_the_step():
    given = {"loss": np.float32(0.5), "step": np.array(5), "acc": True, "nan": math.nan}
    values, step, wrong = as_scalars(given, step=1)
    assert list(values) == ["loss", "acc", "nan"]
    assert (values["loss"], type(values["acc"]), values["acc"]) == (0.5, int, 1)
    assert math.isnan(values["nan"])
    assert (step, type(step), wrong) == (5, int, {})
    assert list(given) == ["loss", "step", "acc", "nan"]


def test_scalars_without_a_step_have_the_one_given():
    assert as_scalars({"a": 1}) == ({"a": 1}, 0, {})
    assert as_scalars({"a": 1}, 3.0) == ({"a": 1}, 3, {})
    assert as_scalars({}, 3) == ({}, 3, {})
    assert as_scalars({"step": 4}, 3) == ({}, 4, {})


class Lazy(Mapping):
    """A mapping that is no dict."""

    def __getitem__(self, key):
        return len(key)

    def __iter__(self):
        return iter(["a", "bb"])

    def __len__(self):
        return 2


def test_groups_of_scalars_have_names_with_slashes():
    given = {
        "val": {"loss": 0.5, "box": {"ap": 1}, "step": 7, "none": {}},
        "lazy": Lazy(),
        "a/b": 2,
    }
    assert as_scalars(given, 3) == (
        {"val/loss": 0.5, "val/box/ap": 1, "val/step": 7, "lazy/a": 1, "lazy/bb": 2, "a/b": 2},
        3,
        {},
    )
    again = {"loss": 0.5}
    assert as_scalars({"a": again, "b": again}).values == {"a/loss": 0.5, "b/loss": 0.5}


ITSELF = {"loss": 0.5}
ITSELF["again"] = {"deeper": ITSELF}


@pytest.mark.parametrize(
    ("given", "values", "name", "text"),
    [
        ({"a": 1, "b": "high"}, {"a": 1}, "b", "b must be a number"),
        ({"a": None, "b": 1}, {"b": 1}, "a", "a must be a number.*NoneType"),
        ({"a": [1, 2], "b": 1}, {"b": 1}, "a", "a must be a number.*list"),
        ({"a": np.zeros(3), "b": 1}, {"b": 1}, "a", r"a must be one number, got shape \(3,\)"),
        ({3: 1, "b": 1}, {"b": 1}, "3", "name must be a string, got int: 3"),
        ({"": 1, "b": 1}, {"b": 1}, "", "name must not be empty"),
        ({"\ud800": 1, "b": 1}, {"b": 1}, "\ud800", "name must be valid unicode"),
        ({"v": {"a": "x", "b": 1}}, {"v/b": 1}, "v/a", "v/a must be a number"),
        ({"v": {None: 1, "b": 1}}, {"v/b": 1}, "v/None", "name must be a string, got NoneType"),
        ({"a/b": 1, "a": {"b": 2}}, {"a/b": 1}, "a/b", "two scalars are called 'a/b'; rename"),
        (ITSELF, {"loss": 0.5}, "again/deeper", "again/deeper contains itself"),
    ],
)
def test_a_wrong_scalar_costs_none_of_the_others(given, values, name, text):
    found = as_scalars(given)
    assert found.values == values
    assert list(found.wrong) == [name]
    with pytest.raises((TypeError, ValueError), match=text):
        raise found.wrong[name]


def test_groups_as_deep_as_python_goes_cost_none_of_the_others():
    deep = {"loss": 1}
    for _ in range(5000):
        deep = {"a": deep}
    values, _, wrong = as_scalars({"deep": deep, "b": 1})
    assert values == {"b": 1}
    assert len(wrong) == 1


@pytest.mark.parametrize("given", [[("a", 1)], "a", None, 3, np.zeros(2), {"a"}])
def test_what_is_no_mapping_is_refused(given):
    with pytest.raises(TypeError, match="scalar_dict must be a mapping of names to scalars, got"):
        as_scalars(given)


@pytest.mark.parametrize("step", [None, "5", {"a": 1}, math.nan, 0.5, np.zeros(2)])
def test_what_is_no_step_is_refused(step):
    with pytest.raises((TypeError, ValueError), match="step must be"):
        as_scalars({"a": 1, "step": step})
    with pytest.raises((TypeError, ValueError), match="step must be"):
        as_scalars({"a": 1}, step)
    assert as_scalars({"a": 1, "step": 2}, step).step == 2


def test_a_step_is_whole():
    assert [as_step(s) for s in (3, -1, np.int64(4), 5.0, np.array(6))] == [3, -1, 4, 5, 6]
    assert type(as_step(5.0)) is int
    for wrong in (0.5, math.nan, math.inf):
        with pytest.raises(ValueError, match="step must be a whole number, got"):
            as_step(wrong)


def test_a_name_is_any_text_that_is_not_empty():
    assert as_name("val/损失 😀") == "val/损失 😀"
    with pytest.raises(TypeError, match="name must be a string, got int: 3"):
        as_name(3)
    for empty in ("", "  "):
        with pytest.raises(ValueError, match="name must not be empty"):
            as_name(empty)
    assert as_name("", may_be_empty=True) == ""
    with pytest.raises(ValueError, match="name must not be empty, got '  '"):
        as_name("  ", may_be_empty=True)
    with pytest.raises(ValueError, match="name must be valid unicode"):
        as_name("\ud800")
