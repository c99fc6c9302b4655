"""Drawing against MMEngine, supervision, OpenCV and the copying of memory, on the same scenes.

    python benchmarks/drawing.py [--seed 7] [--seconds 4] [case ...]

Scenes come from the seed. Labels never repeat: every call of every contender draws scores that it
has not drawn before. Checking of arguments is on. The contenders take turns; a ratio above 1 says
how many times as long the peer takes. ``floor`` is a copy of the image in and one out.
"""

from __future__ import annotations

import argparse
import itertools
import warnings
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import supervision
from compare import measure, print_environment, print_table
from matplotlib import cbook
from mmengine.visualization import Visualizer as MMEngineVisualizer
from PIL import Image

from viz_core.drawing.canvas import Canvas

NAMES = ["person", "car", "dog", "traffic light", "bicycle", "cat", "sofa", "bottle"]
COLORS = [
    (220, 20, 60),
    (119, 11, 32),
    (0, 0, 142),
    (0, 60, 100),
    (106, 0, 228),
    (250, 170, 30),
    (100, 170, 30),
    (220, 220, 0),
]
BACKGROUND = {"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}
LOOKUP = supervision.ColorLookup.INDEX

Contenders = dict[str, Callable[[], object]]


class Scene:
    """A photo with boxes, masks and labels."""

    def __init__(self, width: int, height: int, count: int, seed: int, decimals: int = 1) -> None:
        random = np.random.default_rng(seed)
        with cbook.get_sample_data("grace_hopper.jpg") as file:
            photo = Image.open(file).convert("RGB").resize((width, height))
        self.image = np.array(photo)
        self.count, self.seed, self.decimals = count, seed, decimals
        size = np.array([width, height])
        centers = random.uniform([0.1, 0.12], [0.8, 0.8], (count, 2)) * size
        halves = random.uniform([0.025, 0.03], [0.125, 0.15], (count, 2)) * size
        low = np.maximum(centers - halves, [2, 18])
        high = np.minimum(centers + halves, size - 3)
        self.boxes = np.hstack([low, high]).astype(np.float32)
        self.positions = self.boxes[:, :2] + 1
        self.classes = random.integers(0, len(NAMES), count)
        self.colors = [COLORS[i % len(COLORS)] for i in range(count)]
        y, x = np.mgrid[:height, :width]
        self.masks = np.stack(
            [((x - cx) / w) ** 2 + ((y - cy) / h) ** 2 <= 1 for (cx, cy), (w, h) in
             zip(centers, halves, strict=True)]
        )  # fmt: skip

    def labels(self) -> Iterator[list[str]]:
        """Yield the labels of one call after the other; each contender takes its own."""
        random = np.random.default_rng(self.seed + 1)
        batches = [
            [
                f"{NAMES[c]}: {100 * score:.{self.decimals}f}"
                for c, score in zip(self.classes, random.uniform(0, 1, self.count), strict=True)
            ]
            for _ in range(256)
        ]
        return itertools.cycle(batches)

    def detections(self, *, masks: bool) -> supervision.Detections:
        return supervision.Detections(
            xyxy=self.boxes, class_id=self.classes, mask=self.masks if masks else None
        )


def detection(scene: Scene, *, masks: bool = False, boxes: bool = True) -> Contenders:
    """Boxes and labels, masks, or all of them."""

    def like_mmengine(canvas: Canvas | MMEngineVisualizer) -> Callable[[], object]:
        labels = scene.labels()

        def draw() -> object:
            canvas.set_image(scene.image)
            if masks:
                canvas.draw_binary_masks(scene.masks, colors=scene.colors, alphas=0.5)
            if boxes:
                canvas.draw_bboxes(scene.boxes, edge_colors=scene.colors, alpha=0.8)
                canvas.draw_texts(next(labels), scene.positions, colors="w", bboxes=BACKGROUND)
            return canvas.get_image()

        return draw

    supervision_labels = scene.labels()
    detections = scene.detections(masks=masks)
    mask_annotator = supervision.MaskAnnotator(opacity=0.5, color_lookup=LOOKUP)
    box_annotator = supervision.BoxAnnotator(thickness=2, color_lookup=LOOKUP)
    label_annotator = supervision.LabelAnnotator(
        text_scale=0.4, text_padding=2, color_lookup=LOOKUP
    )

    def with_supervision() -> object:
        image = scene.image.copy()
        if masks:
            image = mask_annotator.annotate(image, detections)
        if boxes:
            image = box_annotator.annotate(image, detections)
            image = label_annotator.annotate(image, detections, labels=next(supervision_labels))
        return image

    opencv_labels = scene.labels()

    def with_opencv() -> object:
        image = scene.image.copy()
        if masks:
            for (x1, y1, x2, y2), mask, color in zip(
                scene.boxes.astype(int).tolist(), scene.masks, scene.colors, strict=True
            ):
                part = image[y1 : y2 + 2, x1 : x2 + 2]
                blended = cv2.addWeighted(part, 0.5, np.full_like(part, color), 0.5, 0)
                cv2.copyTo(blended, mask[y1 : y2 + 2, x1 : x2 + 2].view(np.uint8), part)
        if boxes:
            font = cv2.FONT_HERSHEY_SIMPLEX
            for (x1, y1, x2, y2), label, color in zip(
                scene.boxes.astype(int).tolist(), next(opencv_labels), scene.colors, strict=True
            ):
                cv2.rectangle(image, (x1, y1), (x2, y2), color, 2, cv2.LINE_AA)
                (width, height), below = cv2.getTextSize(label, font, 0.4, 1)
                cv2.rectangle(image, (x1, y1), (x1 + width, y1 + height + below), (0, 0, 0), -1)
                cv2.putText(image, label, (x1, y1 + height), font, 0.4, (255,) * 3, 1, cv2.LINE_AA)
        return image

    return {
        "ours": like_mmengine(Canvas()),
        "mmengine": like_mmengine(MMEngineVisualizer()),
        "supervision": with_supervision,
        "opencv": with_opencv,
        "floor": lambda: scene.image.copy().copy(),
    }


def points(scene: Scene, *, many_colors: bool) -> Contenders:
    """1000 points."""
    height, width = scene.image.shape[:2]
    random = np.random.default_rng(scene.seed + 2)
    positions = random.uniform([5, 5], [width - 5, height - 5], (1000, 2))
    colors: list[tuple[int, ...]] | str = "r"
    if many_colors:
        colors = [tuple(color) for color in random.integers(0, 256, (1000, 3)).tolist()]
    sizes = np.array([9.0])

    def like_mmengine(canvas: Canvas | MMEngineVisualizer) -> Callable[[], object]:
        def draw() -> object:
            canvas.set_image(scene.image)
            canvas.draw_points(positions, colors=colors, sizes=sizes)
            return canvas.get_image()

        return draw

    def with_opencv() -> object:
        image = scene.image.copy()
        each = colors if isinstance(colors, list) else [(255, 0, 0)] * 1000
        for (x, y), color in zip(positions.astype(int).tolist(), each, strict=True):
            cv2.circle(image, (x, y), 3, color, -1, cv2.LINE_AA)
        return image

    return {
        "ours": like_mmengine(Canvas()),
        "mmengine": like_mmengine(MMEngineVisualizer()),
        "opencv": with_opencv,
    }


def copies(scene: Scene) -> Contenders:
    """An image in and out."""

    def like_mmengine(canvas: Canvas | MMEngineVisualizer) -> Callable[[], object]:
        def draw() -> object:
            canvas.set_image(scene.image)
            return canvas.get_image()

        return draw

    return {
        "ours": like_mmengine(Canvas()),
        "mmengine": like_mmengine(MMEngineVisualizer()),
        "floor": lambda: scene.image.copy().copy(),
    }


def in_turn(scene: Scene, times: int) -> Contenders:
    """One mask and one box, over and over: the cost must be linear in the calls."""

    def like_mmengine(canvas: Canvas | MMEngineVisualizer) -> Callable[[], object]:
        def draw() -> object:
            canvas.set_image(scene.image)
            for i in range(times):
                k = i % scene.count
                canvas.draw_binary_masks(scene.masks[k], colors=scene.colors[k], alphas=0.5)
                canvas.draw_bboxes(scene.boxes[k], edge_colors=scene.colors[k])
            return canvas.get_image()

        return draw

    every = scene.detections(masks=True)
    mask_annotator = supervision.MaskAnnotator(opacity=0.5, color_lookup=LOOKUP)
    box_annotator = supervision.BoxAnnotator(thickness=2, color_lookup=LOOKUP)

    def with_supervision() -> object:
        image = scene.image.copy()
        for i in range(times):
            one = every[[i % scene.count]]
            image = box_annotator.annotate(mask_annotator.annotate(image, one), one)
        return image

    return {
        "ours": like_mmengine(Canvas()),
        "mmengine": like_mmengine(MMEngineVisualizer()),
        "supervision": with_supervision,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="parts of the names of cases; all by default")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4.0, help="per case")
    arguments = parser.parse_args()
    seed = arguments.seed
    small, large = Scene(640, 480, 20, seed), Scene(1280, 720, 100, seed + 10)
    cases: dict[str, Callable[[], Contenders]] = {
        "640x480, 20 boxes + 20 labels": lambda: detection(small),
        "the same, 2 decimals": lambda: detection(Scene(640, 480, 20, seed, 2)),
        "1280x720, 100 + 100": lambda: detection(large),
        "640x480, 20 + 20 + 20 masks": lambda: detection(small, masks=True),
        "100 masks, 1280x720": lambda: detection(large, masks=True, boxes=False),
        "1000 points, one color": lambda: points(small, many_colors=False),
        "1000 points, 1000 colors": lambda: points(small, many_colors=True),
        "set_image + get_image, 640x480": lambda: copies(small),
        "a mask and a box in turn, 1 time": lambda: in_turn(small, 1),
        "a mask and a box in turn, 8 times": lambda: in_turn(small, 8),
        "a mask and a box in turn, 32 times": lambda: in_turn(small, 32),
    }
    print_environment(["viz-core", "mmengine", "supervision", "opencv-python-headless", "numpy"])
    rows = []
    for name, contenders in cases.items():
        if not arguments.cases or any(part in name for part in arguments.cases):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # peers warn about boxes at the border
                rows.append((name, measure(contenders(), seconds=arguments.seconds)))
    print_table("Drawing: a peer's time / ours", rows, "ours")


if __name__ == "__main__":
    main()
