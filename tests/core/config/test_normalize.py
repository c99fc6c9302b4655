import argparse
import dataclasses
import datetime
import decimal
import enum
import pathlib
import pickle
import types
from collections import OrderedDict, deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_core import RunConfig, as_config


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
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(keys, inner),
        st.sets(st.integers()),
    ),
    max_leaves=20,
)


@given(st.dictionaries(keys.filter(lambda key: key != "__builtins__"), values))
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
        ({"a": {"b": [0, object()]}}, TypeError, r"config\['a'\]\['b'\]\[1\] is a object"),
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
