"""Names that MLflow refuses become keys, never two names one key, and names again."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.entities import Metric
from mlflow.utils.validation import _validate_metric_name

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.names import from_key, to_image_key, to_key

_NAMES = st.text(
    st.one_of(st.sampled_from("ax_/.@%+ 0F4:-cut"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=40,
)


@given(_NAMES)
def test_mlflow_takes_every_key(name):
    _validate_metric_name(to_key(name))


@given(_NAMES)
def test_a_key_becomes_its_name_again(name):
    if len(to_key(name)) < 250:
        assert from_key(to_key(name)) == name
    if len(to_image_key(name)) < 120:
        assert from_key(to_image_key(name)) == name


@given(_NAMES)
def test_an_image_key_is_what_log_image_takes(name):
    assert re.fullmatch(r"[a-zA-Z0-9_\-./ ]+", to_image_key(name))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("acc@1", "acc_x40_1"),
        ("a//b", "a/_x2F_b"),
        ("loss/cls", "loss/cls"),
        ("acc_x40_1", "acc_x5F_x40_1"),
        ("..", "_x2E__x2E_"),
        ("損失", "損失"),
    ],
)
def test_keys_stay_readable(name, key):
    assert to_key(name) == key
    assert Metric(key, 0.0, 0, 0).key == key


def test_long_names_have_keys_of_their_own():
    keys = {to_key("x" * 299 + end) for end in "abc"} | {to_key("x" * 250)}
    assert len(keys) == 4
    assert max(map(len, keys)) == 250


def test_a_name_that_is_the_key_of_a_cut_one_has_another_key():
    cut = to_key("x" * 300)
    assert to_key(cut) != cut


def test_tags_and_parameters_may_have_any_name_and_value(database, read_run, tmp_path):
    backend = MLflowVisBackend(
        tmp_path,
        exp_name=str(tmp_path),
        tracking_uri=database,
        timeout=60,
        tags={"acc@1": "x" * 9000, "..": "up", "mlflow.note.content": "a note"},
        params={"a//b": "nul \0", "empty": "", "wide": "損" * 7000},
    )
    backend.add_scalar("loss", 1)
    backend.close()
    run = read_run(database, str(tmp_path))
    assert run.tags["acc_x40_1"] == "x" * 5000
    assert run.tags["_x2E__x2E_"] == "up"
    assert run.tags["mlflow.note.content"] == "a note"
    assert run.params == {"a/_x2F_b": "nul \\x00", "empty": "", "wide": "損" * 6000}
    assert run.text("params/wide.txt") == "損" * 7000


def test_long_names_are_whole_in_a_tag(database, read_run, tmp_path):
    backend = MLflowVisBackend(tmp_path, exp_name=str(tmp_path), tracking_uri=database, timeout=60)
    names = ["x" * 299 + end for end in "ab"]
    backend.add_scalars(dict.fromkeys(names, 1.0), step=1)
    backend.add_image(names[0], np.zeros((4, 4, 3), np.uint8))
    backend.close()
    run = read_run(database, str(tmp_path))
    assert len(run.metrics) == 2
    assert sorted(run.tags[f"viz.name.{key[-22:-1]}"] for key in run.metrics) == names
    ((key, _, _),) = run.images()
    assert run.tags[f"viz.name.{key[-22:-1]}"] == names[0]
