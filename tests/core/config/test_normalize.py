import argparse
import ast
import dataclasses
import datetime
import decimal
import enum
import functools
import math
import pathlib
import pickle
import re
import types
import zoneinfo
from collections import OrderedDict, deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_core import RecordingWarning, RunConfig, as_config


class Mode(enum.Enum):
    TRAIN = "train"


@dataclasses.dataclass
class Optimizer:
    lr: float = 0.1
    betas: tuple = (0.9, 0.999)


def evaluated(source):
    values = {}
    exec(source, values)
    del values["__builtins__"]
    return values


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary()
)
keys = st.one_of(st.text(), st.integers(), st.sampled_from(["dict", "class", "ok", "set", "ﬁ"]))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(keys, inner, max_size=5),
        st.sets(st.integers(), max_size=5),
    ),
    max_leaves=20,
)


@given(st.dictionaries(keys.filter(lambda key: key != "__builtins__"), values, max_size=5))
def test_the_text_evaluates_back_to_the_values(config):
    assert evaluated(as_config(config).pretty_text) == config


def test_the_text_reads_like_a_config():
    config = {"lr": 0.1, "model": {"type": "ResNet", "stages": [{"depth": 18}] * 6, "a-b": None}}
    assert as_config(config).pretty_text == (
        "lr = 0.1\n"
        "model = {\n"
        "    'type': 'ResNet',\n"
        "    'stages': [\n" + "        dict(depth=18),\n" * 6 + "    ],\n"
        "    'a-b': None,\n"
        "}\n"
    )


def test_nan_and_infinities_evaluate_back():
    back = evaluated(as_config({"nan": float("nan"), "inf": [float("-inf")]}).pretty_text)
    assert back["nan"] != back["nan"]
    assert back["inf"] == [float("-inf")]


@pytest.mark.parametrize(
    "config",
    [
        Optimizer(),
        argparse.Namespace(lr=0.1, betas=(0.9, 0.999)),
        types.SimpleNamespace(lr=0.1, betas=(0.9, 0.999)),
        OrderedDict(lr=0.1, betas=(0.9, 0.999)),
        types.MappingProxyType({"lr": 0.1, "betas": (0.9, 0.999)}),
    ],
    ids=lambda config: type(config).__name__,
)
def test_takes_configs_of_any_make_and_keeps_them_as_they_were(config):
    run_config = as_config(config)
    assert run_config == {"lr": 0.1, "betas": (0.9, 0.999)}
    assert run_config.original is config
    assert as_config({"nested": [config]}) == {"nested": [run_config]}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (pathlib.Path("/data/coco"), "/data/coco"),
        (Mode.TRAIN, "train"),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (np.dtype("float32"), "float32"),
        (np.float64, "numpy.float64"),
        (decimal.Decimal, "decimal.Decimal"),
        (len, "builtins.len"),
        (deque([1, 2]), [1, 2]),
        (range(3), [0, 1, 2]),
        ({3, 1}, {1, 3}),
        (set(), set()),
        (frozenset({"a"}), frozenset({"a"})),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (decimal.Decimal("0.10"), "0.10"),
        ({Mode.TRAIN: 1}, {"train": 1}),
        ({(1, "a"): None}, {(1, "a"): None}),
    ],
)
def test_makes_values_plain(value, plain):
    config = as_config({"value": value})
    assert config["value"] == plain
    assert type(config["value"]) is type(plain)
    assert evaluated(config.pretty_text)["value"] == plain


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ("config.py", TypeError, "config must be a mapping.*got str; pass a dict"),
        ([1], TypeError, "got list"),
        (Optimizer, TypeError, "got type"),
        (None, TypeError, "got NoneType"),
        ({"a": {Mode.TRAIN: 1, "train": 2}}, ValueError, r"two keys of config\['a'\] are 'train'"),
    ],
)
def test_refuses_what_cannot_be_a_config(config, error, message):
    with pytest.raises(error, match=message):
        as_config(config)


def test_refuses_a_config_that_contains_itself():
    config = {"lr": 0.1}
    config["again"] = [config]
    with pytest.raises(ValueError, match=r"config\['again'\]\[0\] contains itself"):
        as_config(config)


def test_one_object_may_stand_in_two_places():
    shared = {"lr": 0.1}
    assert as_config({"a": shared, "b": shared}) == {"a": shared, "b": shared}


def test_is_a_snapshot():
    config = {"model": {"depth": 18}}
    run_config = as_config(config)
    config["model"]["depth"] = 50
    assert run_config == {"model": {"depth": 18}}
    run_config.to_dict()["model"]["depth"] = 50
    assert run_config == {"model": {"depth": 18}}
    assert type(run_config.to_dict()) is dict


def test_is_returned_as_it_is_and_travels():
    run_config = as_config({"lr": 0.1})
    assert as_config(run_config) is run_config
    there = pickle.loads(pickle.dumps(run_config))
    assert isinstance(there, RunConfig)
    assert (there, there.pretty_text) == (run_config, run_config.pretty_text)


def test_dumps_python_whole_or_not_at_all(tmp_path):
    run_config = as_config({"name": "épreuve"})
    run_config.dump(tmp_path / "config.py")
    assert evaluated((tmp_path / "config.py").read_text("utf-8")) == run_config
    with pytest.raises(ValueError, match=r"must end in \.py, got '.*config\.yaml'"):
        run_config.dump(tmp_path / "config.yaml")
    with pytest.raises(OSError, match=r"missing.config\.py"):
        run_config.dump(tmp_path / "missing" / "config.py")
    assert [path.name for path in tmp_path.iterdir()] == ["config.py"]


class Thing:
    """An object that nobody knows."""


class Hostile:
    """An object that fails in every way."""

    def __getattribute__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")


class Secret:
    """What pydantic's secrets have, and a `repr` that tells."""

    def get_secret_value(self):
        return "hunter2"

    __repr__ = __str__ = get_secret_value


class SecretText(Secret, str):
    pass


class Broken(dict):
    """A mapping one of whose values cannot be got, as an interpolation of OmegaConf."""

    def __getitem__(self, key):
        if key == "bad":
            raise KeyError("no such key")
        return super().__getitem__(key)


@dataclasses.dataclass(frozen=True)
class Point:
    x: int = 1


THING = Thing()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (functools.partial(print, 1), "functools.partial(<built-in function print>, 1)"),
        (THING, repr(THING)),
        (re.compile("a+"), "re.compile('a+')"),
        (datetime.timezone.utc, "datetime.timezone.utc"),
        (zoneinfo.ZoneInfo("UTC"), "zoneinfo.ZoneInfo(key='UTC')"),
        (math, repr(math)),
        (slice(1, 2), "slice(1, 2, None)"),
        (..., "Ellipsis"),
        (iter([1]), "<list_iterator object"),
        (Hostile(), "Hostile object at"),
        (Secret(), "Secret('**********')"),
        (SecretText("hunter2"), "SecretText('**********')"),
        ({"good", Point()}, "Point(x=1)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_plain_form_is_kept_as_its_text_and_told_once(value, text):
    config = {"lr": 0.1, "odd": value, "deep": [{"again": value}], "last": None}
    with pytest.warns(RecordingWarning, match=r"kept as text.*config\['odd'\] \(") as told:
        run_config = as_config(config)
    assert (len(told), told[0].filename) == (1, __file__)
    assert text in run_config["odd"]
    assert "hunter2" not in run_config.pretty_text
    assert (run_config["lr"], run_config["last"]) == (0.1, None)
    assert text in run_config["deep"][0]["again"]
    assert evaluated(run_config.pretty_text) == run_config


def test_a_value_that_cannot_be_got_costs_none_of_the_others():
    with pytest.warns(RecordingWarning, match=r"config\['bad'\]; the rest"):
        config = as_config(Broken(good=1, bad=2, more=3))
    assert config == {"good": 1, "bad": "<KeyError: 'no such key'>", "more": 3}


def test_of_many_such_values_five_are_named():
    with pytest.warns(RecordingWarning, match=r"config\['a4'\] \(Thing\) and 95 more; the rest"):
        as_config({f"a{i}": Thing() for i in range(100)})


def test_a_key_that_has_no_plain_form_is_its_text_too():
    with pytest.warns(RecordingWarning, match="a key of config"):
        config = as_config({re.compile("a"): 1, Point(2): 2, "b": 3})
    assert config == {"re.compile('a')": 1, "Point(x=2)": 2, "b": 3}


@pytest.mark.parametrize(
    "value",
    [
        complex("nan"),
        complex("inf-nanj"),
        complex(-0.0, 1),
        complex(1, -0.0),
        complex(1e308, 1e308),
        [1 + 2j, -2j, {"c": 3j}],
        10**5000,
        -(2**20000),
        {"big": [10**5000]},
        {"__debug__": 1, "deeper": {"__debug__": 2}},
        math.nan,
        [math.inf, -math.inf, -0.0],
        {1, 2.5, "a", None, (1, 2)},
        [set(), frozenset(), b"\x00\xff", b""],
        {math.inf: 1, None: 2, True: 3, (): 4, b"k": 5, 2.5: 6},
        {"__name__": 1, "__file__": "x", "__doc__": None},
        {"complex": 1j, "float": math.inf, "set": set(), "globals": {"dict": {"a-b": 1}}},
        "\ud800\r\n\0 \u2028",
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_text_is_valid_and_gives_extreme_values_back(value):
    config = value if isinstance(value, dict) and "__debug__" in value else {"value": value}
    text = as_config(config).pretty_text
    back = evaluated(text)
    assert as_config(back).pretty_text == text
    assert str_of(back) == str_of(config)


def str_of(value):
    """Return a text by which NaN equals NaN, and -0.0 does not equal 0.0."""
    if isinstance(value, dict):
        return sorted(((str_of(k), str_of(v)) for k, v in value.items()), key=repr)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [type(value).__name__, sorted(map(str_of, value), key=repr)]
    return hex(value) if type(value) is int else f"{type(value).__name__} {value!r}"


def test_long_doubles_are_numbers():
    config = as_config({"one": np.longdouble("1.5"), "all": np.array([2, 3], np.longdouble)})
    assert config == {"one": 1.5, "all": [2.0, 3.0]}
    assert type(config["one"]) is float
    assert as_config({"c": np.clongdouble(1 + 2j)}) == {"c": 1 + 2j}


def nested(levels, make):
    value = 1
    for _ in range(levels):
        value = make(value)
    return value


@pytest.mark.parametrize(
    "make",
    [
        lambda value: {"a": value},
        lambda value: {"a-b": value},
        lambda value: [value],
        lambda value: (value,),
        lambda value: frozenset([value]),
    ],
)
def test_many_levels_are_read_back_and_more_are_refused_in_words(make):
    config = {"deep": nested(63, make)}
    text = as_config(config).pretty_text
    assert evaluated(text) == config
    assert ast.parse(text)
    for levels in (64, 300, 5000):
        with pytest.raises(ValueError, match="lies more than 64 levels deep"):
            as_config({"deep": nested(levels, make)})


class FailsAsAWhole(dict):
    def to_dict(self):
        raise RuntimeError("no dict")


def test_a_method_that_fails_is_not_the_only_way_to_a_config():
    assert as_config(FailsAsAWhole(lr=0.1)) == {"lr": 0.1}


def test_a_config_that_cannot_be_read_at_all_is_an_error_that_says_so():
    class NoKeys(FailsAsAWhole):
        def keys(self):
            raise RuntimeError("no keys")

    with pytest.raises(ValueError, match="config of type NoKeys cannot be read: RuntimeError: no"):
        as_config(NoKeys(lr=0.1))
    with pytest.warns(RecordingWarning, match=r"config\['odd'\] \(NoKeys\)"):
        assert as_config({"odd": NoKeys(a=1), "lr": 0.1}) == {"odd": "{'a': 1}", "lr": 0.1}


def test_what_is_refused_is_a_plain_value_error():
    for config in ({"a": nested(70, lambda v: [v])}, {Mode.TRAIN: 1, "train": 2}):
        with pytest.raises(ValueError, match="config") as caught:
            as_config(config)
        assert type(caught.value) is ValueError
