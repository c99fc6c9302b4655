"""WandbVisBackend keeps the contract and survives the faults, read with W&B's own reader."""

import pytest

from viz_backend_wandb.keys import config_name, from_key
from viz_core.testing import BackendContract, BackendFaults


class Wandb:
    type = "WandbVisBackend"
    imports = ("wandb",)
    durable = False
    flush_interval = 0.1

    @pytest.fixture(autouse=True)
    def _reader(self, read_runs):
        self.read_runs = read_runs

    def make_config(self, save_dir):
        return {
            "type": self.type,
            "save_dir": str(save_dir),
            "flush_interval": 0.02,  # as long takes each of hundreds of `flush()`
            "init_kwargs": {"mode": "offline"},
        }

    def runs(self, save_dir):
        return self.read_runs(save_dir).values()

    def read_scalars(self, save_dir):
        for run in self.runs(save_dir):
            yield from ((from_key(key), step, value) for key, step, value in run.points())

    def read_images(self, save_dir):
        for run in self.runs(save_dir):
            for key, step, image, caption in run.images():
                yield caption or from_key(key), step, image

    def read_config(self, save_dir):
        (run,) = self.runs(save_dir)
        return {config_name(key): value for key, value in run.config.items()}


class TestContract(Wandb, BackendContract):
    pass


class TestFaults(Wandb, BackendFaults):
    # Fewer scalars, of as many bytes each as the suite allows, since W&B is slow.
    many = 5_000
    memory = 4
