"""A real Runner with real hooks: train, validate and test, then read back what was recorded."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import reading_back as read
import torch
import toy_detection as toy
from mmdet.engine.hooks import DetVisualizationHook
from mmengine import Config
from mmengine.registry import VISUALIZERS
from mmengine.runner import Runner
from mmengine.visualization import Visualizer as MMEngineVisualizer

import viz_core
import viz_mmdet_adapter
from viz_mmdet_adapter import mmengine as adapter

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # theirs; ours are errors all the same
    pytest.mark.filterwarnings("error::viz_core.VizWarning"),
    pytest.mark.xdist_group("runner"),
]

LOCAL = dict(type="LocalVisBackend")
ALL = [
    LOCAL,
    dict(type="TensorboardVisBackend"),
    dict(type="WandbVisBackend", init_kwargs=dict(mode="offline")),
    dict(type="MLflowVisBackend"),
]
PATH = "viz_mmdet_adapter.mmengine.DetLocalVisualizer"

#: (name, step) of every image of a run of three images; steps of tests count from 1.
VALIDATED = [("val_img", 3 + i) for i in range(toy.COUNT)]
TESTED = [("test_img", 1 + i) for i in range(toy.COUNT)]


def make_runner(folder, visualizer, **options):
    loader = toy.loader(folder)
    config = Config({"visualizer_of": "the test", "lr": 0.125})
    return Runner(
        model=toy.Detector(),
        work_dir=str(folder / "work"),
        train_dataloader=loader,
        val_dataloader=loader,
        test_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=1, val_interval=1),
        val_cfg=dict(),
        test_cfg=dict(),
        optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.125)),
        val_evaluator=dict(type=toy.Half),
        test_evaluator=dict(type=toy.Half),
        default_hooks=dict(logger=dict(type="LoggerHook", interval=1)),
        visualizer=visualizer,
        experiment_name=folder.name,
        cfg=config,
        **options,
    )


def run(folder, visualizer):
    runner = make_runner(
        folder, visualizer, custom_hooks=[dict(type=DetVisualizationHook, draw=True, interval=1)]
    )
    runner.train()
    runner.test()
    return runner


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Return where a run through every backend that there is has written."""
    folder = tmp_path_factory.mktemp("every_backend")
    # What is an error in the tests is one in here.
    runner = run(folder, dict(type=PATH, vis_backends=ALL))
    assert type(runner.visualizer) is adapter.DetLocalVisualizer
    assert runner.visualizer.dataset_meta == toy.META
    return Path(runner.log_dir) / "vis_data"


@pytest.mark.takes(4)
def test_local_files_hold_every_scalar_and_image(recorded):
    scalars = read.local_numbers(recorded)
    assert [step for step, _ in scalars["loss"]] == [1, 2, 3]
    assert scalars["lr"] == [(step, 0.125) for step in (1, 2, 3)]
    assert scalars["mAP"] == [(1, 0.5)]
    assert sorted(read.local_images(recorded)) == sorted([*VALIDATED, *TESTED])
    assert "lr = 0.125" in (recorded / "config.py").read_text()
    assert list(recorded.glob("2*.json"))  # the file that LoggerHook names after the time


def test_images_show_the_truth_left_and_what_was_found_right(recorded):
    for (name, step), image in read.local_images(recorded).items():
        assert image.shape == (120, 320, 3)
        gray = 60 * (1 + (step - 3 if name == "val_img" else step - 1))
        assert (image[3, 3] == gray).all()
        red, blue = image[70, 20].astype(int), image[80, 150].astype(int)
        assert red[0] > red[2] + 100
        assert blue[2] > blue[0] + 100
        assert (image[70, 160 + 20] == image[70, 20]).all()
        assert (image[80, 160 + 150] == gray).all()  # its score is below the threshold


@pytest.mark.parametrize("tracker", ["tensorboard", "wandb", "mlflow"])
def test_every_tracker_holds_what_the_local_files_hold(recorded, tracker):
    where = f"sqlite:///{recorded / 'mlflow.db'}" if tracker == "mlflow" else recorded
    scalars = getattr(read, f"{tracker}_numbers")(where)
    expected = read.local_numbers(recorded)
    assert set(scalars) == set(expected)
    for name, points in expected.items():
        # TensorBoard keeps 32 bits.
        assert scalars[name] == [(step, pytest.approx(value, rel=1e-6)) for step, value in points]
    images = getattr(read, f"{tracker}_images")(where)
    kept = read.local_images(recorded)
    assert sorted(images) == sorted(kept)
    for key, image in kept.items():
        assert (images[key] == image).all()


def test_mlflow_holds_the_config(recorded):
    _, run_there = read.mlflow_run(f"sqlite:///{recorded / 'mlflow.db'}")
    assert run_there.data.params["lr"] == "0.125"


WAYS = ["the package alone", "core", "registered name", "class", "instance", "mmdet's own name"]


@pytest.mark.parametrize("way", WAYS)
def test_every_other_way_to_name_it_records_the_same(tmp_path, way):
    options = dict(vis_backends=[LOCAL])
    if way == "the package alone":
        given = dict(type="viz_mmdet_adapter.DetLocalVisualizer", **options)
    elif way == "core":
        given = dict(type="viz_core.DetLocalVisualizer", **options)
    elif way == "registered name":
        VISUALIZERS.register_module("OursForTheTest", module=adapter.DetLocalVisualizer, force=True)
        given = dict(type="OursForTheTest", **options)
    elif way == "class":
        given = dict(type=adapter.DetLocalVisualizer, **options)
    elif way == "instance":
        given = adapter.DetLocalVisualizer.get_instance(
            tmp_path.name, save_dir=tmp_path / "work", **options
        )
    else:
        import mmdet.registry
        from mmdet.visualization import DetLocalVisualizer as MMDetVisualizer

        registry = mmdet.registry.VISUALIZERS
        registry.import_from_location()
        registry.register_module(
            "DetLocalVisualizer", module=adapter.DetLocalVisualizer, force=True
        )
        given = dict(type="mmdet.DetLocalVisualizer", **options)
    try:
        runner = run(tmp_path, given)
    finally:
        if way == "mmdet's own name":
            registry.register_module("DetLocalVisualizer", module=MMDetVisualizer, force=True)
    assert type(runner.visualizer) is adapter.DetLocalVisualizer
    (folder,) = (tmp_path / "work").rglob("vis_data")
    assert sorted(read.local_images(folder)) == sorted([*VALIDATED, *TESTED])
    assert set(read.local_numbers(folder)) >= {"loss", "lr", "mAP"}


def test_images_of_a_test_are_written_to_its_folder(tmp_path):
    hook = dict(type=DetVisualizationHook, draw=True, test_out_dir="shown")
    runner = make_runner(tmp_path, dict(type=PATH, vis_backends=[LOCAL]), custom_hooks=[hook])
    runner.test()
    found = {path.name for path in (tmp_path / "work").rglob("shown/*")}
    assert found == {"0.png", "1.png", "2.png"}
    assert not list((tmp_path / "work").rglob("vis_image"))


def test_a_hook_that_shows_records_nothing(tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    hook = dict(type=DetVisualizationHook, draw=True, show=True)
    runner = make_runner(tmp_path, dict(type=PATH, vis_backends=[LOCAL]), custom_hooks=[hook])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is no display is said once in a process
        runner.test()
    assert not list((tmp_path / "work").rglob("vis_image"))


@pytest.mark.parametrize("package", ["viz_mmdet_adapter.mmengine", "viz_core"])
def test_without_detection_it_is_the_visualizer_of_the_runner(tmp_path, package):
    config = dict(type=f"{package}.Visualizer", vis_backends=[LOCAL])
    runner = make_runner(tmp_path, config)
    runner.train()
    assert type(runner.visualizer) is adapter.Visualizer
    assert MMEngineVisualizer.get_current_instance() is runner.visualizer
    (folder,) = (tmp_path / "work").rglob("vis_data")
    assert [step for step, _ in read.local_numbers(folder)["loss"]] == [1, 2, 3]
    runner.visualizer.set_image(np.zeros((30, 40, 3), np.uint8))
    runner.visualizer.draw_bboxes(torch.tensor([5, 5, 20, 20]))
    assert runner.visualizer.get_image().any()


def test_a_subclass_need_not_name_its_arguments():
    class Mine(viz_mmdet_adapter.DetLocalVisualizer):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)

    made = Mine.get_instance("mine")
    assert MMEngineVisualizer.get_current_instance() is made
    assert Mine.get_current_instance() is made
    Mine.forget_instance("mine")
    assert not MMEngineVisualizer.check_instance_created("mine")


def test_both_libraries_know_the_instance():
    made = adapter.DetLocalVisualizer.get_instance("known")
    assert isinstance(made, MMEngineVisualizer)
    for kind in (MMEngineVisualizer, viz_core.Visualizer, adapter.Visualizer):
        assert kind.get_current_instance() is made
        assert kind.check_instance_created("known")
    plain = adapter.Visualizer.get_instance("plain")
    assert MMEngineVisualizer.get_current_instance() is plain
    assert adapter.DetLocalVisualizer.get_current_instance() is made
    adapter.DetLocalVisualizer.forget_instance("known")
    assert not MMEngineVisualizer.check_instance_created("known")


def test_a_rebased_runner_without_a_visualizer_makes_ours(tmp_path):
    def made(name):  # else it is the time in seconds, and the second is the first
        model, folder = torch.nn.Linear(1, 1), str(tmp_path / "run")
        return Runner(model, folder, experiment_name=name).visualizer

    with adapter.rebased():
        assert isinstance(made("ours"), viz_core.Visualizer)
    assert not isinstance(made("theirs"), viz_core.Visualizer)
