"""LocalVisBackend keeps the contract, and what faults leave of it is whole."""

import json
import math
import re

import numpy as np
from PIL import Image

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


class TestContract(Local, BackendContract):
    pass


class TestFaults(Local, BackendFaults):
    pass
