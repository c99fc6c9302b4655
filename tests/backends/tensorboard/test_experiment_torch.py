"""torch's whole `SummaryWriter`, writing through the backend's file."""

import threading

import matplotlib
import numpy as np
import pytest
import torch
from torch.utils.tensorboard import SummaryWriter

from viz_backend_tensorboard import TensorboardVisBackend
from viz_core.testing.processes import run_python


@pytest.fixture
def backend(tmp_path):
    backend = TensorboardVisBackend(tmp_path / "run")
    yield backend
    backend.close()


@pytest.fixture
def recorded(tmp_path, read_run):
    """Return a function that reads what the backend of the test wrote."""
    return lambda: read_run(tmp_path / "run")


def test_is_a_summary_writer(backend, tmp_path):
    assert isinstance(backend.experiment, SummaryWriter)
    assert backend.experiment is backend.experiment
    assert backend.experiment.log_dir == str(tmp_path / "run")


def test_shares_the_file_of_the_backend(backend, tmp_path, event_files, recorded):
    backend.add_scalar("loss", 1, step=1)
    backend.experiment.add_scalar("loss", 2, 2)
    backend.add_scalar("loss", 3, step=3)
    assert len(event_files(tmp_path / "run")) == 1
    assert recorded().scalars("loss") == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_starts_no_thread(backend):
    before = threading.active_count()
    backend.experiment.add_scalars("losses", {"a": 1, "b": 2}, 1)
    backend.experiment.add_hparams({"lr": 0.1}, {"acc": 0.5})
    assert threading.active_count() == before


def test_every_kind_of_torch_is_there_without_close(backend, recorded, tmp_path, read_run):
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure = pyplot.figure()
    writer = backend.experiment
    writer.add_histogram("weights", np.arange(10.0), 1)
    writer.add_figure("figure", figure, 1)
    writer.add_pr_curve("pr", np.array([0, 1, 1]), np.array([0.1, 0.8, 0.9]), 1)
    writer.add_mesh("mesh", torch.rand(1, 4, 3), global_step=1)
    writer.add_text("note", "*text*", 1)
    writer.add_images("batch", np.zeros((2, 3, 4, 4), np.uint8), 1)
    writer.add_embedding(torch.rand(4, 3), metadata=list("abcd"), tag="embedding", global_step=1)
    writer.add_hparams({"lr": 0.1}, {"hparam/accuracy": 0.5}, run_name="trial")
    writer.add_scalars("losses", {"train": 1.0, "val": 2.0}, 1)

    tags = recorded().tags
    assert tags["histograms"] == ["weights"]
    assert set(tags["images"]) == {"figure", "batch"}
    assert {"pr", "note/text_summary"} <= set(tags["tensors"])
    assert any(tag.startswith("mesh") for tag in tags["tensors"])
    assert (tmp_path / "run" / "projector_config.pbtxt").exists()
    trial = read_run(tmp_path / "run" / "trial")
    assert trial.scalars("hparam/accuracy") == [(0, 0.5)]
    assert "_hparams_/session_start_info" in trial.accumulator.summary_metadata
    assert read_run(tmp_path / "run" / "losses_val").scalars("losses") == [(1, 2.0)]


@pytest.mark.xdist_group("torch")
def test_killing_loses_nothing(tmp_path, read_run):
    program = """
import os, signal, sys, warnings
warnings.simplefilter("error")
from viz_backend_tensorboard import TensorboardVisBackend
writer = TensorboardVisBackend(sys.argv[1]).experiment
for step in range(1000):
    writer.add_scalar("loss", step, step)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run_python(program, tmp_path, imports=["torch"]).returncode == -9
    assert read_run(tmp_path).scalars("loss") == [(step, float(step)) for step in range(1000)]


@pytest.mark.xdist_group("torch")
def test_a_forked_child_may_use_it_and_what_it_kept_of_it(tmp_path, read_run):
    program = """
import os, sys, warnings
warnings.simplefilter("error")
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
kept = backend.experiment
kept.add_scalar("loss", 0, 0)
child = os.fork()
if child == 0:
    for step in range(30):
        backend.experiment.add_scalar("new", step, step)
        kept.add_scalar("kept", step, step)
    backend.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
kept.add_scalar("loss", 1, 1)
backend.close()
print(child)
"""
    done = run_python(program, tmp_path, imports=["torch"])
    assert done.returncode == 0, done.stderr
    assert read_run(tmp_path).scalars("loss") == [(0, 0.0), (1, 1.0)]
    child = read_run(tmp_path / f"process_{done.stdout.strip()}")
    assert len(child.scalars("new")) == len(child.scalars("kept")) == 30


def test_works_after_close_of_either(backend, recorded):
    writer = backend.experiment
    writer.add_scalar("loss", 0, 0)
    writer.close()
    backend.add_scalar("loss", 1, step=1)
    backend.close()
    writer.add_scalar("loss", 2, 2)
    backend.experiment.add_scalar("loss", 3, 3)
    backend.close()
    assert recorded().scalars("loss") == [(step, float(step)) for step in range(4)]


def test_takes_tensors(backend, recorded):
    values = [
        torch.tensor(2),
        torch.tensor([2.0]),
        torch.tensor(2.0, requires_grad=True),
        torch.tensor(2.0, dtype=torch.bfloat16),
    ]
    for step, value in enumerate(values):
        backend.add_scalar("n", value, step=step)
    backend.add_image("x", torch.ones(3, 4, 6))
    assert recorded().scalars("n") == [(step, 2.0) for step in range(4)]
    assert recorded().images("x")[0][1].shape == (4, 6, 3)


class Classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.features = torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU()
        )
        self.head = torch.nn.Linear(8, 2)

    def forward(self, image):
        return self.head(self.features(image).mean((2, 3)))


def test_the_graph_of_a_model_shows_in_the_server(backend, tmp_path, serve):
    model = Classifier().train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    backend.add_graph(model, torch.rand(2, 3, 16, 16))
    assert model.training
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())

    server = serve(tmp_path / "run", "--load_fast=false")
    server.until(lambda: "." in server.get("plugin/graphs/info"))
    with server.open("plugin/graphs/graph", run=".") as response:
        graph = response.read().decode()
    assert "Classifier/Sequential[features]/Conv2d[0]" in graph
    assert "Classifier/Linear[head]" in graph


def test_a_model_that_cannot_be_traced_raises(backend):
    with pytest.raises(RuntimeError):
        backend.add_graph(Classifier(), torch.rand(7))


def test_resumes_a_run_that_torch_began(tmp_path, serve, read_run):
    writer = SummaryWriter(str(tmp_path / "run"))
    for step in range(20):
        writer.add_scalar("loss", step, step)
    writer.close()
    backend = TensorboardVisBackend(tmp_path / "run", resume=10)
    for step in range(10, 30):
        backend.add_scalar("loss", step, step=step)
    whole = [(step, float(step)) for step in range(30)]
    assert read_run(tmp_path / "run").scalars("loss") == whole
    server = serve(tmp_path / "run", "--load_fast=false")
    server.until(lambda: "." in server.get("plugin/scalars/tags"))
    assert server.scalars("loss") == whole
