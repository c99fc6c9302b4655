"""Drawing detection samples against MMDetection's own visualizer, on the same samples.

    python benchmarks/detection.py [--seed 31] [--seconds 8] [case ...]

Scenes come from the seed. Scores never repeat: every call draws some that its contender has not
drawn before. Both have the same options, and no backend, so that nothing is stored. The contenders
take turns; a ratio above 1 says how many times as long MMDetection takes. On the semantic map that
is half a minute a call: it draws every class over again for each one that it adds.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np
import torch
from compare import measure, print_environment, print_table
from matplotlib import cbook
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData
from PIL import Image

from viz_mmdet_adapter import DetLocalVisualizer, get_palette

Contenders = dict[str, Callable[[], object]]
PACKAGES = ("viz-core", "viz-mmdet-adapter", "mmdet", "mmengine", "matplotlib", "numpy", "torch")
NAMES = [
    *("person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle", "road"),
    *("sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign"),
    *("vegetation", "terrain", "sky"),
]
META = {"classes": tuple(NAMES), "palette": get_palette("random", len(NAMES))}


class Operators(ModuleType):
    """``mmcv._ext``, which mmcv-lite lacks: MMDetection imports it, and draws without it."""

    def __init__(self) -> None:
        super().__init__("mmcv._ext")
        self.__spec__ = ModuleSpec(self.__name__, loader=None)

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name.startswith("__"):
            raise AttributeError(name)

        def operator(*_: object) -> None:
            raise NotImplementedError(f"mmcv-lite has no operator {name!r}")

        return operator


def make_photo(width: int, height: int) -> Any:
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        return np.array(Image.open(file).convert("RGB").resize((width, height)))


def make_objects(
    image: Any, count: int, seed: int, shape: str | None = None
) -> list[DetDataSample]:
    """Return samples of the same objects, each with scores of its own.

    ``shape`` is that of the masks: ``blob`` has one part, ``fence`` and ``stripes`` have many.
    """
    random = np.random.default_rng(seed)
    height, width = image.shape[:2]
    size = np.array([width, height])
    centers = random.uniform([0.1, 0.12], [0.8, 0.8], (count, 2)) * size
    halves = random.uniform([0.025, 0.03], [0.125, 0.15], (count, 2)) * size
    low = np.maximum(centers - halves, [2, 18])
    high = np.minimum(centers + halves, size - 3)
    y, x = np.mgrid[:height, :width]
    inside = {
        "blob": lambda dx, dy, w, h: (
            (dx / w) ** 2 + (dy / h) ** 2 <= 1 + 0.2 * np.sin(5 * np.arctan2(dy, dx))
        ),
        "fence": lambda dx, dy, w, h: (
            (abs(dx) <= w) & (abs(dy) <= h) & ((dx % 8 < 3) | (abs(dy) % 30 < 2))
        ),
        "stripes": lambda dx, dy, w, h: (abs(dx) <= w) & (abs(dy) <= h) & ((dx + dy) % 9 < 4),
    }
    masks = [
        inside[shape](x - cx, y - cy, w, h)
        for (cx, cy), (w, h) in zip(centers, 0.9 * halves, strict=True)
        if shape
    ]
    boxes = torch.tensor(np.hstack([low, high]), dtype=torch.float32)
    labels = torch.tensor(random.integers(0, len(NAMES), count))
    samples = []
    for _ in range(256):
        found = InstanceData(bboxes=boxes, labels=labels)
        found.scores = torch.tensor(random.uniform(0.31, 1, count), dtype=torch.float32)
        if masks:
            found.masks = torch.tensor(np.stack(masks))
        samples.append(DetDataSample(pred_instances=found))
    return samples


def make_map(width: int, height: int, count: int, seed: int, roughness: float = 1.0) -> Any:
    """Return a map of ``count`` regions with uneven borders, shape (H, W)."""
    random = np.random.default_rng(seed)
    fields = np.zeros((count, height, width), np.float32)
    for cells, weight in ((6, 1.0), (24, 0.3 * roughness), (96, 0.06 * roughness)):
        for field in fields:
            coarse = random.standard_normal((max(cells * height // width, 2), cells))
            small = Image.fromarray(coarse.astype(np.float32), "F")
            field += weight * np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    return fields.argmax(axis=0)


def make_semantic(width: int, height: int, seed: int) -> list[DetDataSample]:
    ids = torch.tensor(make_map(width, height, len(NAMES), seed))[None]
    return [DetDataSample(pred_sem_seg=PixelData(sem_seg=ids))]


def make_panoptic(width: int, height: int, seed: int) -> list[DetDataSample]:
    """Return a map of 20 segments: instances of the first 8 classes, then stuff."""
    random = np.random.default_rng(seed + 1)
    things = 1000 * np.arange(1, 13) + random.integers(0, 8, 12)
    segments = np.concatenate([things, random.permutation(np.arange(8, len(NAMES)))[:8]])
    ids = segments[make_map(width, height, len(segments), seed)]
    # MMDetection compares this map with an array, which a tensor refuses.
    return [DetDataSample(pred_panoptic_seg=PixelData(sem_seg=ids[None]))]


def contenders(image: Any, samples: list[DetDataSample]) -> Contenders:
    from mmdet.visualization import DetLocalVisualizer as MMDetVisualizer

    def drawing(visualizer: Any) -> Callable[[], object]:
        visualizer.dataset_meta = META
        upcoming: Iterator[DetDataSample] = itertools.cycle(samples)

        def draw() -> object:
            visualizer.add_datasample("drawn", image, next(upcoming), draw_gt=False)
            return visualizer.get_image()

        return draw

    return {"ours": drawing(DetLocalVisualizer(style="mmdet")), "mmdet": drawing(MMDetVisualizer())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="parts of the names of cases; all by default")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--seconds", type=float, default=8.0, help="per case")
    arguments = parser.parse_args()
    seed = arguments.seed
    small, large = make_photo(640, 480), make_photo(2048, 1024)
    cases: dict[str, Callable[[], Contenders]] = {
        "640x480, 10 boxes with labels": lambda: contenders(small, make_objects(small, 10, seed)),
        "640x480, 10 boxes with masks": lambda: contenders(
            small, make_objects(small, 10, seed + 1, "blob")
        ),
        "640x480, 10 boxes with masks like a fence": lambda: contenders(
            small, make_objects(small, 10, seed + 4, "fence")
        ),
        "640x480, 10 boxes with masks in stripes": lambda: contenders(
            small, make_objects(small, 10, seed + 5, "stripes")
        ),
        "2048x1024, semantic, 19 classes": lambda: contenders(
            large, make_semantic(2048, 1024, seed + 2)
        ),
        "640x480, panoptic, 20 segments": lambda: contenders(
            small, make_panoptic(640, 480, seed + 3)
        ),
    }
    print_environment(PACKAGES)
    rows = []
    for name, make in cases.items():
        if not arguments.cases or any(part in name for part in arguments.cases):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # peers warn about boxes at the border
                rows.append((name, measure(make(), seconds=arguments.seconds, at_least=3)))
    print_table("Detection samples: MMDetection's time / ours", rows, "ours")


if __name__ == "__main__":
    sys.modules.setdefault("mmcv._ext", Operators())
    main()
