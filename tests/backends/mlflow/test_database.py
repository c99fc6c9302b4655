"""The database is a file that is made whole, once, in a folder of any name."""

import fcntl
import os
import signal
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from forked import run_forked
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow import database as databases
from viz_backend_mlflow.sync import sync
from viz_core import sync_to_disk

RECORD = """
import sys
from viz_backend_mlflow import MLflowVisBackend
folder, uri = sys.argv[1:]
backend = MLflowVisBackend(folder, tracking_uri=uri or None, artifact_suffix=())
backend.add_scalar("loss", 1, step=1)
backend.close()
"""

NAMES = ["a%20b", "it's", "a#b", "back\\slash", "損失 é", "100%", "a&b=c;d"]
if make_url("sqlite:///%3F").database == "?":  # before SQLAlchemy 2.1 a query begins there
    NAMES.append("a?b")


#: Among those of other tests.
RUNS_OF_THIS = """
SELECT status FROM runs JOIN experiments USING (experiment_id) WHERE experiments.name = 'any name'
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_have_any_name(database, tmp_path, name):
    made = database.removeprefix("sqlite:///")
    folder = tmp_path / name
    folder.mkdir()
    with sqlite3.connect(made) as source, sqlite3.connect(folder / "mlflow.db") as copy:
        source.backup(copy)  # making one takes seconds
    source.close(), copy.close()
    backend = MLflowVisBackend(folder, exp_name="any name", artifact_suffix=())
    backend.add_image("demo", np.zeros((4, 4, 3), np.uint8))
    backend.add_scalar("loss", 1, step=1)
    backend.experiment.log_text("hello", "note.txt")
    backend.close()
    with sqlite3.connect(folder / "mlflow.db") as read:
        ((status,),) = read.execute(RUNS_OF_THIS)
        ((where,),) = read.execute(
            "SELECT artifact_location FROM experiments WHERE name='any name'"
        )
    read.close()
    assert status == "FINISHED"
    assert where.startswith(("/", "file:///"))
    (artifacts,) = (folder / "mlartifacts").glob("*/*/artifacts")
    assert (artifacts / "note.txt").read_text() == "hello"
    assert len(list((artifacts / "images").iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert not list(tmp_path.rglob("records.jsonl"))


@pytest.mark.takes(2)
def test_programs_that_start_together_on_one_new_database_wait_for_each_other(tmp_path, read_runs):
    uri = f"sqlite:///{tmp_path}/all.db"
    programs = [(tmp_path / str(number), uri) for number in range(3)]
    done = run_forked(RECORD, programs, imports=["mlflow.store.tracking.sqlalchemy_store"])
    assert done.returncodes == [0, 0, 0]
    assert [run.history("loss") for run in read_runs(uri)] == [[(1, 1)]] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "2", "all.db"]


KILLED = """
import os, signal, sys, threading, time

def kill():
    making = f"{sys.argv[1]}/.mlflow.db.making"
    while not os.path.exists(making) or os.stat(making).st_size < 100_000:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=kill, daemon=True).start()
"""


def test_a_program_that_is_killed_while_it_makes_the_database_ruins_nothing(
    tmp_path, read_run, run_python
):
    making = tmp_path / ".mlflow.db.making"
    killed = run_python(KILLED + RECORD, tmp_path, "")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert making.stat().st_size > 100_000
    assert not (tmp_path / "mlflow.db").exists()
    assert sync(tmp_path).left == 0
    assert read_run(tmp_path).history("loss") == [(1, 1)]
    assert not making.exists()


def test_making_a_database_waits_for_the_disk_once_and_recording_always(tmp_path, monkeypatch):
    ways, synced = {}, []

    def sync(path):
        synced.append((path.name, (tmp_path / "mlflow.db").exists()))
        sync_to_disk(path)

    def note(connection):
        connection = connection.connection.dbapi_connection
        ((_, _, path), *_) = connection.execute("PRAGMA database_list")
        ((way,),) = connection.execute("PRAGMA synchronous")
        ways.setdefault(Path(path).name, set()).add(way)

    monkeypatch.setattr(databases, "sync_to_disk", sync)
    event.listen(Engine, "begin", note)
    try:
        backend = MLflowVisBackend(tmp_path, artifact_suffix=())
        backend.add_scalar("loss", 1, step=1)
        backend.close()
    finally:
        event.remove(Engine, "begin", note)
    assert ways == {".mlflow.db.making": {0}, "mlflow.db": {2}}
    assert synced == [(".mlflow.db.making", False)]


@pytest.mark.parametrize("left", ["nothing", "migrations"])
def test_a_half_made_database_is_made_anew(tmp_path, read_run, left):
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as half_made:
        if left == "migrations":
            half_made.execute("CREATE TABLE alembic_version (version_num VARCHAR)")
            half_made.execute("CREATE TABLE experiments (experiment_id INTEGER)")
    half_made.close()
    if left == "migrations":
        os.utime(path, (1, 1))  # whoever was making it is gone
    backend = MLflowVisBackend(tmp_path, artifact_suffix=())
    backend.add_scalar("loss", 1, step=1)
    backend.close()
    assert read_run(tmp_path).history("loss") == [(1, 1)]
    assert len(list(tmp_path.glob("mlflow.db.half-made-*"))) == 1


def test_a_database_that_has_more_than_runs_keeps_it(tmp_path, read_run):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE customers (name)")
    theirs.close()
    backend = MLflowVisBackend(tmp_path, tracking_uri=f"sqlite:///{path}", artifact_suffix=())
    backend.add_scalar("loss", 1, step=1)
    backend.close()
    assert read_run(f"sqlite:///{path}").history("loss") == [(1, 1)]
    with sqlite3.connect(path) as theirs:
        assert theirs.execute("SELECT * FROM customers").fetchall() == []
    theirs.close()


def test_a_child_that_is_forked_meanwhile_keeps_nobody_waiting(tmp_path, monkeypatch):
    waiting, reading, writing = [], *os.pipe()

    def make(path, artifacts):
        waiting.append(path.with_name(f"{path.name}.lock").open("a"))  # of another program
        if not os.fork():
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
        path.touch()

    monkeypatch.setattr(databases, "_make_whole", make)
    monkeypatch.setattr(databases, "_is_whole", lambda path: path.exists())
    databases._make(tmp_path / "all.db", None)
    try:
        fcntl.flock(waiting[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(writing)
        os.close(reading)
        os.wait()
        waiting[0].close()
