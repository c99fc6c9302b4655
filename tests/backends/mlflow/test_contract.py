"""The contract of every backend, and the faults it is tried against."""

import csv

import pytest
from mlflow import MlflowClient

from viz_backend_mlflow.buffered_log import FLUSH_INTERVAL
from viz_backend_mlflow.names import from_key
from viz_backend_mlflow.sync import sync
from viz_core import as_video
from viz_core.testing import BackendCase, BackendContract, BackendFaults, evaluate_config


class _MLflow(BackendCase):
    """Recording to an experiment of its own in a shared database, and reading it back."""

    type = "MLflowVisBackend"
    imports = ("mlflow.store.tracking.sqlalchemy_store",)
    durable = False
    flush_interval = FLUSH_INTERVAL

    @pytest.fixture(autouse=True)
    def _database(self, database, read_runs):
        self.uri, self.read_runs = database, read_runs

    def make_config(self, save_dir):
        return {
            "type": self.type,
            "save_dir": str(save_dir),
            "tracking_uri": self.uri,
            "exp_name": str(save_dir),
            "artifact_suffix": [],
            "timeout": 60.0,
        }

    def settle(self, save_dir):
        left = sync(save_dir)
        assert (left.refused, left.left) == (0, 0)

    def runs(self, save_dir):
        return self.read_runs(self.uri, str(save_dir))

    def name(self, run, key):
        """Return the name that became `key`; a tag has it if it was cut."""
        return run.tags.get(f"viz.name.{key[-22:-1]}") or from_key(key)

    def read_scalars(self, save_dir):
        for run in self.runs(save_dir):
            for key in run.metrics:
                infinite = f"viz.infinite.{key}" in run.tags
                for step, value in run.history(key):
                    value = value * 10 if infinite and abs(value) > 1e308 else value
                    yield self.name(run, key), step, value

    def read_images(self, save_dir):
        for run in self.runs(save_dir):
            for key, step, image in run.images():
                yield self.name(run, key), step, image

    def read_config(self, save_dir):
        (run,) = self.runs(save_dir)
        return evaluate_config(run.text("config.py"))

    def read_kind(self, save_dir, kind):
        (run,) = self.runs(save_dir)
        if kind == "figure":
            yield from self.read_images(save_dir)
        elif kind == "images":
            found = {}
            for name, step, image in self.read_images(save_dir):
                batch, _, number = name.rpartition("/")
                found.setdefault((batch, step), {})[int(number)] = image
            for (name, step), images in found.items():
                yield name, step, [image for _, image in sorted(images.items())]
        elif kind == "hparams":
            yield "", 0, (run.params, run.run.data.metrics)
        elif kind == "file":
            yield from ((name, 0, path.read_bytes()) for name, path in run.files("files"))
        else:
            for path, local in run.files(FOLDERS[kind]):
                name, _, step = path.rpartition("_")
                yield from_key(name), int(step.split(".")[0]), READ[kind](local)


def read_table(path):
    with path.open(newline="") as file:
        columns, *rows = csv.reader(file)
    return columns, rows


FOLDERS = {"text": "text", "html": "html", "table": "tables", "video": "videos"}
READ = {
    "text": lambda path: path.read_text("utf-8"),
    "html": lambda path: path.read_text("utf-8"),
    "table": read_table,
    "video": lambda path: sum(1 for _ in as_video(path).frames()),
}


class TestContract(_MLflow, BackendContract):
    pass


@pytest.mark.takes(1)
class TestFaults(_MLflow, BackendFaults):
    # Fewer scalars, of as many bytes each as the suite allows, since a database is slow.
    many = 30_000
    memory = 4


def test_the_shared_database_has_its_artifacts_beside_it(database):
    client = MlflowClient(database)
    location = client.get_experiment_by_name("Default").artifact_location
    assert location.endswith("/mlartifacts/0")
    assert database.removesuffix("mlflow.db").removeprefix("sqlite:///") in location
