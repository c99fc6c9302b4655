"""WandbVisBackend keeps the contract and survives the faults, read with W&B's own reader."""

import html
import json
import re

import numpy as np
import pytest
from opening import IMPORTS
from PIL import Image

from viz_backend_wandb.keys import config_name, from_key
from viz_core import as_video
from viz_core.testing import BackendContract, BackendFaults


class Wandb:
    type = "WandbVisBackend"
    imports = IMPORTS
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

    def read_kind(self, save_dir, kind):
        for run in self.runs(save_dir):
            if kind == "figure":
                yield from ((name, step, image) for name, step, image, _ in run.images())
            elif kind == "annotations":
                yield from read_annotations(run)
            elif kind == "hparams":
                yield "", 0, (run.config, run.summary)
            elif kind == "file":
                for path in save_dir.glob("wandb/*run-*/files/files/**/*.*"):
                    yield str(path).split("/files/files/")[1], 0, path.read_bytes()
            else:
                for row, files in run.media():
                    for key in {part.rpartition(".")[0] for part in row if part.endswith("._type")}:
                        values = {
                            k.rpartition(".")[2]: v for k, v in row.items() if k.startswith(key)
                        }
                        name = key.removesuffix("_table")
                        yield (
                            name,
                            row["global_step"],
                            READ[kind](values, files, row["global_step"]),
                        )


def read_annotations(run):
    images = {(key, step): image for key, step, image, _ in run.images()}
    for row, files in run.media():
        for key in [k.removesuffix("._type") for k in row if row[k] == "image-file"]:
            image, sides = images[key, row["global_step"]], []
            height, width = image.shape[:2]
            for side in ("truth", "prediction"):
                boxes = json.loads((files / row[f"{key}.boxes.{side}.path"]).read_text())
                sides.append([])
                for box in boxes["box_data"]:
                    x1, y1, x2, y2 = (box["position"][k] for k in ("minX", "minY", "maxX", "maxY"))
                    corners = (x1 * width, y1 * height, x2 * width, y2 * height)
                    sides[-1].append((box["class_id"] - 1, *corners))
            yield from_key(key), row["global_step"], (image, *sides)


def read_rows(values, files, step):
    table = json.loads((files / values["path"]).read_text())
    columns = table["columns"][1:]
    return columns, [row[1:] for row in table["data"] if row[0] == step]


def read_points(values, files, step):
    rows = json.loads((files / values["path"]).read_text())["data"]
    return [row[2] for row in rows], [row[1] for row in rows]


def read_counts(values, files, step):
    rows = json.loads((files / values["path"]).read_text())["data"]
    assert [row[:2] for row in rows] == [["0", "0"], ["0", "1"], ["1", "0"], ["1", "1"]]
    return [[rows[0][2], rows[1][2]], [rows[2][2], rows[3][2]]]


def read_text(values, files, step):
    page = (files / values["path"]).read_text("utf-8")
    return html.unescape(re.fullmatch("(?:<meta[^>]*>)?<pre[^>]*>(.*)</pre>", page, re.DOTALL)[1])


def count_frames(values, files, step):
    return sum(1 for _ in as_video(files / values["path"]).frames())


READ = {
    "images": lambda v, files, _: [np.asarray(Image.open(files / f)) for f in v["filenames"]],
    "histogram": lambda v, *_: (v["bins"], v["values"]),
    "text": read_text,
    "html": lambda v, files, _: (files / v["path"]).read_text("utf-8"),
    "table": read_rows,
    "video": count_frames,
    "pr_curve": read_points,
    "confusion_matrix": read_counts,
}


class TestContract(Wandb, BackendContract):
    pass


@pytest.mark.takes(1)
class TestFaults(Wandb, BackendFaults):
    # Fewer scalars, of as many bytes each as the suite allows, since W&B is slow.
    many = 5_000
    memory = 4
