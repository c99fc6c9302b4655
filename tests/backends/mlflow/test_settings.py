"""Settings of the whole process are the same before and after."""

import json
import logging
import os

import mlflow
import pytest

from viz_backend_mlflow import MLflowVisBackend
from viz_core import RecordingWarning


def _state():
    root = logging.getLogger()
    return {
        "environment": dict(os.environ),
        "directory": os.getcwd(),  # noqa: PTH109  # the process's own
        "tracking uri": mlflow.get_tracking_uri(),
        "is set": mlflow.is_tracking_uri_set(),
        "active run": mlflow.active_run(),
        "last run": mlflow.last_active_run(),
        "logging": (root.level, list(root.handlers), logging.root.manager.disable),
        "disabled loggers": [
            name
            for name, it in logging.root.manager.loggerDict.items()
            if getattr(it, "disabled", 0)
        ],
    }


@pytest.mark.parametrize("is_set", [False, True])
def test_settings_are_as_before(database, monkeypatch, tmp_path, is_set):
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"):
        monkeypatch.delenv(name, raising=False)
    if is_set:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/other.db")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
    before = _state()
    backend = MLflowVisBackend(
        tmp_path / "run", exp_name=str(tmp_path), tracking_uri=database, timeout=60
    )
    backend.add_scalar("loss", 1)
    backend.experiment.log_metric("by hand", 1)
    backend.flush()
    assert _state() == before
    backend.close()
    assert _state() == before


def test_settings_are_as_before_when_the_server_is_dead(tmp_path):
    before = _state()
    backend = MLflowVisBackend(tmp_path, tracking_uri="http://127.0.0.1:1", timeout=1)
    backend.add_scalar("loss", 1)
    with pytest.raises(ConnectionError):
        backend.experiment  # noqa: B018  # the access is what is tried
    with pytest.warns(RecordingWarning):
        backend.close()
    assert _state() == before


@pytest.mark.takes(4)
def test_a_new_database_changes_nothing_else(run_python, tmp_path):
    program = """
import json, logging, os, sys
logging.basicConfig(level=logging.ERROR)
mine = logging.getLogger("mine")
from viz_backend_mlflow import MLflowVisBackend
before = dict(os.environ), os.getcwd(), logging.root.level, list(logging.root.handlers)
backend = MLflowVisBackend("run")
backend.add_scalar("loss", 1)
backend.close()
after = dict(os.environ), os.getcwd(), logging.root.level, list(logging.root.handlers)
print(json.dumps([before == after, mine.disabled, sorted(os.listdir())]))
"""
    done = run_python(program, cwd=tmp_path, imports=())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, False, ["run"]]
