"""What a program leaves, however it ends."""

import signal
import sqlite3

import pytest
from ends_table import state_of
from forked import run_forked

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.sync import sync

pytestmark = pytest.mark.xdist_group("ends")

PROGRAM = """
import atexit, os, signal, sys, time
from viz_core import Visualizer

folder, uri, end = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)  # which `nohup ... &` has ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)
atexit.register(lambda: visualizer.add_scalar("loss", 2, step=2))
config = dict(type="MLflowVisBackend", exp_name=folder, tracking_uri=uri, artifact_suffix=())
visualizer = Visualizer(vis_backends=[config], save_dir=folder)
visualizer.add_scalar("loss", 1, step=1)
time.sleep(0.2)
if end == "caught":
    try:
        sys.exit(1)
    except SystemExit:
        pass
    visualizer.close()
elif end == "in finally":
    try:
        sys.exit(0)
    finally:
        visualizer.close()
elif end == "handler":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
elif end.startswith("SIG"):
    os.kill(os.getpid(), getattr(signal, end))
    time.sleep(60)
elif end:
    exec(end)
"""

#: By its end: the row of the table in docs/reliability.md, and the status and steps of the run.
ENDS = {
    "": ("return", "FINISHED", [1, 2]),
    "sys.exit(0)": ("sys.exit(0)", "FINISHED", [1, 2]),
    "sys.exit(1)": ("sys.exit(1)", "FAILED", [1, 2]),
    "sys.exit(True)": ("sys.exit(True)", "FAILED", [1, 2]),
    "sys.exit('why')": ('sys.exit("why")', "FAILED", [1, 2]),
    "1 / 0": ('sys.exit("why")', "FAILED", [1, 2]),
    "caught": ("caught", "FINISHED", [1, 2]),
    "in finally": ("sys.exit(0)", "FINISHED", [1, 2]),
    "SIGINT": ("Ctrl-C", "KILLED", [1, 2]),
    "handler": ("sys.exit(143)", "KILLED", [1, 2]),
    "SIGTERM": ("SIGTERM, SIGHUP", "KILLED", [1]),
    "SIGHUP": ("SIGHUP", "KILLED", [1]),
    "SIGKILL": ("SIGKILL", "KILLED", [1]),
}


@pytest.fixture(scope="module")
def ended(database, tmp_path_factory):
    """Return the folder of each program, after all of them have ended."""
    folders = {end: tmp_path_factory.mktemp("end") for end in ENDS}
    run_forked(
        PROGRAM,
        [(folder, database, end) for end, folder in folders.items()],
        imports=["mlflow.store.tracking.sqlalchemy_store"],
    )
    return folders


@pytest.mark.parametrize("end", ENDS)
def test_a_run_ends_as_its_program_did(database, read_run, ended, end):
    folder = ended[end]
    row, status, steps = ENDS[end]
    assert state_of(row, "MLflow") == status
    if status != "KILLED":
        assert read_run(database, str(folder)).status == status
    assert sync(folder).left == 0  # what killed programs and functions of `atexit` have left
    assert not list(folder.rglob("records.jsonl"))
    run = read_run(database, str(folder))
    assert (run.status, [step for step, _ in run.history("loss")]) == (status, steps)


def test_the_next_run_in_a_folder_sends_what_was_left(database, read_runs, run_python, tmp_path):
    killed = run_python(PROGRAM, tmp_path, database, "SIGTERM")
    assert killed.returncode == -signal.SIGTERM, killed.stderr
    assert len(list(tmp_path.rglob("records.jsonl"))) == 1
    backend = MLflowVisBackend(
        tmp_path / "vis_data", exp_name=str(tmp_path), tracking_uri=database, artifact_suffix=()
    )
    backend.add_scalar("loss", 3, step=3)
    backend.close()
    found = {run.status: run.history("loss") for run in read_runs(database, str(tmp_path))}
    assert found == {"KILLED": [(1, 1)], "FINISHED": [(3, 3)]}
    assert not list(tmp_path.rglob("records.jsonl"))


def test_a_database_that_comes_back_without_the_run_gets_a_new_one(
    database, read_run, tmp_path, caplog
):
    backend = MLflowVisBackend(
        tmp_path, exp_name=str(tmp_path), tracking_uri=database, artifact_suffix=(), interval=60
    )
    backend.add_scalar("loss", 1, step=1)
    gone = backend.experiment.run_id
    backend.flush()
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        for table in ("metrics", "latest_metrics", "tags", "runs"):
            connection.execute(f"DELETE FROM {table} WHERE run_uuid = ?", [gone])
    connection.close()
    backend.add_scalar("loss", 2, step=2)
    backend.close()
    run = read_run(database, str(tmp_path))
    assert run.id != gone
    assert (run.history("loss"), run.status) == ([(1, 1), (2, 2)], "FINISHED")
    assert f"does not have the run {gone} any more" in caplog.text
