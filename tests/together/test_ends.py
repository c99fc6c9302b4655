"""Several backends in one visualizer: each holds everything, however the program ends."""

import json
import subprocess

import pytest
import reading_back as read
from fences import WITH_TRACKERS
from forked import run_forked
from wandb.util import get_core_path

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.sync import sync

PROGRAM = """
import atexit, os, signal, sys, threading, time
from viz_core import Visualizer

folder, uri, end, *names = sys.argv[1:]
more = {
    "MLflowVisBackend": dict(tracking_uri=uri, exp_name=folder),
    "WandbVisBackend": dict(init_kwargs=dict(mode="offline")),
}

def make():
    backends = [dict(type=name, **more.get(name, {})) for name in names]
    made = Visualizer(vis_backends=backends, save_dir=folder)
    made.add_scalar("loss", 1, step=1)
    return made

def send(name):
    visualizer.flush()
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(60)

def main():
    visualizer = make()
    visualizer.itself = visualizer  # a cycle

def record_later():
    threading.main_thread().join()
    visualizer.add_scalar("loss", 4, step=4)

if end != "main()":
    atexit.register(lambda: visualizer.add_scalar("loss", 2, step=2))
    visualizer = make()
    atexit.register(lambda: visualizer.add_scalar("loss", 3, step=3))
exec(end)
"""

#: By its end: the state of MLflow's run, with what W&B's ends, and the steps that all have.
ENDS = {
    "pass": ("FINISHED", 0, [1, 2, 3]),
    "main()": ("FINISHED", 0, [1]),
    "threading.Thread(target=record_later).start()": ("FINISHED", 0, [1, 2, 3, 4]),
    "sys.exit(1)": ("FAILED", 1, [1, 2, 3]),
    "1 / 0": ("FAILED", 1, [1, 2, 3]),
    "send('SIGTERM')": ("KILLED", None, [1]),
    "send('SIGKILL')": ("KILLED", None, [1]),
}

# MLflow and SQLAlchemy use functions that the other deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(mlflow|sqlalchemy|alembic).*"),
    pytest.mark.filterwarnings("ignore:.*noload.*:Warning"),
    pytest.mark.xdist_group("together"),
    pytest.mark.takes(1),
]

TRACKERS = ("MLflowVisBackend", "WandbVisBackend")
ALL = ("LocalVisBackend", "TensorboardVisBackend", *TRACKERS)
TRIED = [(ALL, end) for end in ENDS]
TRIED += [(TRACKERS, end) for end in ("main()", "sys.exit(1)", "send('SIGKILL')")]


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Return MLflow's database, and the folder of each program, after all of them have ended."""
    database = tmp_path_factory.mktemp("database")
    backend = MLflowVisBackend(database)  # it makes one, which takes seconds
    backend.add_scalar("made", 1)
    backend.close()
    uri = f"sqlite:///{database}/mlflow.db"
    folders = {tried: tmp_path_factory.mktemp("end") for tried in TRIED}
    programs = [(folder, uri, end, *names) for (names, end), folder in folders.items()]
    run_forked(PROGRAM, programs, imports=WITH_TRACKERS)
    return uri, folders


def _exit_codes(folder):
    """Return with what the run of W&B has ended, of which each file of it says one."""
    command = [get_core_path(), "leet", "inspect", "--no-observability", "--json", "--run-file"]
    for file in folder.glob("wandb/*run-*/*.wandb"):
        said = subprocess.run([*command, str(file)], capture_output=True, text=True, check=True)
        for record in map(json.loads, said.stdout.splitlines()):
            if record["type"] == "exit":
                yield record["exit"].get("exit_code", 0)


@pytest.mark.parametrize(("names", "end"), TRIED)
def test_each_backend_has_all_and_the_state_of_its_program(ended, names, end):
    uri, folders = ended
    folder = folders[names, end]
    status, code, steps = ENDS[end]
    points = {"loss": [(step, step) for step in steps]}
    assert sync(folder).left == 0  # what killed programs and functions of `atexit` have left
    (run,) = read.mlflow_runs(uri, str(folder))
    assert read.mlflow_points(uri, run) == points
    assert run.info.status == status
    assert read.wandb_numbers(folder / "vis_data") == points
    assert set(_exit_codes(folder / "vis_data")) == {code} - {None}
    if names == ALL:
        assert read.local_numbers(folder / "vis_data") == points
        assert read.tensorboard_numbers(folder / "vis_data") == points
