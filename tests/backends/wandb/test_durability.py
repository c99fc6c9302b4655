"""What is left when a program is killed, ends without closing, forks or goes on."""

import os

import pytest
import wandb

from viz_backend_wandb import WandbVisBackend
from viz_core import RecordingWarning

KILLED = """
import itertools, os, signal, sys, time
from pathlib import Path
import wandb
from viz_backend_wandb import WandbVisBackend

def record_and_die(folder, more):
    backend = WandbVisBackend(folder, dict(mode="offline"))
    def record(name, steps):
        for step in steps:
            backend.add_scalar(name, step, step=step)
            time.sleep(0.003)
    record("before", range(50))
    record("written", range(50, 52))  # twice: the file has a header in the midst of some records
    (file,) = Path(folder).glob("wandb/*run-*/*.wandb")
    while b"written" not in file.read_bytes():
        time.sleep(0.01)
    record("after", range(52, 52 + more))
    os.kill(os.getpid(), signal.SIGKILL)

for index in range(5):
    if os.fork() == 0:
        record_and_die(f"{sys.argv[1]}/{index}", 10 * index)
for _ in range(5):
    assert os.wait()[1] == signal.SIGKILL
"""


def test_killing_loses_what_came_after_the_last_write(tmp_path, run_python, read_run):
    done = run_python(KILLED, tmp_path)
    assert done.returncode == 0, done.stderr
    for index in range(5):
        points = read_run(tmp_path / str(index)).points()
        assert [step for _, step, _ in points] == list(range(len(points)))
        assert 50 < len(points) <= 52 + 10 * index


def test_the_flush_interval_is_a_setting_that_wandb_has(tmp_path):
    assert "x_transaction_log_flush_interval" in wandb.Settings.model_fields
    for options, expected in (({}, 0.1), ({"flush_interval": 2.5}, 2.5)):
        backend = WandbVisBackend(tmp_path, {"mode": "offline"}, **options)
        assert backend.experiment.settings.x_transaction_log_flush_interval == expected
        backend.close()


def test_a_forked_child_has_a_run_of_its_own(tmp_path, run_python, read_runs):
    program = """
import os, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
from viz_backend_wandb import WandbVisBackend
backend = WandbVisBackend(sys.argv[1], dict(mode="offline", id="mine"))
def record(name, steps):
    for step in steps:
        backend.add_scalar(name, step, step=step)
record("parent", range(30))
busy = threading.Event()
def keep_the_lock_busy():
    while not busy.is_set():
        record("thread", [0])
thread = threading.Thread(target=keep_the_lock_busy)
thread.start()
children = []
for index in range(4):
    child = os.fork()
    if child == 0:
        if index == 0:
            sys.exit(0)  # with all that happens at exit, and without a record
        record("child", range(30))
        backend.close()
        record("child", range(30, 60))
        if index == 1:
            sys.exit(0)
        backend.close()
        os._exit(0)
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
busy.set()
thread.join()
record("parent", range(30, 60))
backend.close()
print(*children)
"""
    done = run_python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    _, *recording = done.stdout.split()
    runs = read_runs(tmp_path)
    assert set(runs) == {"mine", *(f"mine-process-{child}" for child in recording)}
    of_parent = [point for point in runs["mine"].points() if point[0] != "thread"]
    assert of_parent == [("parent", step, step) for step in range(60)]
    for child in recording:
        points = runs[f"mine-process-{child}"].points()
        assert points == [("child", step, step) for step in range(60)]


@pytest.mark.parametrize("command", ["sync", "beta sync"])
def test_the_parts_of_a_run_are_one_run_when_they_are_sent(
    tmp_path, server, send, read_run, command
):
    backend = WandbVisBackend(tmp_path, {"mode": "offline", "id": "parts", "project": "p"})
    for part in range(3):
        for step in range(5):
            backend.add_scalar("loss", part, step=10 * part + step)
        backend.add_config({"part": part, f"only {part}": True})
        backend.close()
    run = read_run(tmp_path)
    assert len(run.files) == 3
    expected = [("loss", 10 * part + step, part) for part in range(3) for step in range(5)]
    assert run.points() == expected
    done = send(*command.split(), *(str(file.parent) for file in run.files))
    assert done.returncode == 0, done.stderr
    assert server.run("parts").points() == expected
    config = {key: item["value"] for key, item in server.run("parts").config.items()}
    assert {key: value for key, value in config.items() if "_" not in key} == {
        "part": 2,
        **{f"only {part}": True for part in range(3)},
    }
    assert not server.unknown


def test_a_pickled_copy_of_an_open_backend_has_a_run_of_its_own(tmp_path, read_runs):
    import pickle

    backend = WandbVisBackend(tmp_path, {"mode": "offline", "id": "mine"})
    backend.add_scalar("loss", 1, step=1)
    copy = pickle.loads(pickle.dumps(backend))
    with pytest.warns(RecordingWarning, match="in the group 'mine'"):
        copy.add_scalar("loss", 2, step=2)
    copy.add_scalar("loss", 4, step=4)  # told once
    backend.add_scalar("loss", 3, step=3)
    copy.close()
    backend.close()
    runs = read_runs(tmp_path)
    assert runs["mine"].points() == [("loss", 1, 1), ("loss", 3, 3)]
    assert runs[f"mine-process-{os.getpid()}"].points() == [("loss", 2, 2), ("loss", 4, 4)]


def test_a_forked_child_does_not_end_what_its_parent_waits_for(tmp_path, run_python, read_runs):
    program = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from viz_backend_wandb import WandbVisBackend, wandb_core
backend = WandbVisBackend(sys.argv[1], dict(mode="offline"))
backend.add_scalar("loss", 0, step=0)
wandb_core.leave_behind()
child = os.fork()
if child == 0:
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
backend.add_scalar("loss", 1, step=1)
backend.close()
"""
    done = run_python(program, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (run,) = read_runs(tmp_path).values()
    assert run.points() == [("loss", 0, 0), ("loss", 1, 1)]
