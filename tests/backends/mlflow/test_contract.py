"""The contract of every backend, and the faults it is tried against."""

import pytest
from mlflow import MlflowClient

from viz_backend_mlflow.buffered_log import FLUSH_INTERVAL
from viz_backend_mlflow.names import from_key
from viz_backend_mlflow.sync import sync
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


class TestContract(_MLflow, BackendContract):
    pass


class TestFaults(_MLflow, BackendFaults):
    # Fewer scalars, of as many bytes each as the suite allows, since a database is slow.
    many = 30_000
    memory = 4


def test_the_shared_database_has_its_artifacts_beside_it(database):
    client = MlflowClient(database)
    location = client.get_experiment_by_name("Default").artifact_location
    assert location.endswith("/mlartifacts/0")
    assert database.removesuffix("mlflow.db").removeprefix("sqlite:///") in location
