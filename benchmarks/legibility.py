"""How many labels can be read: ours, supervision's plain and smart ones, MMDetection's.

    python benchmarks/legibility.py [--seeds 31 47] [case ...]

Scenes are those of the tests. What is counted is exact, not timed: labels of which another hides a
part, or more than half; labels that leave the image; objects that lie half under any label; labels
that stand apart from their objects without a line to them; and how high a capital letter is. Each
figure is the sum over the seeds, that of letters the smallest. Last the time that both our looks take.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import supervision
import torch
from compare import print_environment
from detection import Operators
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from viz_core import Canvas, draw_annotations

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from label_counts import (  # found there
    CLASSES,
    Counts,
    Scene,
    count,
    count_ours,
    make_crowd,
    make_tiny,
)

CASES = {
    "crowd of 40": (make_crowd, 40),
    "crowd of 100": (make_crowd, 100),
    "60 tiny": (make_tiny, 60),
}
SIZES = [(640, 480), (1280, 720), (3840, 2160)]
PACKAGES = ("viz-core", "supervision", "mmdet", "matplotlib", "numpy")

# Of OpenCV's Hershey Simplex, at a scale of 1, in pixels.
HERSHEY_CAPITAL = 21


def count_supervision(scene: Scene, *, smart: bool) -> tuple[Counts, float]:
    """Return the counts of supervision's labels, and the height of a capital letter in pixels."""
    drawn: list[Any] = []

    class Recording(supervision.LabelAnnotator):
        @staticmethod
        def draw_rounded_rectangle(scene: Any, xyxy: Any, color: Any, border_radius: int) -> Any:
            drawn.append(tuple(xyxy))
            return supervision.LabelAnnotator.draw_rounded_rectangle(
                scene, xyxy, color, border_radius
            )

    found = supervision.Detections(scene.boxes, None, scene.scores, scene.labels)
    annotator = Recording(smart_position=smart)
    image = np.full((scene.height, scene.width, 3), 128, np.uint8)
    texts = list(scene.owners)
    annotator.annotate(image, found, labels=texts)
    return count(scene, np.array(drawn, float), texts), HERSHEY_CAPITAL * annotator.text_scale


def count_mmdet(scene: Scene) -> tuple[Counts, float]:
    """Return the counts of MMDetection's labels, and the smallest capital letter in pixels."""
    from mmdet.visualization import DetLocalVisualizer

    drawn: list[Any] = []
    sizes: list[float] = []

    class Recording(DetLocalVisualizer):  # type: ignore[misc]  # untyped
        def draw_texts(self, texts: Any, *arguments: Any, **style: Any) -> Any:
            before = len(self.ax_save.texts)
            super().draw_texts(texts, *arguments, **style)
            renderer = self.fig_save_canvas.get_renderer()
            height = self.fig_save.bbox.height
            for text in self.ax_save.texts[before:]:
                text.update_bbox_position_size(renderer)
                x0, y0, x1, y1 = text.get_bbox_patch().get_window_extent(renderer).extents
                drawn.append((text.get_text(), (x0, height - y1, x1, height - y0)))
                sizes.append(text.get_fontsize() * self.fig_save.dpi / 72)
            return self

    visualizer = Recording()
    visualizer.dataset_meta = {"classes": tuple(CLASSES), "palette": "random"}
    fields = {name: torch.tensor(value) for name, value in scene.fields.items()}
    sample = DetDataSample(pred_instances=InstanceData(**fields))
    image = np.full((scene.height, scene.width, 3), 128, np.uint8)
    visualizer.add_datasample("scene", image, sample, draw_gt=False)
    texts = [text.replace(":", "").replace(".0", "%") for text, _ in drawn]
    return count(scene, np.array([box for _, box in drawn]), texts), 0.729 * min(sizes)


CONTENDERS = {
    "ours": count_ours,
    'ours, `style="mmdet"`': lambda scene: count_ours(scene, "mmdet"),
    "supervision": lambda scene: count_supervision(scene, smart=False),
    "supervision, smart": lambda scene: count_supervision(scene, smart=True),
    "MMDetection": count_mmdet,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="parts of the names of cases; all by default")
    parser.add_argument("--seeds", type=int, nargs="+", default=[31, 47])
    arguments = parser.parse_args()
    sys.modules["mmcv._ext"] = Operators()
    warnings.simplefilter("ignore")  # MMDetection's own
    print_environment(PACKAGES)
    print("\n| scene | | part hidden | half hidden | cut | objects hidden | far | capitals, px |")
    print("|---" * 8 + "|")
    for case, (make, number) in CASES.items():
        if arguments.cases and not any(part in case for part in arguments.cases):
            continue
        for width, height in SIZES:
            scenes = [make(width, height, number, seed) for seed in arguments.seeds]
            for name, counted in CONTENDERS.items():
                found = [counted(scene) for scene in scenes]
                sums = np.array([counts[:5] for counts, _ in found]).sum(axis=0)
                capital = min(size for _, size in found)
                cells = [f"{case}, {width}x{height}", name, *map(str, sums), f"{capital:.1f}"]
                print("| " + " | ".join(cells) + " |", flush=True)
    time_looks()


def time_looks() -> None:
    """Print the CPU time of 100 boxes with labels on 1280x720 in both looks, taking turns."""
    scene = make_crowd(1280, 720, 100, 31)
    times: dict[str, list[float]] = {"mmdet": [], "legible": []}
    canvas = Canvas(np.full((720, 1280, 3), 128, np.uint8))
    for turn in range(40):
        scores = 0.3 + 0.69 * np.random.default_rng(turn).random(100)
        sample = {"pred_instances": {**scene.fields, "scores": scores}}
        for look, taken in times.items():
            start = time.process_time()
            draw_annotations(canvas, sample, style=look, classes=CLASSES)
            taken.append(time.process_time() - start)
    mmdet, legible = (1e3 * statistics.median(taken) for taken in times.values())
    print(
        f"\n100 boxes on 1280x720: legible {legible:.1f} ms of CPU, {legible / mmdet:.2f} x mmdet"
    )


if __name__ == "__main__":
    main()
