"""LocalVisBackend keeps the contract, and what faults leave of it is whole."""

import csv
import json
import math
import re

import numpy as np
from PIL import Image

from viz_core import as_video
from viz_core.testing import BackendContract, BackendFaults, evaluate_config

NOT_JSON = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Local:
    type = "LocalVisBackend"

    def read_scalars(self, save_dir):
        for line in (save_dir / "scalars.json").read_text().splitlines():
            values = json.loads(line, parse_constant=lambda name: 1 / 0)
            if list(values) == ["step", "step_value"]:
                values = {"step": values["step"], "\0": values["step_value"]}
            step = values.pop("step")
            for name, value in values.items():
                yield name.replace("\0", "step"), step, NOT_JSON.get(value, value)

    def read_images(self, save_dir):
        folder = save_dir / "vis_image"
        listed = {}
        if (folder / "names.json").exists():
            entries = map(json.loads, (folder / "names.json").read_text().splitlines())
            listed = {entry["file"]: entry["name"] for entry in entries}
        for path in folder.rglob("*.png"):
            file = path.relative_to(folder).as_posix()
            name, step = file.removesuffix(".png").rsplit("_", 1)
            parts = ["" if part == "%2F" else part for part in name.split("/")]
            name = re.sub("%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), "/".join(parts))
            yield listed.get(file, name), int(step), np.asarray(Image.open(path))

    def read_config(self, save_dir):
        return evaluate_config((save_dir / "config.py").read_text())

    def read_kind(self, save_dir, kind):
        if kind in ("histogram", "pr_curve", "confusion_matrix"):
            stem = {"confusion_matrix": "confusion_matrices"}.get(kind, f"{kind}s")
            for text in (save_dir / f"{stem}.jsonl").read_text().splitlines():
                line = json.loads(text, parse_constant=lambda name: 1 / 0)
                keys = {"histogram": ("edges", "counts"), "pr_curve": ("precision", "recall")}
                value = [line[key] for key in keys.get(kind, ("matrix",))]
                yield line["name"], line["step"], value[0] if len(value) == 1 else value
        elif kind == "annotations":
            for text in (save_dir / "annotations.jsonl").read_text("ascii").splitlines():
                line = json.loads(text, parse_constant=lambda name: 1 / 0)
                sides = [
                    [
                        (label, *box)
                        for label, box in zip(side["labels"], side["bboxes"], strict=True)
                    ]
                    for side in (line["truth"], line["prediction"])
                ]
                image = np.asarray(Image.open(save_dir / "annotations" / line["image"]))
                yield line["name"], line["step"], (image, *sides)
        elif kind == "hparams":
            yield "", 0, tuple(json.loads((save_dir / "summary.json").read_text()).values())
        elif kind == "file":
            for path in (save_dir / "files").rglob("*.*"):
                yield path.relative_to(save_dir / "files").as_posix(), 0, path.read_bytes()
        elif kind == "images":
            found = {}
            for name, step, image in self.read_images(save_dir):
                batch, _, number = name.rpartition("/")
                found.setdefault((batch, step), {})[int(number)] = image
            for (name, step), images in found.items():
                yield name, step, [image for _, image in sorted(images.items())]
        else:
            folder = {"text": "text", "html": "html"}.get(kind, f"{kind}s")
            for path in (save_dir / folder).rglob("*.*"):
                name, _, step = path.relative_to(save_dir / folder).as_posix().rpartition("_")
                yield name, int(step.split(".")[0]), READ[kind](path)


def read_csv(path):
    with path.open(newline="") as file:
        columns, *rows = csv.reader(file)
    return columns, rows


def count_frames(path):
    if path.suffix == ".gif":
        with Image.open(path) as image:
            return image.n_frames
    return sum(1 for _ in as_video(path).frames())


READ = {
    "figure": lambda path: np.asarray(Image.open(path)),
    "text": lambda path: path.read_text("utf-8"),
    "html": lambda path: path.read_text("utf-8"),
    "table": read_csv,
    "video": count_frames,
}


class TestContract(Local, BackendContract):
    pass


class TestFaults(Local, BackendFaults):
    pass
