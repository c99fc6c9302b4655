"""The command that sends what runs have left behind, and its answers."""

import pytest

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.__main__ import main
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.sync import sync


def test_a_folder_without_a_journal_is_said_to_have_none(capsys, tmp_path):
    assert main(["sync", str(tmp_path)]) == 0
    assert f"no journal in {tmp_path} or below it" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_an_error(capsys, tmp_path):
    with pytest.raises(SystemExit, match="2"):
        main(["sync", str(tmp_path / "nowhere")])
    assert "nowhere is not a folder; name the save_dir of the run" in capsys.readouterr().err


def test_the_journal_of_a_run_that_still_records_is_left_to_it(database, read_run, tmp_path):
    backend = MLflowVisBackend(
        tmp_path, exp_name=str(tmp_path), tracking_uri=database, interval=60, artifact_suffix=()
    )
    for step in range(10):
        backend.add_scalar("loss", step, step=step)
    backend.flush()
    backend.add_scalar("loss", 10, step=10)
    sync(tmp_path)
    assert len(list(tmp_path.rglob("records.jsonl"))) == 1
    backend.add_scalar("loss", 11, step=11)
    backend.close()
    assert sync(tmp_path).journals == 0
    assert read_run(database, str(tmp_path)).history("loss") == [(s, s) for s in range(12)]


def test_sending_a_journal_twice_doubles_nothing(database, read_run, tmp_path):
    backend = MLflowVisBackend(
        tmp_path, exp_name=str(tmp_path), tracking_uri=database, interval=60, artifact_suffix=()
    )
    for step in range(1500):
        backend.add_scalar("loss", step % 7, step=step)
    backend.flush()
    (path,) = tmp_path.rglob("records.jsonl")
    Journal(path.parent).mark_sent(0)  # as if the program had died before it could note that
    backend.close()
    expected = [(step, step % 7) for step in range(1500)]
    assert read_run(database, str(tmp_path)).history("loss") == expected
