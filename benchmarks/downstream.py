"""What libraries of MMEngine's family draw for one image, on our visualizer and on MMEngine's.

    python benchmarks/downstream.py [--seconds 6]

The libraries are not needed: the calls are theirs, in their order and with their arguments.
"""

from __future__ import annotations

import argparse
import itertools
import warnings
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from compare import measure, print_environment, print_table
from mmengine.visualization import Visualizer as MMEngineVisualizer
from recording import photo

from viz_mmdet_adapter.mmengine import Visualizer

IMAGE = photo()
HEIGHT, WIDTH = IMAGE.shape[:2]
RANDOM = np.random.default_rng(7)
CORNERS = RANDOM.uniform(0, 0.6, (10, 2)) * [WIDTH, HEIGHT]
BOXES = np.hstack([CORNERS, CORNERS + RANDOM.uniform(40, 190, (10, 2))])
COLORS = [tuple(color) for color in RANDOM.integers(0, 256, (10, 3)).tolist()]
MASKS = np.zeros((10, HEIGHT, WIDTH), bool)
for _mask, (_x1, _y1, _x2, _y2) in zip(MASKS, BOXES.astype(int), strict=True):
    _mask[_y1 + 5 : _y2 - 5, _x1 + 5 : _x2 - 5] = True
POLYGONS = [np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]) for x1, y1, x2, y2 in BOXES]
PEOPLE = RANDOM.uniform(0, 1, (3, 17, 2)) * [WIDTH, HEIGHT]
LINKS = [(a, a + 1) for a in range(16)]
#: Of the letters in a corner, as MMAction2 and MMPretrain have them.
SHADE = {"facecolor": "black", "alpha": 0.5, "boxstyle": "Round"}


def frame_of_a_video(visualizer: Any, words: str) -> None:
    """Draw as MMAction2 does."""
    visualizer.draw_texts(
        f"Ground truth: 2\n{words}",
        positions=np.array([[5, 5]], np.int32),
        font_sizes=14,
        font_families="monospace",
        colors="white",
        bboxes=SHADE,
    )


def classes(visualizer: Any, words: str) -> None:
    """Draw as MMPretrain does."""
    visualizer.ax_save.text(
        *(5, 5, f"Ground truth: 2\n{words}"),
        size=14,
        family="monospace",
        color="white",
        bbox=SHADE,
        verticalalignment="top",
    )


def objects(visualizer: Any, words: str) -> None:
    """Draw as MMDetection does: masks at the end, which lie under boxes and labels."""
    visualizer.draw_bboxes(BOXES, edge_colors=COLORS, alpha=0.8, line_widths=3)
    for number, corner in enumerate(BOXES[:, :2]):
        visualizer.draw_texts(
            f"{words} {number}",
            corner + 3,
            colors=(200, 200, 200),
            font_sizes=12,
            bboxes=[{"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}],
        )
    visualizer.draw_polygons(POLYGONS, edge_colors="w", alpha=0.8)
    visualizer.draw_binary_masks(MASKS, colors=COLORS, alphas=0.8)


def people(visualizer: Any, words: str) -> None:
    """Draw as MMPose does with OpenCV, on the image itself."""
    visualizer.draw_texts(words, np.array([5, 5]), font_sizes=12, colors="w")
    for person in PEOPLE.astype(int).tolist():
        for (start, end), color in zip(LINKS, itertools.cycle(COLORS)):
            visualizer._image = cv2.line(
                visualizer._image, person[start], person[end], color, thickness=2
            )
        for point, color in zip(person, itertools.cycle(COLORS)):
            visualizer._image = cv2.circle(visualizer._image, point, 4, color, -1)


def read_texts(visualizer: Any, words: str) -> None:
    """Draw as MMOCR does: where texts are, and beside it what they say."""
    visualizer.draw_polygons(POLYGONS, edge_colors=COLORS, line_widths=2)
    visualizer.draw_texts(
        [f"{words} {number}" for number in range(len(BOXES))],
        (BOXES[:, :2] + BOXES[:, 2:]) / 2,
        vertical_alignments="center",
        horizontal_alignments="center",
        colors="black",
        font_sizes=10,
    )


CASES: dict[str, Callable[[Any, str], None]] = {
    "MMAction2: a frame, 2 lines of text": frame_of_a_video,
    "MMPretrain: 2 lines of text on ax_save": classes,
    "MMDetection: 10 boxes, labels and masks": objects,
    "MMPose: 3 people by OpenCV on _image": people,
    "MMOCR: 10 polygons and texts": read_texts,
}


def contender(visualizer: Any, draw: Callable[[Any, str], None]) -> Callable[[], object]:
    """Return a function that draws on the photo, with other words each time."""
    numbers = itertools.count()

    def call() -> object:
        visualizer.set_image(IMAGE)
        draw(visualizer, f"score {next(numbers) / 1e4:.4f}")
        return visualizer.get_image()

    return call


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="per case")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print_environment(["viz-mmdet-adapter", "mmengine", "matplotlib", "opencv-python-headless"])
    rows = []
    for name, draw in CASES.items():
        calls = {
            "ours": contender(Visualizer(), draw),
            "MMEngine": contender(MMEngineVisualizer(), draw),
        }
        rows.append((name, measure(calls, seconds=arguments.seconds)))
    print_table("What libraries draw on 640x480: MMEngine's time / ours", rows, "ours")


if __name__ == "__main__":
    main()
