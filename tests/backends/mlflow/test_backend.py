"""The runs of backends: separate, resumed, ended, and bound to `experiment`."""

import os
from concurrent.futures import ThreadPoolExecutor

import mlflow
import numpy as np
import pytest

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.paths import check_tracking_uri
from viz_core import RecordingWarning, Visualizer


@pytest.fixture
def make(database, tmp_path):
    """Return a function that makes a backend in an experiment of its own."""

    def make(**options):
        options = {"exp_name": str(tmp_path), "artifact_suffix": (), **options}
        return MLflowVisBackend(tmp_path / "run", tracking_uri=database, timeout=60, **options)

    return make


@pytest.fixture
def runs(database, read_runs, tmp_path):
    return lambda: read_runs(database, str(tmp_path))


def test_two_backends_are_two_runs(make, runs):
    first, second = make(run_name="first"), make(run_name="second")
    for step in range(10):
        first.add_scalar("loss", 1, step=step)
        second.add_scalar("loss", 2, step=step)
    first.close()
    second.close()
    found = {run.run.info.run_name: run.history("loss") for run in runs()}
    assert found == {
        "first": [(step, 1) for step in range(10)],
        "second": [(step, 2) for step in range(10)],
    }


def test_the_active_run_of_the_program_is_left_alone(make, runs):
    backend = make()
    backend.add_scalar("loss", 1)
    experiment = backend.experiment
    assert mlflow.active_run() is None
    experiment.log_param("by hand", 3)
    experiment.log_text("hello", "note.txt")
    assert experiment.active_run().info.run_id == experiment.run_id
    with experiment.active():
        assert mlflow.active_run().info.run_id == experiment.run_id
    assert mlflow.active_run() is None
    assert experiment.entities is mlflow.entities
    backend.close()
    (run,) = runs()
    assert run.params == {"by hand": "3"}
    assert run.text("note.txt") == "hello"
    assert run.status == "FINISHED"


def test_use_after_close_goes_on_in_the_same_run(make, runs):
    backend = make()
    backend.add_scalar("loss", 1, step=1)
    backend.close()
    backend.add_scalar("loss", 2, step=2)
    backend.flush()
    assert runs()[0].status == "RUNNING"
    backend.close()
    (run,) = runs()
    assert run.history("loss") == [(1, 1), (2, 2)]
    assert run.status == "FINISHED"


def test_an_exception_makes_the_run_failed(make, runs):
    backend = make()
    with pytest.raises(ZeroDivisionError):
        try:
            backend.add_scalar("loss", 1)
            1 / 0  # noqa: B018  # the exception is what is tried
        finally:
            backend.close()
    assert runs()[0].status == "FAILED"


@pytest.mark.takes(2)
def test_an_exception_that_ends_the_program_makes_the_run_failed(
    database, run_python, runs, tmp_path
):
    program = """
import sys
from viz_backend_mlflow import MLflowVisBackend
backend = MLflowVisBackend(sys.argv[1], exp_name=sys.argv[1], tracking_uri=sys.argv[2], timeout=60)
backend.add_scalar("loss", 1)
if len(sys.argv) > 3:
    raise RuntimeError("the end")
"""
    with ThreadPoolExecutor() as at_once:
        failed = at_once.submit(run_python, program, tmp_path, database, "fail")
        ended = at_once.submit(run_python, program, tmp_path, database)
    assert "RuntimeError: the end" in failed.result().stderr
    assert ended.result().returncode == 0
    assert sorted(run.status for run in runs()) == ["FAILED", "FINISHED"]
    assert [run.history("loss") for run in runs()] == [[(0, 1)]] * 2


def test_a_run_is_resumed_and_keeps_changed_values(make, runs):
    backend = make(tags={"who": "me"}, params={"seed": 1})
    backend.add_config({"lr": 0.1, "same": 1})
    run_id = backend.experiment.run_id
    backend.close()
    resumed = make(run_id=run_id)
    resumed.add_config({"lr": 0.2, "same": 1})
    resumed.close()
    (run,) = runs()
    assert run.params == {"seed": "1", "lr": "0.1", "same": "1"}
    assert run.tags["viz.changed.lr"] == "0.2"
    assert run.tags["who"] == "me"
    assert "viz.changed.same" not in run.tags


def test_configs_are_flattened_and_long_values_kept_whole(make, runs):
    backend = make(tracked_config_keys=["model", "long"])
    long = "x" * 9000
    config = {"model": {"depth": 18, "layers": [{"n": 1}, {"n": 2}]}, "long": long, "lr": 1}
    backend.add_config(config)
    with pytest.raises(ValueError, match="'modle', which the config does not have"):
        make(tracked_config_keys=["modle"]).add_config(config)
    backend.close()
    (run,) = runs()
    assert run.params == {
        "model.depth": "18",
        "model.layers.0.n": "1",
        "model.layers.1.n": "2",
        "long": long[:6000],
    }
    assert run.text("params/long.txt") == long


def test_files_of_the_work_dir_are_uploaded_at_close(make, runs, tmp_path):
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    (work / "a.log").write_text("A")
    (work / "sub" / "a.log").write_text("B")
    (work / "weights.pth").write_text("not asked for")
    backend = make(artifact_suffix=(".log",))
    backend.add_config({"work_dir": str(work)})
    backend.close()
    (run,) = runs()
    assert run.text("work_dir/a.log") == "A"
    assert run.text("work_dir/sub/a.log") == "B"
    assert run.artifacts("work_dir") == ["work_dir/a.log", "work_dir/sub"]


def test_infinities_have_a_tag_and_one_warning(make, runs):
    backend = make()
    with pytest.warns(RecordingWarning, match="'loss' is inf") as caught:
        backend.add_scalar("loss", float("inf"), step=4)
        backend.add_scalar("loss", float("-inf"), step=5)
    backend.add_scalar("nan", float("nan"), step=1)
    backend.close()
    (run,) = runs()
    assert len(caught) == 1
    assert run.tags["viz.infinite.loss"] == "inf at step 4"
    assert [abs(value) > 1e308 for _, value in run.history("loss")] == [True, True]
    assert np.isnan(run.history("nan")[0][1])


def test_equal_points_are_all_kept(make, runs):
    backend = make()
    for _ in range(50):
        backend.add_scalar("loss", 0.5, step=1)
    backend.close()
    assert runs()[0].history("loss") == [(1, 0.5)] * 50


def test_without_a_tracking_uri_a_folder_is_needed(tmp_path):
    assert MLflowVisBackend().needs_save_dir
    assert not MLflowVisBackend(tracking_uri="http://127.0.0.1:1").needs_save_dir


def test_without_a_save_dir_the_journal_is_in_the_state_folder(
    database, monkeypatch, runs, tmp_path
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    backend = MLflowVisBackend(exp_name=str(tmp_path), tracking_uri=database, timeout=60)
    backend.add_scalar("loss", 1)
    (journals,) = (tmp_path / "state").rglob("records.jsonl")
    assert "viz-backend-mlflow" in journals.parts
    backend.close()
    assert not list((tmp_path / "state").rglob("*.jsonl"))
    assert runs()[0].history("loss") == [(0, 1)]


def test_images_may_be_webp_and_smaller(make, runs):
    backend = make(image_format="webp", quality=95, max_side=10)
    backend.add_image("a", np.full((20, 40, 3), [200, 100, 0], np.uint8), step=3)
    backend.close()
    (run,) = runs()
    ((name, step, array),) = run.images()
    assert (name, step, array.shape) == ("a", 3, (5, 10, 3))
    np.testing.assert_allclose(array.astype(int), np.full((5, 10, 3), [200, 100, 0]), atol=5)
    assert all(path.endswith(".webp") for path in run.artifacts("images"))


def test_mlflows_page_shows_no_jpg():
    with pytest.raises(ValueError, match="must be 'png' or 'webp', got 'jpg'; MLflow's page shows"):
        MLflowVisBackend("run", image_format="jpg")


@pytest.mark.parametrize("uri", ["./mlruns", "file:///tmp/mlruns"])
def test_a_folder_is_no_tracking_uri(uri):
    with pytest.raises(ValueError, match=r"use 'sqlite:///.*mlruns/mlflow\.db'"):
        MLflowVisBackend("run", tracking_uri=uri)


@pytest.mark.parametrize("argument", ["interval", "batch_size", "timeout"])
def test_interval_batch_size_and_timeout_must_be_positive(argument):
    with pytest.raises(ValueError, match=f"{argument} must be positive, got 0"):
        MLflowVisBackend("run", **{argument: 0})


def test_the_plugin_is_found_without_importing_mlflow(run_python):
    program = """
import sys
from viz_core import VISBACKENDS
VISBACKENDS.build({"type": "MLflowVisBackend", "save_dir": "unused"})
assert "mlflow" not in sys.modules
"""
    done = run_python(program, imports=())
    assert done.returncode == 0, done.stderr


def test_files_of_the_save_dir_are_uploaded_when_no_config_has_a_work_dir(
    database, read_run, tmp_path
):
    folder = tmp_path / "wandb" / "run"  # one above it is not another tracker's
    backend = MLflowVisBackend(folder, exp_name=str(tmp_path), tracking_uri=database, timeout=60)
    backend.add_scalar("loss", 1)
    (folder / "scalars.json").write_text('{"loss": 1}')
    (folder / "weights.pth").write_text("not asked for")
    (folder / "config.yaml").write_text("lr: 0.1")
    (folder / "wandb" / "run").mkdir(parents=True)
    (folder / "wandb" / "run" / "summary.json").write_text("another tracker's")
    backend.close()
    run = read_run(database, str(tmp_path))
    assert run.artifacts("work_dir") == ["work_dir/config.yaml", "work_dir/scalars.json"]
    assert run.text("work_dir/config.yaml") == "lr: 0.1"


def test_every_rank_has_a_run_of_its_own(database, monkeypatch, read_runs, tmp_path):
    config = {
        "type": "MLflowVisBackend",
        "exp_name": str(tmp_path),
        "tracking_uri": database,
        "timeout": 60,
    }
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank in range(2):
        monkeypatch.setenv("RANK", str(rank))
        visualizer = Visualizer(vis_backends=[config], save_dir=tmp_path, ranks="all")
        visualizer.add_scalar("loss", rank, step=1)
        (journal,) = tmp_path.rglob("records.jsonl")
        assert f"rank_{rank}" in journal.parts
        visualizer.close()
    found = {
        run.tags["viz.rank"]: run.history("loss") for run in read_runs(database, str(tmp_path))
    }
    assert found == {"0": [(1, 0)], "1": [(1, 1)]}


def test_only_rank_0_has_a_run_by_default(database, monkeypatch, read_runs, tmp_path):
    config = {
        "type": "MLflowVisBackend",
        "exp_name": str(tmp_path),
        "tracking_uri": database,
        "timeout": 60,
    }
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    visualizer = Visualizer(vis_backends=[config], save_dir=tmp_path)
    visualizer.add_scalar("loss", 1)
    visualizer.close()
    assert read_runs(database, str(tmp_path)) == []
    assert not list(tmp_path.rglob("records.jsonl"))


def test_paths_of_its_own_are_those_of_the_directory_it_was_made_in(
    tmp_path, monkeypatch, read_runs
):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "work").mkdir()
    (tmp_path / "there" / "work" / "run.log").write_text("done")
    monkeypatch.chdir(tmp_path / "here")
    backend = MLflowVisBackend(
        "run", exp_name="a", tracking_uri="sqlite:///all.db", artifact_location="kept", timeout=60
    )
    monkeypatch.chdir(tmp_path / "there")
    before = os.umask(0o002)
    backend.add_config({"work_dir": "work"})
    backend.add_image("cat", np.zeros((2, 2, 3), np.uint8), step=1)
    monkeypatch.chdir(tmp_path)
    backend.close()
    os.umask(before)
    assert (tmp_path / "here" / "all.db").stat().st_mode & 0o777 == 0o664
    assert sorted(path.name for path in (tmp_path / "there").rglob("*")) == ["run.log", "work"]
    assert {path.name for path in tmp_path.iterdir()} == {"here", "there"}
    (run,) = read_runs(f"sqlite:///{tmp_path}/here/all.db", "a")
    assert len(run.images()) == 1
    assert run.artifacts("work_dir") == ["work_dir/run.log"]
    assert run.run.info.artifact_uri.startswith(f"{tmp_path}/here/kept/")


@pytest.mark.parametrize("uri", ["http://127.0.0.1:1", "sqlite:///:memory:", "databricks"])
def test_a_tracking_uri_that_is_no_file_stays(uri):
    assert check_tracking_uri(uri) == uri
