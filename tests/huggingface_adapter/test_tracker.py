"""What an Accelerator logs, read back from local files."""

import inspect

import numpy as np
import pytest
from accelerate.tracking import WandBTracker

from viz_core import Visualizer, VizWarning, read_run
from viz_huggingface_adapter import VizTracker


@pytest.fixture
def visualizer(tmp_path):
    return Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)


def test_an_accelerator_records_metrics_config_and_hyperparameters(
    accelerator, visualizer, tmp_path
):
    made = accelerator(VizTracker(visualizer))
    made.init_trackers("project", config={"lr": 0.1, "model": "tiny"})
    for step in range(3):
        made.log({"loss": 1 / (1 + step), "val": {"accuracy": step / 4}}, step=step)
    made.log({"note": "half **way**"}, step=2)
    made.end_training()
    run = read_run(tmp_path)
    assert run.sessions[-1].config == {"lr": 0.1, "model": "tiny"}
    assert run.hparams.hparams == {"lr": 0.1, "model": "tiny"}
    assert run.scalars["loss"].values.tolist() == [1, 1 / 2, 1 / 3]
    assert run.scalars["val/accuracy"].steps.tolist() == [0, 1, 2]
    assert str(run.texts["note"][2]) == "half **way**"
    assert run.sessions[-1].ended is not None


def test_it_is_called_viz_and_holds_the_visualizer(accelerator, visualizer):
    made = accelerator([VizTracker(visualizer)])
    made.init_trackers("project")
    assert made.get_tracker("viz").tracker is visualizer
    assert made.get_tracker("viz", unwrap=True) is visualizer


def test_images_and_tables_are_recorded(accelerator, visualizer, tmp_path):
    made = accelerator(VizTracker(visualizer))
    made.init_trackers("project")
    images = np.zeros((2, 8, 9, 3), np.uint8)
    images[1] = 200
    for tracker in made.trackers:
        tracker.log_images({"list": [images[1]], "both": list(images), "array": images}, step=5)
        tracker.log_table("table", columns=["id"], data=[[7]], step=5)
        tracker.log_table("frame", dataframe={"id": [8]}, step=5)
    run = read_run(tmp_path)
    assert {name: int(steps[5].mean()) for name, steps in run.images.items()} == {
        "list": 200,
        "both/0": 0,
        "both/1": 200,
        "array/0": 0,
        "array/1": 200,
    }
    assert [run.tables[name][5].rows[0][0] for name in ("table", "frame")] in (
        [7, 8],
        ["7", "8"],
    )


def test_without_a_step_each_log_has_the_next_and_images_the_last(visualizer, tmp_path):
    tracker = VizTracker(visualizer)
    image = np.zeros((4, 4, 3), np.uint8)
    tracker.log_images({"image": [image]})
    tracker.log({"loss": 3})
    tracker.log({"loss": 2}, step=10)
    tracker.log({"loss": 1})
    tracker.log_images({"image": [image]})
    run = read_run(tmp_path)
    assert run.scalars["loss"].steps.tolist() == [0, 10, 11]
    assert list(run.images["image"]) == [0, 11]


def test_log_kwargs_are_passed_on(accelerator, visualizer):
    made = accelerator(VizTracker(visualizer))
    made.init_trackers("project")
    with pytest.warns(VizWarning, match="tags"):
        made.log({"loss": 1}, step=0, log_kwargs={"viz": {"tags": ["a"]}})


def test_its_methods_take_what_those_of_wandbs_tracker_take():
    for name in ("log", "log_images", "log_table"):
        ours, theirs = (
            [(p.name, p.kind, p.default) for p in inspect.signature(method).parameters.values()]
            for method in (getattr(VizTracker, name), getattr(WandBTracker, name))
        )
        assert ours == theirs, name
