"""The user's own run, settings and secrets: honoured, left as they are, and masked."""

import logging
import os
import stat

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow_proxy import mlflow_proxy

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.names import masked
from viz_core import RecordingWarning, Visualizer

VARIABLES = (
    "MLFLOW_TRACKING_URI",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_RUN_ID",
)


@pytest.fixture
def environment(monkeypatch):
    """Return a function that sets MLflow's variables, which are not set otherwise."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def set_variables(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"MLFLOW_{name}", value)

    yield set_variables
    mlflow.set_tracking_uri(None)
    mlflow.tracking.fluent._last_active_run_id.set(None)  # MLflow cannot forget them otherwise
    mlflow.tracking.fluent._active_experiment_id = None


@pytest.fixture
def experiment(database, tmp_path):
    """Return the client of the database, and an experiment of the test's own."""
    client = MlflowClient(database)
    return client, client.create_experiment(str(tmp_path))


def _backend(folder, **options):
    return MLflowVisBackend(folder, **{"timeout": 60, "artifact_suffix": (), **options})


def _record(backend):
    backend.add_scalar("loss", 1, step=1)
    backend.close()


def test_mlflows_variables_say_where_a_run_goes(database, environment, read_run, tmp_path):
    environment(TRACKING_URI=database, EXPERIMENT_NAME=f"{tmp_path} theirs")
    before = dict(os.environ)
    backend = _backend(tmp_path)
    assert not backend.needs_save_dir
    backend.experiment.log_metric("by hand", 2)
    _record(backend)
    assert dict(os.environ) == before
    run = read_run(database, f"{tmp_path} theirs")
    assert (run.history("loss"), run.history("by hand")) == ([(1, 1)], [(0, 2)])


def test_the_config_says_it_before_mlflows_variables(
    database, environment, experiment, read_run, tmp_path
):
    client, number = experiment
    mine, theirs = (client.create_run(number).info.run_id for _ in range(2))
    environment(TRACKING_URI="http://127.0.0.1:1", EXPERIMENT_NAME="theirs", RUN_ID=theirs)
    _record(_backend(tmp_path, tracking_uri=database, exp_name="mine", run_id=mine))
    assert client.get_metric_history(mine, "loss")[0].value == 1
    assert client.get_metric_history(theirs, "loss") == []
    assert client.get_experiment_by_name("theirs") is None


def test_an_experiment_by_number_is_that_of_the_same_server(
    database, environment, experiment, read_run, tmp_path
):
    environment(TRACKING_URI=database, EXPERIMENT_ID=experiment[1])
    _record(_backend(tmp_path / "a"))
    assert read_run(database, str(tmp_path)).history("loss") == [(1, 1)]
    environment(EXPERIMENT_ID="123456789")
    _record(_backend(tmp_path / "b", tracking_uri=database, exp_name=f"{tmp_path} b"))
    assert read_run(database, f"{tmp_path} b").history("loss") == [(1, 1)]


def test_a_run_of_the_environment_is_resumed_and_its_variable_stays(
    database, environment, experiment, tmp_path
):
    client, number = experiment
    theirs = client.create_run(number).info.run_id
    environment(TRACKING_URI=database, RUN_ID=theirs)
    backend = _backend(tmp_path)
    backend.experiment.log_metric("by hand", 2)
    assert os.environ["MLFLOW_RUN_ID"] == theirs
    with backend.experiment.active():
        pass
    _record(backend)
    assert os.environ["MLFLOW_RUN_ID"] == theirs
    assert client.get_run(theirs).data.metrics == {"by hand": 2, "loss": 1}
    assert client.get_run(theirs).info.status == "FINISHED"


def test_an_experiment_that_the_program_has_set_is_no_hindrance(
    database, environment, read_run, tmp_path
):
    mlflow.set_tracking_uri(database)
    mlflow.set_experiment(f"{tmp_path} theirs")
    number = os.environ["MLFLOW_EXPERIMENT_ID"]
    backend = _backend(tmp_path, tracking_uri=database, exp_name=str(tmp_path))
    backend.experiment.log_metric("by hand", 2)
    with mlflow.start_run() as run:
        assert run.info.experiment_id == number
    assert os.environ["MLFLOW_EXPERIMENT_ID"] == number
    backend.close()
    assert read_run(database, str(tmp_path)).history("by hand") == [(0, 2)]


@pytest.mark.parametrize("background", [False, True])
def test_the_active_run_is_joined_and_stays_the_programs(
    database, environment, experiment, tmp_path, background
):
    client, number = experiment
    mlflow.set_tracking_uri(database)
    config = {"type": "MLflowVisBackend", "run_id": "active", "artifact_suffix": (), "timeout": 60}
    with mlflow.start_run(experiment_id=number) as run:
        visualizer = Visualizer(
            vis_backends=[{**config, "tags": {"who": "me"}}],
            save_dir=tmp_path,
            background=background,
        )
        visualizer.add_scalar("loss", 1, step=1)
        visualizer.close()
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
        assert mlflow.active_run().info.run_id == run.info.run_id
        mlflow.log_metric("after", 2)
    found = client.get_run(run.info.run_id)
    assert (found.data.metrics, found.info.status) == ({"loss": 1, "after": 2}, "FINISHED")
    assert found.data.tags["who"] == "me"
    assert [it.info.run_id for it in client.search_runs([number])] == [run.info.run_id]


def test_without_an_active_run_there_is_none_to_join(tmp_path):
    with pytest.raises(RuntimeError, match=r"call mlflow\.start_run\(\) before the first record"):
        _backend(tmp_path, run_id="active").add_scalar("loss", 1)
    with pytest.raises(ValueError, match="leave tracking_uri out"):
        _backend(tmp_path, run_id="active", tracking_uri="http://127.0.0.1:1")


def test_a_folder_in_the_environment_is_no_tracking_uri(environment, tmp_path):
    environment(TRACKING_URI="./mlruns")
    with pytest.raises(ValueError, match=r"MLFLOW_TRACKING_URI='\./mlruns' is a folder"):
        _backend(tmp_path)


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_no_message_and_no_file_of_others_has_a_password(environment, tmp_path, caplog, way):
    uri = "http://user:pass%40word@127.0.0.1:1"
    options = {"tracking_uri": uri} if way == "argument" else {}
    if way == "environment":
        environment(TRACKING_URI=uri)
    backend = _backend(tmp_path, interval=0.05, timeout=1, **options)
    backend.add_config({"vis_backends": [{"tracking_uri": uri}], "model": 1})
    backend.add_scalar("loss", 1)
    with caplog.at_level(logging.DEBUG), pytest.raises(ConnectionError) as caught:
        backend.experiment  # noqa: B018  # the access is what is tried
    with pytest.warns(RecordingWarning) as told:
        backend.close()
    said = [repr(caught.value), repr(caught.value.__cause__), caplog.text, repr(backend)]
    said += [str(warning.message) for warning in told]
    assert "***@127.0.0.1:1" in said[0]
    assert [text for text in said if "pass%40word" in text or "user:" in text] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    secret = [path for path in files if b"pass%40word" in path.read_bytes()]
    assert sorted(path.name for path in secret) == ["run.json", "run.json.copy"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secret] == [0o600] * 2


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("at http://user:pa@host/x", "at http://***@host/x"),
        ("https://token@host", "https://***@host"),
        (
            "postgresql://u:p@ss@host/db and http://a:b@c",
            "postgresql://***@host/db and http://***@c",
        ),
        ("ssh://git@github.com, me@host", "ssh://git@github.com, me@host"),
        ("http://host:80/a@b", "http://host:80/a@b"),
    ],
)
def test_passwords_of_urls_are_masked(text, safe):
    assert masked(text) == safe


@pytest.mark.takes(4)
@pytest.mark.xdist_group("server")
def test_errors_of_mlflows_functions_have_no_password(server, tmp_path):
    with mlflow_proxy(server.url) as proxy:
        uri = proxy.url.replace("//", "//user:secret@")
        backend = _backend(tmp_path, tracking_uri=uri, exp_name=str(tmp_path))
        experiment = backend.experiment
        backend.close()
    with pytest.raises(Exception, match=r"\*\*\*@127") as caught:
        experiment.log_metric("by hand", 1)
    assert "secret" not in repr(caught.value) + caught.value.message
