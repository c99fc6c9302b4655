"""wandb-core, the process that does the work, is killed under the program."""

import json
import os
import socket

import pytest
import wandb
from waiting import wait_until

from viz_backend_wandb import WandbVisBackend
from viz_core import RecordingWarning, Visualizer


@pytest.fixture
def offline(tmp_path):
    """Return a function that makes an offline backend."""
    return lambda name: WandbVisBackend(tmp_path / name, {"mode": "offline", "id": name})


def test_training_goes_on_in_the_same_run(offline, kill_service, tmp_path, read_run):
    backend = offline("run")
    visualizer = Visualizer(vis_backends=[backend])
    for step in range(10):
        visualizer.add_scalar("loss", step, step=step)
    visualizer.flush()
    wait_until(lambda: len(read_run(tmp_path / "run").points()) == 10)
    kill_service(backend)
    with pytest.warns(RecordingWarning, match="wandb-core.*is gone.*goes on in") as said:
        for step in range(10, 20):
            visualizer.add_scalar("loss", step, step=step)
    visualizer.close()
    assert len(said) == 1
    run = read_run(tmp_path / "run")
    assert len(run.files) == 2
    assert run.points() == [("loss", step, step) for step in range(20)]


def test_each_backend_goes_on(offline, kill_service, tmp_path, read_run):
    names = ("a", "b", "c")
    backends = [offline(name) for name in names]
    for backend in backends:
        backend.add_scalar("loss", 0, step=0)
        backend.flush()
    wait_until(lambda: all(read_run(tmp_path / name).points() for name in names))
    kill_service(backend)
    for step in (1, 2):
        for backend in backends:
            if step == 1:
                with pytest.warns(RecordingWarning, match="is gone"):
                    backend.add_scalar("loss", step, step=step)
            else:
                backend.add_scalar("loss", step, step=step)
    for name, backend in zip(names, backends, strict=True):
        backend.close()
        assert read_run(tmp_path / name).points() == [("loss", step, step) for step in range(3)]


def test_an_image_and_a_config_go_on_too(offline, kill_service, tmp_path, read_run):
    import numpy as np

    expected = np.full((8, 8, 3), 7, np.uint8)
    backend = offline("run")
    for record in (
        lambda: backend.add_image("demo", expected, step=3),
        lambda: backend.add_config({"lr": 0.1}),
    ):
        backend.add_scalar("loss", 0, step=0)
        backend.flush()
        kill_service(backend)
        with pytest.warns(RecordingWarning, match="is gone"):
            record()
    backend.close()
    run = read_run(tmp_path / "run")
    ((key, step, image, _),) = run.images()
    assert (key, step) == ("demo", 3)
    assert (image == expected).all()
    assert run.config["lr"] == 0.1


def test_what_the_user_logs_goes_on_too(offline, kill_service, tmp_path, read_run):
    backend = offline("run")
    experiment = backend.experiment
    experiment.log({"mine": 1, "global_step": 1})
    backend.flush()
    wait_until(lambda: read_run(tmp_path / "run").points())
    kill_service(backend)
    with pytest.warns(RecordingWarning, match="is gone"):
        experiment.log({"mine": 2, "global_step": 2})
    backend.close()
    assert read_run(tmp_path / "run").points() == [("mine", 1, 1), ("mine", 2, 2)]


def test_closing_says_so_and_the_next_record_goes_on(offline, kill_service, tmp_path, read_run):
    backend = offline("run")
    backend.add_scalar("loss", 0, step=0)
    backend.flush()
    wait_until(lambda: read_run(tmp_path / "run").points())
    kill_service(backend)
    with pytest.raises(OSError, match="gone before the run was closed"):
        backend.close()
    backend.close()
    backend.add_scalar("loss", 1, step=1)
    backend.close()
    assert read_run(tmp_path / "run").points() == [("loss", 0, 0), ("loss", 1, 1)]


INHERITING = """
import json, os, sys, warnings
import wandb
from viz_backend_wandb import WandbVisBackend
folder, url, *services = sys.argv[1:]
settings = dict(base_url=url, api_key="local-" + "a" * 40)
for number, service in enumerate(services):
    os.environ["WANDB_SERVICE"] = service
    arguments = dict(mode="online", id="mine", project="p", settings=settings)
    backend = WandbVisBackend(f"{folder}/{number}", arguments, open_timeout=1.0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for step in range(5):
            backend.add_scalar("loss", step, step=step)
        backend.close()
    print(json.dumps([str(warning.message) for warning in said]))
    wandb.teardown()
"""


@pytest.mark.takes(5)
def test_the_wandb_core_of_another_program_is_not_used(run_python, server, tmp_path, read_run):
    wandb.teardown()
    wandb.setup()
    alive = os.environ["WANDB_SERVICE"]
    with socket.socket(socket.AF_UNIX) as silent, server.feeling("refusing"):
        silent.bind(str(tmp_path / "socket"))
        silent.listen()
        dead, hanging = (f"3-1-unix-{tmp_path}/{name}" for name in ("gone", "socket"))
        done = run_python(INHERITING, tmp_path, server.url, alive, dead, hanging, "no service")
    assert (done.returncode, done.stderr) == (0, "")
    for number, line in enumerate(done.stdout.splitlines()):
        (message,) = json.loads(line)
        assert "cannot be reached" in message
        assert read_run(tmp_path / str(number)).points() == [("loss", s, s) for s in range(5)]
    assert number == 3
