"""W&B's run and module as one object, as the examples use them."""

import json

import numpy as np
import pytest
import wandb

from viz_backend_wandb import WandbVisBackend
from viz_core import VISBACKENDS, VISUALIZERS, BaseVisBackend, RecordingWarning, Visualizer


@pytest.fixture
def offline(monkeypatch):
    """Have everything offline, as a variable says it."""
    monkeypatch.setenv("WANDB_MODE", "offline")


def test_a_table_is_logged_as_in_the_example(offline, tmp_path, read_run):
    visualizer = Visualizer(vis_backends=[dict(type="WandbVisBackend")], save_dir=tmp_path)
    experiment = visualizer.get_backend("WandbVisBackend").experiment
    table = experiment.Table(columns=["step", "mAP"])
    table.add_data(1, 0.2)
    table.add_data(2, 0.5)
    table.add_data(3, 0.9)
    experiment.log({"table": table})
    visualizer.close()
    run = read_run(tmp_path / "vis_data")
    (row,) = [row for row in run.rows if "table._type" in row]
    assert row["table._type"] == "table-file"
    kept = json.loads((run.files[0].parent / "files" / row["table.path"]).read_text())
    assert kept["data"] == [[1, 0.2], [2, 0.5], [3, 0.9]]


def test_the_extending_example_runs(offline, tmp_path, monkeypatch, read_run):
    @VISBACKENDS.register_module(name="WandbDemoVisBackend")
    class DemoVisBackend(BaseVisBackend):
        def add_image(self, **kwargs):
            pass

    @VISUALIZERS.register_module(name="WandbDemoVisualizer")
    class DemoVisualizer(Visualizer):
        def add_datasample(self, name, image, data_sample=None, step=0, **kwargs):
            self.add_image(name, image, step=step)

    monkeypatch.chdir(tmp_path)
    wandb.teardown()  # it remembers the folder in which it was first used
    image = np.zeros((8, 8, 3), np.uint8)
    backends = [dict(type="WandbDemoVisBackend"), dict(type="WandbVisBackend")]
    config = dict(type="WandbDemoVisualizer", vis_backends=backends, name="visualizer")
    VISUALIZERS.build(config)
    det = Visualizer.get_current_instance()
    det.add_datasample("det", image, None, step=3)
    det.close()
    ((key, step, *_),) = read_run(tmp_path).images()
    assert (key, step) == ("det", 3)


def test_two_backends_have_two_runs(offline, tmp_path, read_run):
    first, second = WandbVisBackend(tmp_path / "a"), WandbVisBackend(tmp_path / "b")
    one, two = first.experiment, second.experiment
    assert one.id != two.id
    for step in range(3):
        one.log({"mine": step})
        two.log({"mine": -step})
        first.add_scalar("loss", step, step=step)
        second.add_scalar("loss", -step, step=step)
    one.summary["best"] = 1
    one.config.update({"lr": 0.1})
    two.config.update({"lr": 0.2})
    assert (one.config.lr, two.config.lr) == (0.1, 0.2)
    assert one.Image is two.Image is wandb.Image
    first.close()
    two.log({"mine": 100})
    second.close()
    values = {
        folder: [row["mine"] for row in read_run(tmp_path / folder).rows if "mine" in row]
        for folder in ("a", "b")
    }
    assert values == {"a": [0, 1, 2], "b": [0, -1, -2, 100]}


def test_has_what_the_run_and_the_module_have(offline, tmp_path):
    backend = WandbVisBackend(tmp_path)
    experiment = backend.experiment
    assert experiment.run.id == experiment.id
    assert experiment.Histogram is wandb.Histogram
    assert experiment.plot is wandb.plot
    assert {"log", "Table", "config", "plot"} <= set(dir(experiment))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        experiment.nothing  # noqa: B018  # the access is what is tried
    experiment.name = "renamed"
    assert experiment.run.name == "renamed"
    backend.close()


def test_finish_and_close_go_on_in_the_same_run(offline, tmp_path, read_run):
    backend = WandbVisBackend(tmp_path)
    experiment = backend.experiment
    run_id = experiment.id
    backend.add_scalar("a", 1, step=1)
    experiment.finish()
    backend.add_scalar("b", 2, step=2)
    backend.close()
    experiment.log({"c": 3, "global_step": 3})
    experiment.run.finish()
    with pytest.warns(RecordingWarning, match="finished by another part"):
        backend.add_scalar("d", 4, step=4)
    assert backend.experiment.id == run_id
    backend.close()
    assert read_run(tmp_path).points() == [("a", 1, 1), ("b", 2, 2), ("c", 3, 3), ("d", 4, 4)]
