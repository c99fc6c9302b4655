"""One real record in each installed backend, read back with its tracker's own reader."""

from importlib.util import find_spec

import numpy as np
import pytest
import reading_back as read

from viz_core import Visualizer

#: Of each backend: its package, its readers, and where they look below the folder of the run.
BACKENDS = {
    "LocalVisBackend": ("viz-core", read.local_numbers, read.local_images, ""),
    "TensorboardVisBackend": (
        "viz-backend-tensorboard",
        read.tensorboard_numbers,
        read.tensorboard_images,
        "",
    ),
    "WandbVisBackend": ("viz-backend-wandb", read.wandb_numbers, read.wandb_images, ""),
    "MLflowVisBackend": (
        "viz-backend-mlflow",
        read.mlflow_numbers,
        read.mlflow_images,
        "mlflow.db",
    ),
}


INSTALLED = [
    name for name, (package, *_) in BACKENDS.items() if find_spec(package.replace("-", "_"))
]


@pytest.mark.xdist_group("together")  # where MLflow is imported for others too
@pytest.mark.filterwarnings("ignore:::(?!viz_)")  # of trackers; ours are errors all the same
def test_all_installed_backends_hold_what_is_recorded(tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    backends = [{"type": name} for name in INSTALLED]
    with Visualizer(vis_backends=backends, save_dir=tmp_path) as visualizer:
        visualizer.add_scalars({"loss": 0.5, "acc": 0.25}, step=3)
        visualizer.add_image("demo", image, step=3)
    for name in INSTALLED:
        _, numbers, images, below = BACKENDS[name]
        folder = tmp_path / "vis_data" / below
        where = f"sqlite:///{folder}" if below.endswith(".db") else folder
        assert numbers(where) == {"loss": [(3, 0.5)], "acc": [(3, 0.25)]}, name
        ((key, found),) = images(where).items()
        assert key == ("demo", 3), name
        assert (found == image).all(), name
