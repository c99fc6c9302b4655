"""Reading back with MLflow's own client, from databases and real servers."""

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow_server import mlflow_server
from PIL import Image

from viz_core.testing.processes import run_python as run_python_

_IMAGE = re.compile(
    r"(?P<name>.+)\+step\+(?P<step>-?\d+)\+timestamp\+(?P<time>\d+)\+\w+\.(png|webp)"
)


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

    def files(self, folder):
        """Return the path below an artifacts' folder and the local copy of each file in it."""
        local = Path(self.client.download_artifacts(self.id, folder))
        return [(str(p.relative_to(local)), p) for p in local.rglob("*") if p.is_file()]

    def images(self):
        """Return (key, step, array) of every image, oldest first."""
        found = []
        for path in self.artifacts("images"):
            match = _IMAGE.fullmatch(path.removeprefix("images/"))
            if match:
                file = self.client.download_artifacts(self.id, path)
                with Image.open(file) as image:
                    array = np.asarray(image)
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


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Return a server that runs; tests share it, in the `xdist_group` "server".

    They have experiments of their own, and start it again if they kill it: that takes long.
    """
    with mlflow_server(tmp_path_factory.mktemp("server")) as server:
        yield server.start()


@pytest.fixture
def run_python():
    """Return a function that runs a program in a process of its own and returns it finished.

    It finds imported what the contract's programs do, so that one process forks both.
    """
    imports = ["viz_core.testing.programs", "mlflow.store.tracking.sqlalchemy_store"]
    return partial(run_python_, imports=imports)


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
    """Allow MLflow and SQLAlchemy to use functions that the other deprecates."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(
                pytest.mark.filterwarnings(
                    "ignore::DeprecationWarning:(mlflow|sqlalchemy|alembic).*"
                )
            )
            item.add_marker(pytest.mark.filterwarnings("ignore:.*noload.*:Warning"))
