"""Objects as polygons and run-length encodings, on scenes of real sizes, beside pycocotools and supervision.

    python benchmarks/instances.py [--seed 5] [--seconds 6]

``ours`` draws a sample: boxes, labels and masks. pycocotools only decodes the same polygons or
encodings into masks, without drawing them; supervision decodes them with pycocotools and draws
masks and boxes, without labels. Sizes of objects are spread as LVIS's are: most are small.
"""

from __future__ import annotations

import argparse
import itertools
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import supervision
from compare import measure, print_environment, print_table
from pycocotools import mask as coco
from recording import photo

from viz_mmdet_adapter import DetLocalVisualizer


def make_objects(
    width: int, height: int, count: int, seed: int, size: float
) -> tuple[Any, list[list[list[float]]]]:
    """Return boxes, shape (N, 4), and for each the corners of one to three polygons.

    ``size`` is the median of the objects' sides, as a part of the image's.
    """
    random = np.random.default_rng(seed)
    scale = np.array([width, height])
    halves = np.clip(random.lognormal(np.log(size), 0.6, (count, 1)), 0.01, 0.45) * scale / 2
    centers = halves + random.uniform(0, 1, (count, 2)) * (scale - 2 * halves)
    objects = []
    for center, half in zip(centers, halves, strict=True):
        parts = []
        for part in range(random.choice([1, 2, 3], p=[0.8, 0.15, 0.05])):
            angles = np.sort(random.uniform(0, 2 * np.pi, random.integers(8, 60)))
            reach = random.uniform(0.6, 1, len(angles)) / (1 + part)
            around = np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None] * half
            parts.append((center + around).reshape(-1).tolist())
        objects.append(parts)
    return np.hstack([centers - halves, centers + halves]), objects


def contenders(
    image: Any, boxes: Any, polygons: list[list[list[float]]], kind: str
) -> dict[str, Callable[[], object]]:
    """Return what draws or decodes the same objects, each call of ours with other scores."""
    height, width = image.shape[:2]
    encoded = [coco.merge(coco.frPyObjects(parts, height, width)) for parts in polygons]
    masks = {"polygons": polygons, "RLE": encoded, "boxes": None}[kind]
    visualizer, scores = DetLocalVisualizer(), np.random.default_rng(1)
    numbers = np.arange(len(boxes)) % 80

    def ours() -> object:
        sample = {"bboxes": boxes, "labels": numbers, "scores": scores.uniform(0.31, 1, len(boxes))}
        if masks is not None:
            sample["masks"] = masks
        visualizer.add_datasample("a", image, {"pred_instances": sample}, draw_gt=False)
        return visualizer.get_image()

    def decoded() -> Any:
        if kind == "polygons":
            return [
                coco.decode(coco.merge(coco.frPyObjects(parts, height, width)))
                for parts in polygons
            ]
        return [coco.decode(rle) for rle in encoded]

    def peer() -> object:
        found = supervision.Detections(
            boxes, mask=np.stack(decoded()).astype(bool), class_id=numbers
        )
        return drawn_boxes.annotate(drawn_masks.annotate(image.copy(), found), found)

    drawn_masks, drawn_boxes = supervision.MaskAnnotator(), supervision.BoxAnnotator()
    if kind == "boxes":
        return {"ours": ours}
    return {"ours": ours, "pycocotools, decoding alone": lambda: decoded(), "supervision": peer}


def peak_of(call: Callable[[], object]) -> float:
    """Return the most memory that a call holds, in MB."""
    call()
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0, help="per case")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print_environment(["viz-mmdet-adapter", "pycocotools", "supervision", "opencv-python-headless"])
    scenes = (
        ("640x425, 100 objects", 640, 425, 100, 0.1),
        ("3840x2160, 20 small objects", 3840, 2160, 20, 0.03),
        ("3840x2160, 60 large objects", 3840, 2160, 60, 0.25),
    )
    rows = []
    for (name, width, height, count, size), seed in zip(
        scenes, itertools.count(arguments.seed), strict=False
    ):
        image = np.resize(photo(), (height, width, 3))
        boxes, polygons = make_objects(width, height, count, seed, size)
        alone = contenders(image, boxes, polygons, "boxes")
        rows.append((f"{name}, boxes alone", measure(alone, seconds=arguments.seconds / 3)))
        for kind in ("polygons", "RLE"):
            calls = contenders(image, boxes, polygons, kind)
            rows.append((f"{name}, {kind}", measure(calls, seconds=arguments.seconds, at_least=3)))
            more = peak_of(calls["ours"]) - peak_of(alone["ours"])
            print(f"{name}, {kind}: {more:.0f} MB more than their boxes alone")
    print_table("Objects with masks: a peer's time / ours", rows, "ours")


if __name__ == "__main__":
    main()
