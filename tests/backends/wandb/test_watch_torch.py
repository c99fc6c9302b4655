"""Watching a torch model: its gradients are in this backend's run, and never stop training."""

import numpy as np
import pytest
import torch
from waiting import wait_until

from viz_backend_wandb import WandbVisBackend
from viz_core import RecordingWarning, Visualizer


@pytest.fixture
def offline(tmp_path):
    """Return a function that makes an offline backend that watches every step."""
    options = {"watch_kwargs": {"log_freq": 1}}
    return lambda name, **more: WandbVisBackend(
        tmp_path / name, {"mode": "offline"}, **{**options, **more}
    )


def train(model, steps, after=lambda step: None):
    for step in steps:
        model.zero_grad()
        model(torch.ones(4, 3)).sum().backward()
        after(step)


def histograms(run):
    """Return (key, step) of every histogram."""
    return [
        (key.removesuffix("._type"), row["global_step"])
        for row in run.rows
        for key, value in row.items()
        if key.endswith("._type") and value == "histogram"
    ]


def test_gradients_are_in_the_run_with_their_step(offline, tmp_path, read_run):
    model = torch.nn.Linear(3, 2)
    visualizer = Visualizer(vis_backends=[offline("run")])
    visualizer.add_graph(model, torch.ones(4, 3))
    train(model, range(3), lambda step: visualizer.add_scalar("loss", step, step=step))
    visualizer.close()
    run = read_run(tmp_path / "run")
    assert sorted(step for _, step in histograms(run)) == [0, 0, 1, 1, 2, 2]
    keys = {key for key, _ in histograms(run)}
    assert {(key.split("/")[0], key[-4:]) for key in keys} == {
        ("gradients", "ight"),
        ("gradients", "bias"),
    }
    assert run.points() == [("loss", step, step) for step in range(3)]


def test_two_models_of_two_backends_are_in_two_runs(offline, tmp_path, read_run):
    models = [torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)]
    backends = [offline("a", watch_kwargs={"log_freq": 1, "log": "all"}), offline("b")]
    for model, backend in zip(models, backends, strict=True):
        backend.add_graph(model, None)
    for step in range(2):
        for model, backend in zip(models, backends, strict=True):
            train(model, [step], lambda step, b=backend: b.add_scalar("loss", step, step=step))
    for backend in backends:
        backend.close()
    assert len(histograms(read_run(tmp_path / "a"))) == 8
    assert len(histograms(read_run(tmp_path / "b"))) == 4


def test_the_graph_itself_is_kept_where_it_is_asked_for(offline, tmp_path, read_run):
    backend = offline("run", watch_kwargs={"log": None, "log_graph": True})
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    backend.add_graph(model, None)
    train(model, range(1))
    backend.add_scalar("loss", 1, step=1)
    backend.close()
    summaries = str(read_run(tmp_path / "run").all("summary"))
    assert "graph-file" in summaries


def test_training_goes_on_when_wandb_core_is_killed(offline, kill_service, tmp_path, read_run):
    model = torch.nn.Linear(3, 2)
    backend = offline("run")
    visualizer = Visualizer(vis_backends=[backend])
    visualizer.add_graph(model, None)
    train(model, range(2), lambda step: visualizer.add_scalar("loss", step, step=step))
    visualizer.flush()
    wait_until(lambda: len(histograms(read_run(tmp_path / "run"))) == 4)
    wait_until(lambda: len(read_run(tmp_path / "run").points()) == 2)
    kill_service(backend)
    with pytest.warns(RecordingWarning) as said:
        train(model, range(2, 4), lambda step: visualizer.add_scalar("loss", step, step=step))
    visualizer.close()
    messages = [str(warning.message) for warning in said]
    assert any("gradients/" in message for message in messages)
    assert any("is gone" in message for message in messages)
    run = read_run(tmp_path / "run")
    assert run.points() == [("loss", step, step) for step in range(4)]
    assert sorted(step for _, step in histograms(run)) == [0, 0, 1, 1, 3, 3]


def test_what_is_no_model_is_an_error_that_says_so(offline):
    backend = offline("run")
    with pytest.raises(TypeError, match=r"torch\.nn\.Module"):
        backend.add_graph(np.zeros(3), None)
    backend.close()
