"""Backends as MMEngine's libraries name them and reach into them."""

import copy
import json
import pickle

import numpy as np
import pytest
from mmengine.registry import VISBACKENDS, DefaultScope, Registry
from mmengine.visualization import LocalVisBackend as MMEngineBackend

import viz_core
from viz_core import BaseVisBackend, LocalVisBackend, UnknownTypeError
from viz_mmdet_adapter.mmengine import DetLocalVisualizer, Visualizer

IMAGE = np.full((12, 16, 3), 120, np.uint8)
LOCAL = dict(type="LocalVisBackend")


class Kept(BaseVisBackend):
    def __init__(self, save_dir=None):
        super().__init__(save_dir)
        self.names = []

    def add_image(self, name, image, step=0, **kwargs):
        self.names.append(name)


def add(v, backend):
    v._vis_backends["mine"] = backend


def replace(v, backend):
    v._vis_backends = {"mine": backend}


WAYS = {
    "item": add,
    "update": lambda v, backend: v._vis_backends.update(mine=backend),
    "setdefault": lambda v, backend: v._vis_backends.setdefault("mine", backend),
    "assigned": replace,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_backend_that_is_added_records(tmp_path, way):
    v = Visualizer(vis_backends=[LOCAL], save_dir=tmp_path)
    v.add_image("before", IMAGE)
    kept = Kept()
    WAYS[way](v, kept)
    v.add_image("a", IMAGE)
    assert kept.names == ["a"]
    assert v.get_backend("mine") is kept
    is_there = way != "assigned"
    assert ("LocalVisBackend" in v._vis_backends) == is_there
    assert (tmp_path / "vis_data/vis_image/a_0.png").exists() == is_there


@pytest.mark.parametrize(
    "take_away",
    [
        lambda backends: backends.pop("mine"),
        lambda backends: backends.__delitem__("mine"),
        lambda backends: backends.clear(),
        lambda backends: backends.popitem(),
    ],
)
def test_a_backend_that_is_taken_away_does_not(take_away):
    v, kept = Visualizer(), Kept()
    v._vis_backends["mine"] = kept
    assert v._vis_backends == {"mine": kept}
    take_away(v._vis_backends)
    v.add_image("a", IMAGE)
    assert not kept.names
    assert dict(v._vis_backends) == {}
    assert repr(v._vis_backends) == "{}"


def test_local_records_go_where_their_folders_are_set(tmp_path):
    v = Visualizer(vis_backends=[LOCAL], save_dir=tmp_path / "old")
    v.add_scalar("a", 1)
    v.add_image("a", IMAGE)
    backend = v._vis_backends["LocalVisBackend"]
    assert isinstance(backend, LocalVisBackend)
    assert backend._save_dir == str(tmp_path / "old/vis_data")
    assert backend._img_save_dir == "vis_image"
    backend._save_dir = str(tmp_path / "new")
    backend._img_save_dir = "."
    backend._scalar_save_file = "mine.json"
    backend._config_save_file = "mine.py"
    v.add_scalar("b", 2, step=3)
    v.add_image("b", IMAGE)
    v.add_config({"lr": 1})
    v.close()
    new = tmp_path / "new"
    assert json.loads((new / "mine.json").read_text()) == {"b": 2, "step": 3}
    assert {path.name for path in new.iterdir()} >= {"b_0.png", "mine.py"}
    old = [path.name for path in (tmp_path / "old").rglob("*.png")]
    assert old == ["a_0.png"]
    assert "b" not in (tmp_path / "old/vis_data/scalars.json").read_text()
    with pytest.raises(ValueError, match=r"config_save_file must end in '\.py'"):
        backend._config_save_file = "config.txt"
    assert v.get_backend("Local")._config_save_file == "mine.py"


def test_a_backend_is_opened_by_its_environment(tmp_path):
    v = Visualizer(vis_backends=[LOCAL], save_dir=tmp_path)
    backend = v.get_backend("LocalVisBackend")
    assert not backend._env_initialized
    backend._init_env()
    assert backend._env_initialized
    assert not hasattr(backend, "_tensorboard")
    with pytest.raises(AttributeError, match="'LocalVisBackend' object has no attribute '_none'"):
        backend._none  # noqa: B018


@pytest.mark.parametrize("name", ["Tensorboard", "Wandb"])
def test_the_trackers_own_object_has_mmengines_name(tmp_path, name):
    options = dict(init_kwargs=dict(mode="offline")) if name == "Wandb" else {}
    backends = [dict(type=f"{name}VisBackend", **options)]
    v = Visualizer(vis_backends=backends, save_dir=tmp_path)
    backend = v.get_backend(f"{name}VisBackend")
    assert getattr(backend, f"_{name.lower()}") is backend.experiment
    for other in {"tensorboard", "mlflow", "wandb"} - {name.lower()}:
        assert not hasattr(backend, f"_{other}")
    v.close()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_is_of_the_same_kind(tmp_path, copied):
    v = Visualizer(vis_backends=[LOCAL], save_dir=tmp_path)
    v.get_backend("LocalVisBackend")._save_dir = tmp_path / "new"
    other = copied(v)
    backend = other.get_backend("LocalVisBackend")
    assert backend._save_dir == str(tmp_path / "new")
    other.add_image("a", IMAGE)
    assert (tmp_path / "new/vis_image/a_0.png").exists()


@pytest.fixture
def scope():
    """A library with a backend of its own, which a Runner runs in the scope of."""
    registry = Registry("vis_backend", parent=VISBACKENDS, scope="mylibrary")

    @registry.register_module()
    class LocalVisBackend(MMEngineBackend):
        def add_video(self, name, frames, step=0):
            self.video = name

    with DefaultScope.overwrite_default_scope("mylibrary"):
        yield LocalVisBackend
    del VISBACKENDS.children["mylibrary"]


def test_a_name_is_looked_up_in_the_scope_of_the_library(tmp_path, scope):
    v = Visualizer(vis_backends=[LOCAL], save_dir=tmp_path)
    backend = v.get_backend("LocalVisBackend")
    assert type(backend) is scope
    v.add_image("a", IMAGE)
    assert (tmp_path / "vis_data/vis_image/a_0.png").exists()
    for given in ("mylibrary.LocalVisBackend", scope):
        v = Visualizer(vis_backends=dict(type=given), save_dir=tmp_path)
        assert type(v.get_backend("LocalVisBackend")) is scope


OURS = ["LocalVisBackend", "mmengine.LocalVisBackend", MMEngineBackend, LocalVisBackend]


@pytest.mark.parametrize("kind", OURS)
def test_mmengines_own_are_ours(tmp_path, kind):
    config = dict(type=kind, name="mine")
    v = Visualizer(vis_backends=[config], save_dir=tmp_path)
    assert isinstance(v.get_backend("mine"), LocalVisBackend)
    assert config == dict(type=kind, name="mine")


def test_mmengines_that_we_do_not_have_are_its_own(tmp_path):
    v = Visualizer(vis_backends=[dict(type="DVCLiveVisBackend")], save_dir=tmp_path)
    assert type(v.get_backend("DVCLiveVisBackend")).__module__.startswith("mmengine.")


def test_a_backend_of_a_class_that_was_registered_with_us_is_found():
    viz_core.VISBACKENDS.register_module(module=Kept, name="KeptForTheTest", force=True)
    v = DetLocalVisualizer(vis_backends=[dict(type="KeptForTheTest")])
    assert isinstance(v.get_backend("Kept"), Kept)


@pytest.mark.parametrize("kind", ["LocalVisBackendd", "mmnothing.LocalVisBackendd"])
def test_an_unknown_name_says_what_there_is(kind):
    with pytest.raises(UnknownTypeError, match="did you mean 'LocalVisBackend'"):
        Visualizer(vis_backends=[dict(type=kind)])
