"""The command that sends journals, and its answers."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.__main__ import main
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
        tmp_path,
        exp_name=str(tmp_path),
        tracking_uri=database,
        interval=60,
        artifact_suffix=(),
        timeout=60,
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
        tmp_path,
        exp_name=str(tmp_path),
        tracking_uri=database,
        interval=60,
        artifact_suffix=(),
        timeout=60,
    )
    for step in range(1500):
        backend.add_scalar("loss", step % 7, step=step)
    backend.flush()
    (path,) = tmp_path.rglob("records.jsonl")
    (path.parent / "sent").write_text("0 0")  # as if the program had died before it could note that
    backend.close()
    expected = [(step, step % 7) for step in range(1500)]
    assert read_run(database, str(tmp_path)).history("loss") == expected


def test_a_journal_that_version_0_1_wrote_is_sent(database, read_run, tmp_path):
    run_folder = tmp_path / "run"
    shutil.copytree(Path(__file__).parent / "written_by_0_1", run_folder)
    store = str(Path(database.removeprefix("sqlite:///")).parent)
    (journal,) = run_folder.glob("mlflow_journal/*/")
    for file in (journal / "run.json", journal / "records.jsonl"):  # made in /tmp/run
        text = file.read_text().replace("/tmp/run/ml", f"{store}/ml")
        file.write_text(text.replace("/tmp/run", str(run_folder)))
    first_record = b'["params",{"seed":"1"}]\n'
    assert (journal / "records.jsonl").read_bytes().startswith(first_record)
    (journal / "sent").write_text(str(len(first_record)))  # as 0.1 writes what MLflow has already
    summary = sync(run_folder)
    assert (summary.sent, summary.refused, summary.left) == (10, 0, 0)
    assert not journal.exists()
    run = read_run(database, "written by 0.1")
    assert run.run.info.run_name == "a run"
    assert run.tags["who"] == "0.1"
    assert run.params == {"lr": "0.1", "model.depth": "18"}
    assert run.text("config.py") == "lr = 0.1\nmodel = dict(depth=18)\n"
    assert run.metrics == ["acc_x40_1", "inf", "loss", "nan"]
    assert run.history("loss") == [(1, 0.5)] * 3
    assert run.history("acc_x40_1") == [(2, 0.25)]
    assert np.isnan(run.history("nan")[0][1])
    assert run.tags["viz.infinite.inf"] == "inf at step 2"
    ((key, step, image),) = run.images()
    assert (key, step) == ("val/demo", 3)
    np.testing.assert_array_equal(image, np.full((4, 6, 3), 7))
    assert run.text("work_dir/train.log") == "a line of the log\n"
    assert run.status == "FINISHED"
