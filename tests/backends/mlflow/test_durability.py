"""What a kill, a bad folder, a dead tracker and a bad record cost."""

import json
import os
import pickle
import re
import signal
import socket
from contextlib import contextmanager

import numpy as np
import pytest
from mlflow import MlflowClient
from waiting import HANG, not_hanging

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.sync import sync
from viz_core import RecordingWarning
from viz_core.testing.faults import read_only

_RECORD_AND_DIE = """
import json, os, signal, sys, time
from pathlib import Path
import numpy as np
from viz_backend_mlflow import MLflowVisBackend
folder, uri, kind = sys.argv[1:]
interval = 60 if kind == "records" else 1
backend = MLflowVisBackend(
    folder, exp_name=folder, tracking_uri=uri, artifact_suffix=(), interval=interval, batch_size=4000
)
for step in range(3000):
    backend.add_scalar("loss", step, step=step)
    while kind == "scalars" and step in (999, 1999):
        (journal,) = Path(folder).rglob("records.jsonl")
        if json.loads(journal.read_text().splitlines()[-1])[1] == step:
            break
        time.sleep(0.01)
if kind == "records":
    backend.add_image("demo", np.full((8, 8, 3), 7, np.uint8), step=1)
    backend.add_config({"lr": 0.1})
if kind == "flush":
    backend.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def hole():
    """Give a tracker that takes connections and answers nothing, and its URI."""
    with socket.create_server(("127.0.0.1", 0)) as tracker:
        tracker.settimeout(60)
        yield tracker, f"http://127.0.0.1:{tracker.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["scalars", "records", "flush"])
def test_a_kill_costs_the_scalars_since_the_last_write(
    database, read_run, run_python, tmp_path, kind
):
    folder = tmp_path / "run"
    killed = run_python(_RECORD_AND_DIE, folder, database, kind)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    sync(folder)
    run = read_run(database, str(folder))
    kept = run.history("loss")
    assert kept == [(step, step) for step in range(len(kept))]
    assert len(kept) >= 2000
    if kind != "scalars":
        assert len(kept) == 3000
    if kind == "records":
        assert [(key, step) for key, step, _ in run.images()] == [("demo", 1)]
        assert run.params == {"lr": "0.1"}
    assert run.status == "KILLED"
    assert not list(folder.rglob("records.jsonl"))


def test_a_read_only_folder_fails_at_open_and_names_the_path(tmp_path):
    with read_only(tmp_path / "disk") as folder, hole() as (tracker, uri):
        for options in ({}, {"tracking_uri": uri}):
            backend = MLflowVisBackend(folder / "run", **options)
            with pytest.raises(OSError, match=re.escape(str(folder))):
                backend.add_scalar("loss", 1)
            backend.close()
        tracker.setblocking(False)
        with pytest.raises(BlockingIOError):
            tracker.accept()  # no call has connected to it


def test_no_call_waits_for_a_tracker_that_does_not_answer(tmp_path):
    with hole() as (tracker, uri):
        backend = MLflowVisBackend(tmp_path, tracking_uri=uri, timeout=4 * HANG, interval=0.1)
        backend.add_scalar("loss", 0, step=0)
        connection, _ = tracker.accept()  # the backend waits for it
        with not_hanging():
            _record_everything(backend, range(1, 2000))
    connection.close()
    with pytest.warns(RecordingWarning, match="are not sent"):
        backend.close()
    assert sum(journal.count() for journal in _journals(tmp_path)) > 2000


@pytest.mark.takes(1)
@pytest.mark.parametrize("answers", ["not", "refusing"])
def test_a_tracker_that_does_not_answer_is_given_up_after_the_timeout(tmp_path, answers):
    with hole() as (tracker, uri):
        if answers == "refusing":
            tracker.close()
        backend = MLflowVisBackend(tmp_path, tracking_uri=uri, timeout=1, interval=0.1)
        _record_everything(backend, range(100))
        with not_hanging():
            with pytest.raises(ConnectionError, match=f"cannot be opened at {uri}"):
                backend.experiment  # noqa: B018  # the access is what is tried
            with pytest.warns(RecordingWarning, match="are not sent"):
                backend.close()
    assert sum(journal.count() for journal in _journals(tmp_path)) > 100


def _record_everything(backend, steps):
    for step in steps:
        backend.add_scalar("loss", step, step=step)
        if step % 100 == 0:
            backend.add_image("demo", np.zeros((8, 8, 3), np.uint8), step=step)
            backend.add_scalars({"a": 1, "b": 2}, step=step)


def test_a_refused_record_takes_no_other_with_it(database, read_run, tmp_path):
    backend = MLflowVisBackend(
        tmp_path / "run",
        exp_name=str(tmp_path),
        tracking_uri=database,
        timeout=60,
        artifact_suffix=(),
        interval=60,
        batch_size=10**6,
    )
    backend.add_scalar("loss", 0, step=0)
    (journal,) = _journals(tmp_path)
    for step in range(1, 1500):
        backend.add_scalar("loss", step, step=step)
    bad = [
        ["scalars", 7, {"": [1.0, 1]}],
        ["scalars", 7, {"loss": ["many", 1]}],
        ["scalars", 2**70, {"loss": [1.0, 1]}],
        ["scalars"],
        ["artifact", str(tmp_path / "gone"), "work_dir"],
        ["params", {"": "nothing"}],
        ["hologram", 1],
        {"no": "list"},
    ]
    with (journal.folder / "records.jsonl").open("a") as file:
        for record in bad:
            file.write(f"{json.dumps(record)}\n")
        file.write("{torn\n")
    for step in range(1500, 3000):
        backend.add_scalar("loss", step, step=step)
    backend.add_config({"lr": 0.1})
    with pytest.warns(
        RecordingWarning, match=rf"{len(bad) + 1} records are refused \(the scalar ''"
    ):
        backend.close()
    run = read_run(database, str(tmp_path))
    assert run.history("loss") == [(step, step) for step in range(3000)]
    assert run.params == {"lr": "0.1"}
    assert run.status == "FINISHED"
    lines = (journal.folder / "refused.jsonl").read_text().splitlines()
    refused = [json.loads(line) for line in lines]
    assert len(refused) == len(bad) + 1
    assert all(line["reason"] for line in refused)
    assert sync(tmp_path).left == 0


def test_images_have_the_file_names_that_log_image_gives(database, read_run, tmp_path):
    image = np.full((8, 8, 3), 7, np.uint8)
    backend = MLflowVisBackend(tmp_path, exp_name=str(tmp_path), tracking_uri=database, timeout=60)
    backend.add_image("val/the demo", image, step=12)
    backend.close()
    run = read_run(database, str(tmp_path))
    ours = run.artifacts("images")
    assert run.tags["mlflow.loggedImages"] == "True"
    other = MlflowClient(database)
    run_id = other.create_run(run.run.info.experiment_id).info.run_id
    other.log_image(run_id, image, key="val/the demo", step=12)
    theirs = sorted(item.path for item in other.list_artifacts(run_id, "images"))
    pattern = r"(.*\+timestamp\+)\d+\+[\w-]+((?:\+compressed)?\.\w+)"
    alike = [[re.fullmatch(pattern, path).groups() for path in paths] for paths in (ours, theirs)]
    assert sorted(alike[0]) == sorted(alike[1])
    assert other.get_run(run_id).data.tags["mlflow.loggedImages"] == "True"


def _journals(folder):
    return [Journal(path.parent) for path in folder.rglob("records.jsonl")]


def test_records_of_a_child_are_in_the_run_of_its_parent(database, read_run, tmp_path):
    backend = MLflowVisBackend(tmp_path, exp_name=str(tmp_path), tracking_uri=database, timeout=60)
    backend.add_scalar("loss", 0, step=0)
    for step in range(1, 6):
        backend.add_scalar("loss", step, step=step)
        child = os.fork()
        if child == 0:
            try:
                backend.add_scalar("child", step, step=step)
            finally:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    backend.close()
    run = read_run(database, str(tmp_path))
    assert run.history("loss") == [(step, step) for step in range(6)]
    assert run.history("child") == [(step, step) for step in range(1, 6)]


def test_copies_record_to_the_same_run(database, read_runs, tmp_path):
    options = {"exp_name": str(tmp_path), "tracking_uri": database, "artifact_suffix": ()}
    backend = MLflowVisBackend(tmp_path, **options)
    early = pickle.loads(pickle.dumps(backend))
    backend.add_scalar("loss", 1.0, step=1)
    late = pickle.loads(pickle.dumps(backend))
    for step, copy in ((2, early), (3, late)):
        assert not copy.is_open
        copy.add_scalar("loss", float(step), step=step)
        copy.close()
    backend.close()
    sync(tmp_path)
    (run,) = read_runs(database, str(tmp_path))
    assert sorted(run.history("loss")) == [(1, 1.0), (2, 2.0), (3, 3.0)]
