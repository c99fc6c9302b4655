"""Reading back with MLflow's own client, from databases and real servers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from PIL import Image

_IMAGE = re.compile(r"(?P<name>.+)\+step\+(?P<step>-?\d+)\+timestamp\+(?P<time>\d+)\+\w+\.png")


class Run:
    """One run, as a user of the client finds it."""

    def __init__(self, uri, run):
        self.client = MlflowClient(uri)
        self.id = run.info.run_id
        self.run = run

    @property
    def status(self):
        return self.run.info.status

    @property
    def params(self):
        return self.run.data.params

    @property
    def tags(self):
        return self.run.data.tags

    @property
    def metrics(self):
        return sorted(self.run.data.metrics)

    def history(self, key):
        points = self.client.get_metric_history(self.id, key)
        return sorted(((p.step, p.value) for p in points), key=lambda p: (p[0], repr(p[1])))

    def text(self, path):
        return Path(self.client.download_artifacts(self.id, path)).read_text()

    def artifacts(self, path=None):
        return sorted(item.path for item in self.client.list_artifacts(self.id, path))

    def images(self):
        """Return (key, step, array) of every picture, oldest first."""
        found = []
        for path in self.artifacts("images"):
            match = _IMAGE.fullmatch(path.removeprefix("images/"))
            if match:
                file = self.client.download_artifacts(self.id, path)
                with Image.open(file) as picture:
                    array = np.asarray(picture)
                key = match["name"].replace("~", "/")
                found.append((int(match["time"]), key, int(match["step"]), array))
        return [image[1:] for image in sorted(found, key=lambda item: item[0])]


def runs_at(uri, experiment="Default"):
    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    return [Run(uri, run) for run in client.search_runs([found.experiment_id])] if found else []


@pytest.fixture
def read_runs():
    """Return a function that lists the runs at a tracking URI, newest first."""
    return runs_at


@pytest.fixture
def read_run():
    """Return a function that finds the one run in a folder, or at a tracking URI."""

    def read(where, experiment="Default"):
        uri = where if isinstance(where, str) else f"sqlite:///{where}/mlflow.db"
        (run,) = runs_at(uri, experiment)
        return run

    return read


class Server:
    """An MLflow server that can be killed and started again on the same port, with its runs."""

    def __init__(self, folder):
        self._folder = folder
        self._process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self):
        log = self._folder / "server.log"
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self._port), "--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{self._folder}/server.db"]
        command += ["--artifacts-destination", str(self._folder / "artifacts")]
        with log.open("a") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Its workers for evaluating language models take half of its start.
                env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            )
        deadline = time.monotonic() + 120
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{log.read_text()}")

    def kill(self):
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    @contextmanager
    def as_black_hole(self):
        """Take connections and requests, and not answer; what came in is done afterwards."""
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._process.pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return a server that runs; tests that share it have experiments of their own."""
    server = Server(tmp_path_factory.mktemp("server"))
    try:
        yield server.start()
    finally:
        server.kill()


@pytest.fixture
def run_python():
    """Return a function that runs a program in a process of its own and returns it finished."""

    def run(program, *arguments, **options):
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            **options,
        )

    return run


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    """Return the URI of a database that tests share: making one takes seconds."""
    folder = tmp_path_factory.mktemp("shared")
    from viz_backend_mlflow import MLflowVisBackend

    backend = MLflowVisBackend(folder)
    backend.add_scalar("made", 1)
    backend.close()
    return f"sqlite:///{folder}/mlflow.db"


def pytest_collection_modifyitems(items):
    """Let MLflow and SQLAlchemy use what they deprecate in one another."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(
                pytest.mark.filterwarnings(
                    "ignore::DeprecationWarning:(mlflow|sqlalchemy|alembic).*"
                )
            )
            item.add_marker(pytest.mark.filterwarnings("ignore:.*noload.*:Warning"))
