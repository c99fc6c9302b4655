"""Recording to a real server that is killed and started again, or does not answer."""

import warnings
from contextlib import ExitStack

import numpy as np
import pytest
from mlflow_proxy import mlflow_proxy
from ports import reserved_port
from waiting import not_hanging, wait_until

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.__main__ import main
from viz_backend_mlflow.sync import sync
from viz_core import RecordingWarning

pytestmark = pytest.mark.xdist_group("server")


def _record(backend, steps):
    with not_hanging():
        for step in steps:
            backend.add_scalar("loss", step / 2, step=step)


def test_without_a_server_training_goes_on_and_sync_sends_it(
    server, read_run, run_python, capsys, tmp_path
):
    experiment = str(tmp_path)
    with reserved_port() as port:
        url = f"http://127.0.0.1:{port}"
        backend = MLflowVisBackend(
            tmp_path / "run", exp_name=experiment, tracking_uri=url, timeout=2
        )
        backend.add_scalars({"loss": 0.5, "acc@1": 0.25}, step=3)
        backend.add_image("val/demo", np.full((8, 8, 3), 7, np.uint8), step=3)
        backend.add_config({"lr": 0.1})
        with pytest.raises(ConnectionError, match="cannot be opened at http"):
            backend.experiment  # noqa: B018  # the access is what is tried
        with pytest.warns(RecordingWarning, match="not sent.*viz_backend_mlflow sync"):
            backend.close()
        assert main(["sync", str(tmp_path), "--timeout", "2"]) == 1
        said = capsys.readouterr()
        assert "sent: 0, refused: 0, left: 5" in said.out
        assert url in said.err
        with mlflow_proxy(server.url, port):  # now somebody answers there
            command = "import sys; from viz_backend_mlflow.__main__ import main; sys.exit(main())"
            done = run_python(command, "sync", tmp_path, "--timeout", 60)
    assert done.returncode == 0, done.stderr
    assert "sent: 5, refused: 0, left: 0" in done.stdout
    assert "100%" in done.stderr
    assert main(["sync", str(tmp_path)]) == 0
    assert "nothing is left to be sent" in capsys.readouterr().out
    run = read_run(server.url, experiment)
    assert run.history("loss") == [(3, 0.5)]
    assert run.history("acc_x40_1") == [(3, 0.25)]
    assert run.params == {"lr": "0.1"}
    ((key, step, image),) = run.images()
    assert (key, step) == ("val/demo", 3)
    assert np.all(image == 7)
    assert run.status == "FINISHED"


@pytest.mark.takes(6)
@pytest.mark.parametrize("fault", ["killed", "black hole"])
def test_nothing_is_lost_or_doubled_when_the_server_fails(
    server, read_run, read_runs, tmp_path, caplog, fault
):
    experiment = str(tmp_path)
    backend = MLflowVisBackend(
        tmp_path / "run", exp_name=experiment, tracking_uri=server.url, timeout=2
    )
    _record(backend, range(2000))
    (started,) = wait_until(lambda: read_runs(server.url, experiment), 60)
    with ExitStack() as fault_is_over:
        if fault == "killed":
            server.kill()
            fault_is_over.callback(server.start)
        else:
            fault_is_over.enter_context(server.as_black_hole())
        _record(backend, range(2000, 4000))
        # A batch was sent and given up; the black hole stores it later all the same.
        wait_until(lambda: "MLflow cannot be reached" in caplog.text, 60)
    _record(backend, range(4000, 6000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)  # a busy machine may take longer
        backend.close()
    assert sync(tmp_path, timeout=60).left == 0
    run = read_run(server.url, experiment)
    assert run.id == started.id
    assert run.history("loss") == [(step, step / 2) for step in range(6000)]
    assert run.status == "FINISHED"
