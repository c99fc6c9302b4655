"""A config's source as values again, of which nothing is executed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_core import as_config
from viz_core.config.read_source import read_assignments

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner)
        | st.dictionaries(st.text(), inner, max_size=5)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_we_write_comes_back(values):
    config = as_config(values)
    assert read_assignments(config.pretty_text) == config


def test_what_has_no_literal_comes_back():
    values = {"nan": math.nan, "c": complex(0, -0.0), "s": set(), "f": frozenset({1}), "dict": 1}
    read = read_assignments(as_config(values).pretty_text)
    assert math.isnan(read.pop("nan"))
    assert repr(read) == repr({k: v for k, v in values.items() if k != "nan"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a: int = 1\nb = c = [2]", {"a": 1, "b": [2], "c": [2]}),
        ("import os\nx = os.system('false')\ny = 1", {"x": "os.system('false')", "y": 1}),
        ("x = dict(a=1, **b)", {"x": "dict(a=1, **b)"}),
        ("x = {**a}", {"x": "{**a}"}),
        ("x = [open('f') for _ in 'a']", {"x": "[open('f') for _ in 'a']"}),
        ("x = float('many')", {"x": "float('many')"}),
        (f"x = float({10**400})", {"x": f"float({10**400})"}),
        ("x = 9 ** 9 ** 9", {"x": "9 ** 9 ** 9"}),
        ("x = {[]: 1}", {"x": "{[]: 1}"}),
        ("x = y.z = 1", {"x": 1}),
        ("x = ", {"": "x = "}),
        ("x = 1\0", {"": "x = 1\0"}),
        ("globals().update({'a b': 1})", {"a b": 1}),
        ("globals().update(f())", {}),
        ("a = " + "(" * 300 + ")" * 300, None),
        ("a = " + "-" * 100_000 + "1", None),
    ],
)
def test_is_never_executed(source, expected):
    read = read_assignments(source)
    assert read == expected if expected is not None else len(read) == 1
