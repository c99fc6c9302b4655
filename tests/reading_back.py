"""What each tracker holds after a run, read with its own reader, in one shape for all.

Numbers are ``{name: [(step, value), ...]}``, sorted; images are ``{(name, step): array}``.
"""

import io
import json
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image


def local_numbers(folder):
    numbers = {}
    for line in (folder / "scalars.json").read_text().splitlines():
        values = json.loads(line)
        step = values.pop("step")
        for name, value in values.items():
            numbers.setdefault(name, []).append((step, value))
    return {name: sorted(points) for name, points in numbers.items()}


def local_images(folder):
    images = {}
    for path in (folder / "vis_image").glob("*.png"):
        name, _, step = path.stem.rpartition("_")
        images[name, int(step)] = np.asarray(Image.open(path))
    return images


def _events(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    everything = {"scalars": 0, "images": 0}
    return EventAccumulator(str(folder), everything, purge_orphaned_data=False).Reload()


def tensorboard_numbers(folder):
    events = _events(folder)
    return {
        name: sorted((event.step, event.value) for event in events.Scalars(name))
        for name in events.Tags()["scalars"]
    }


def tensorboard_images(folder):
    events = _events(folder)
    return {
        (name, event.step): np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
        for name in events.Tags()["images"]
        for event in events.Images(name)
    }


def mlflow_runs(address, experiment=None):
    """Return the runs that MLflow's client finds at ``address``: of an experiment, or of all."""
    from mlflow import MlflowClient

    client = MlflowClient(address)
    return client.search_runs(
        [
            found.experiment_id
            for found in client.search_experiments()
            if experiment in (None, found.name)
        ]
    )


def mlflow_points(address, run):
    from mlflow import MlflowClient

    client = MlflowClient(address)
    return {
        name: sorted((p.step, p.value) for p in client.get_metric_history(run.info.run_id, name))
        for name in run.data.metrics
    }


def mlflow_run(address):
    """Return MLflow's client and the only run that it finds at ``address``."""
    from mlflow import MlflowClient

    (run,) = mlflow_runs(address)
    return MlflowClient(address), run


def mlflow_numbers(address):
    (run,) = mlflow_runs(address)
    return mlflow_points(address, run)


def mlflow_images(address):
    client, run = mlflow_run(address)
    images = {}
    for item in client.list_artifacts(run.info.run_id, "images"):
        name, _, step = Path(item.path).name.split("+")[:3]
        if item.path.endswith(".png"):
            file = client.download_artifacts(run.info.run_id, item.path)
            images[name, int(step)] = np.asarray(Image.open(file))
    return images


def _wandb_rows(folder):
    """Yield the folder and the values of each row of the history, as W&B's command prints them."""
    from wandb.util import get_core_path

    inspect = (get_core_path(), "leet", "inspect", "--no-observability", "--json", "--run-file")
    for file in sorted(folder.glob("wandb/*run-*/*.wandb")):
        printed = subprocess.run(
            [*inspect, str(file)], capture_output=True, text=True, timeout=120, check=True
        )
        for line in printed.stdout.splitlines():
            record = json.loads(line)
            if record["type"] == "history":
                yield file.parent, record["history"]["item"]


def wandb_numbers(folder):
    numbers = {}
    for _, row in _wandb_rows(folder):
        step = row.pop("global_step")
        for name, value in row.items():
            if "." not in name and not name.startswith("_"):  # parts of images, and its own
                numbers.setdefault(name, []).append((step, value))
    return {name: sorted(points) for name, points in numbers.items()}


def wandb_images(folder):
    images = {}
    for place, row in _wandb_rows(folder):
        for key in [key for key, value in row.items() if value == "image-file"]:
            name = key.removesuffix("._type")
            file = place / "files" / row[f"{name}.path"]
            images[name, row["global_step"]] = np.asarray(Image.open(file))
    return images
