"""Names become keys, and keys names again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_backend_wandb.keys import STEP_KEY, from_key, to_image_key, to_key

NAMES = st.text(st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    "name", ["loss", "val/loss", "acc@0.5", "50%", "50%2", "損失", "..", "a//b", "a.b:c", "x" * 300]
)
def test_a_name_is_its_own_key_where_it_can_be(name):
    assert to_key(name) == name


@pytest.mark.parametrize(
    ("name", "key"),
    [("_x", "%5Fx"), (STEP_KEY, "%67lobal_step"), ("a\0b", "a%00b"), ("%5Fx", "%255Fx")],
)
def test_other_names_are_escaped(name, key):
    assert to_key(name) == key


@given(NAMES)
def test_every_name_comes_back(name):
    key = to_key(name)
    assert from_key(key) == name
    assert not key.startswith("_")
    assert key != STEP_KEY
    assert "\0" not in key


@given(NAMES)
def test_the_key_of_an_image_fits_a_file_name(name):
    key, is_cut = to_image_key(name)
    assert is_cut or from_key(key) == name
    assert all(len(part.encode()) <= 200 and part != ".." for part in key.split("/"))


def test_no_key_of_a_file_leads_out_of_a_folder():
    assert to_image_key("../a/../..b/.") == ("%2E./a/%2E./..b/.", False)


def test_long_names_have_keys_of_their_own():
    keys = {to_image_key("x" * 300 + end) for end in ("", "y", "z")}
    assert len(keys) == 3
    assert all(is_cut for _, is_cut in keys)
