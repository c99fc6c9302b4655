"""The program's own run, as after `wandb.init()`: recorded into, and the program's to finish."""

import pickle

import numpy as np
import pytest
import wandb

from viz_core import RecordingWarning, Visualizer

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return a run of the program's, which writes as often as ours, as the tests wait for it."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    wandb.teardown()  # it remembers the mode
    settings = wandb.Settings(silent=True, x_transaction_log_flush_interval=0.1)
    run = wandb.init(dir=str(tmp_path / "own"), id="own", settings=settings)
    yield run
    run.finish()


@pytest.fixture
def make(tmp_path):
    """Return a function that makes a visualizer of one backend."""

    def make_one(**options):
        config = dict(type="WandbVisBackend", **options)
        return Visualizer(vis_backends=[config], save_dir=tmp_path / "ours")

    return make_one


def test_it_is_recorded_into_and_stays_the_programs(own, make, tmp_path, read_run):
    before = own.settings.model_dump()
    visualizer = make()
    for step in (1, 5, 3):
        visualizer.add_scalar("loss", step, step=step)
    visualizer.add_image("demo", IMAGE, step=2)
    visualizer.add_config({"lr": 0.1})
    assert visualizer.get_backend("WandbVisBackend").experiment.id == "own"
    own.log({"mine": 1})
    visualizer.close()
    assert wandb.run is own
    own.log({"mine": 2})
    visualizer.add_scalar("loss", 7, step=7)
    visualizer.close()
    assert own.settings.model_dump() == before
    own.finish()
    run = read_run(tmp_path / "own")
    assert [point for point in run.points() if point[0] == "loss"] == [
        ("loss", step, step) for step in (1, 5, 3, 7)
    ]
    assert [row["mine"] for row in run.rows if "mine" in row] == [1, 2]
    assert [row for row in run.rows if {"mine", "global_step"} <= row.keys()] == []
    assert [(key, step) for key, step, *_ in run.images()] == [("demo", 2)]
    assert run.config["lr"] == 0.1
    # Only what we record has our axis.
    axes = {metric.get("name"): metric.get("step_metric") for metric in run.all("metric")}
    assert axes == {"loss": "global_step"}
    assert not (tmp_path / "ours").exists()


def test_several_visualizers_and_copies_record_into_it(own, make, tmp_path, read_run):
    made = [make(), make(init_kwargs=dict(mode="offline")), make(init_kwargs=dict(id="own"))]
    made.append(pickle.loads(pickle.dumps(made[0])))
    for turn in range(2):
        for number, visualizer in enumerate(made):
            visualizer.add_scalar("loss", number, step=4 * turn + number)
        made[0].close()
    for visualizer in made:
        visualizer.close()
    own.finish()
    points = read_run(tmp_path / "own").points()
    assert points == [("loss", step, step % 4) for step in range(8)]


@pytest.mark.parametrize("asked", [dict(id="other"), dict(reinit="create_new")])
def test_a_config_that_asks_for_a_run_of_its_own_has_it(own, make, tmp_path, read_run, asked):
    visualizer = make(init_kwargs=asked)
    visualizer.add_scalar("loss", 0.5, step=1)
    visualizer.close()
    assert wandb.run is own
    own.log({"mine": 1})
    assert read_run(tmp_path / "ours/vis_data").points() == [("loss", 1, 0.5)]


def test_arguments_that_it_cannot_have_are_told(own, make):
    visualizer = make(init_kwargs=dict(project="another", config={"seed": 1}))
    with pytest.warns(RecordingWarning, match=r"own run 'own', so.* project are not used") as said:
        visualizer.add_scalar("loss", 0.5, step=1)
    visualizer.add_scalar("loss", 0.5, step=2)
    assert len(said) == 1
    assert own.config["seed"] == 1
    visualizer.close()


def test_recording_goes_on_in_another_run_when_the_program_finishes_it(
    own, make, tmp_path, read_run
):
    visualizer = make()
    visualizer.add_scalar("loss", 1, step=1)
    visualizer.add_config({"lr": 0.1})
    own.finish()
    with pytest.warns(RecordingWarning) as said:
        visualizer.add_scalar("loss", 2, step=2)
    assert "'own' has ended" in " ".join(str(warning.message) for warning in said)
    visualizer.add_scalar("loss", 3, step=3)
    visualizer.close()
    visualizer.add_scalar("loss", 4, step=4)
    visualizer.close()
    assert read_run(tmp_path / "own").points() == [("loss", 1, 1)]
    run = read_run(tmp_path / "ours/vis_data")
    assert run.points() == [("loss", step, step) for step in (2, 3, 4)]
    assert run.config["lr"] == 0.1
    assert run.all("run")[0]["run_group"] == "own"


def test_the_programs_next_run_is_recorded_into(own, make, tmp_path, read_runs):
    visualizer = make()
    visualizer.add_scalar("loss", 1, step=1)
    own.finish()
    following = wandb.init(dir=str(tmp_path / "own"), id="next", settings=own.settings.__class__())
    with pytest.warns(RecordingWarning, match="was finished by another part"):
        visualizer.add_scalar("loss", 2, step=2)
    visualizer.close()
    following.finish()
    runs = read_runs(tmp_path / "own")
    assert {name: run.points() for name, run in runs.items()} == {
        "own": [("loss", 1, 1)],
        "next": [("loss", 2, 2)],
    }


FORKS = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
import wandb
from viz_backend_wandb import WandbVisBackend
own = wandb.init(mode="offline", id="own", dir=sys.argv[1], settings=wandb.Settings(silent=True))
backend, unopened = (WandbVisBackend(sys.argv[1], dict(mode="offline")) for _ in range(2))
backend.add_scalar("loss", 0, step=0)
for opened in (backend, unopened):
    if os.fork() == 0:
        opened.add_scalar("child", 1, step=1)
        opened.close()
        os._exit(0)
    assert os.wait()[1] == 0
backend.add_scalar("loss", 1, step=1)
own.log({"mine": 1})
"""


def test_a_forked_child_has_a_run_of_its_own(tmp_path, run_python, read_runs):
    done = run_python(FORKS, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    runs = read_runs(tmp_path)
    own = runs.pop("own")
    assert [point for point in own.points() if point[0] == "loss"] == [
        ("loss", 0, 0),
        ("loss", 1, 1),
    ]
    assert len(runs) == 2
    for name, run in runs.items():
        assert name.startswith("own-process-")
        assert run.points() == [("child", 1, 1)]


#: A sweep's agent names the run in the environment; its program may call `wandb.init()` or not.
#: The three are forked from one process that has imported W&B, which takes longest.
SWEEP = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
import wandb
from viz_core import Visualizer

for when in ("before", "after", "never"):
    if os.fork() == 0:
        break
    assert os.wait()[1] == 0
else:
    sys.exit()
folder = f"{sys.argv[1]}/{when}"
os.mkdir(folder)

def make():
    config = dict(type="WandbVisBackend", init_kwargs=dict(mode="offline"))
    return Visualizer(vis_backends=[config], save_dir=folder)

first, second = make(), make()
if when == "before":
    own = wandb.init(mode="offline", dir=folder)
first.add_scalar("first", 0, step=0)
second.add_scalar("second", 0, step=0)
first.close()
if when == "after":
    own = wandb.init(mode="offline", dir=folder)
    own.log({"first": 1, "global_step": 1})
else:
    first.add_scalar("first", 1, step=1)
second.close()
"""


def test_the_run_of_a_sweeps_agent_is_recorded_into(tmp_path, run_python, read_runs, monkeypatch):
    monkeypatch.setenv("WANDB_RUN_ID", "trial")
    monkeypatch.setenv("WANDB_SWEEP_ID", "sweep")
    monkeypatch.setenv("WANDB_SILENT", "true")
    done = run_python(SWEEP, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for where in ("before", "after/vis_data", "never/vis_data"):
        ((name, run),) = read_runs(tmp_path / where).items()
        assert (name, len(run.files), len(run.all("exit"))) == ("trial", 1, 1), where
        assert run.points() == [("first", 0, 0), ("second", 0, 0), ("first", 1, 1)], where
