"""From drawing to the disk: 20 boxes with labels on a photo, drawn and stored, beside MMEngine.

    python benchmarks/pipeline.py [--seed 3] [--seconds 6]

Both make the same calls, as their interfaces are the same, with the same backends. In the
background is what the caller waits for; what the workers then do is waited for between two calls.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import logging
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mmengine.visualization as mmengine
import numpy as np
from compare import measure, print_environment, print_table
from matplotlib.cbook import get_sample_data
from PIL import Image

from viz_core import Visualizer

SIZE = (640, 480)
LOCAL = {"type": "LocalVisBackend"}
TENSORBOARD = {"type": "TensorboardVisBackend"}
WANDB = {"type": "WandbVisBackend", "init_kwargs": {"mode": "offline"}}
MLFLOW = {"type": "MLflowVisBackend"}
CASES = {
    "local files": [LOCAL],
    "TensorBoard": [TENSORBOARD],
    "local files and TensorBoard": [LOCAL, TENSORBOARD],
}
FOUR = [LOCAL, TENSORBOARD, WANDB, MLFLOW]


class Work:
    """One image after another, each with other boxes and labels.

    Args:
        seed: What the boxes are drawn from.
    """

    def __init__(self, seed: int) -> None:
        with get_sample_data("grace_hopper.jpg") as file:
            self.photo = np.array(Image.open(file).convert("RGB").resize(SIZE))
        random = np.random.default_rng(seed)
        corners = random.uniform(0, 0.7, (64, 20, 2)) * SIZE
        sizes = random.uniform(0.05, 0.28, (64, 20, 2)) * SIZE
        scores = random.uniform(30, 99.9, (64, 20))
        self.scenes = [
            (np.hstack([low, low + size]), [f"person: {score:.1f}" for score in each], low)
            for low, size, each in zip(corners, sizes, scores, strict=True)
        ]

    def draw(self, visualizer: Any, number: int) -> Any:
        boxes, labels, corners = self.scenes[number % len(self.scenes)]
        visualizer.set_image(self.photo)
        visualizer.draw_bboxes(boxes, edge_colors="lime", line_widths=2)
        visualizer.draw_texts(
            labels,
            corners,
            font_sizes=9,
            colors="w",
            bboxes={"facecolor": "k", "alpha": 0.7, "pad": 1, "edgecolor": "none"},
        )
        return visualizer.get_image()

    def storing(
        self, visualizer: Any, finish: Callable[[], object] = lambda: None
    ) -> Callable[[], None]:
        """Return a function that draws and stores the next image.

        ``finish`` waits for a writer's thread, so that whose turn is next does not pay for it.
        """
        steps = itertools.count()

        def store() -> None:
            step = next(steps)
            visualizer.add_image("boxes", self.draw(visualizer, step), step=step)
            finish()

        return store


def compare(
    work: Work, folder: Path, backends: Sequence[dict[str, Any]], seconds: float
) -> dict[str, float]:
    """Return the times of ours and MMEngine's, and print what is on the disk for the same images."""
    ours = Visualizer(vis_backends=backends, save_dir=folder / "viz")
    own = copy.deepcopy(backends)  # which MMEngine writes its folder into
    peer = mmengine.Visualizer(vis_backends=own, save_dir=str(folder / "mmengine"))
    threads = [b.experiment for b in peer._vis_backends.values() if "Tensorboard" in str(b)]
    calls = {
        "viz": work.storing(ours, ours.flush),
        "MMEngine": work.storing(peer, lambda: [writer.flush() for writer in threads]),
    }
    for store in calls.values():
        for _ in range(5):
            store()
    sizes = [size_of(folder / name) for name in ("viz", "mmengine")]
    print(
        f"{' + '.join(b['type'] for b in backends)}: {sizes[0] / sizes[1]:.3f} of MMEngine's bytes"
    )
    times = measure(calls, seconds=seconds, at_least=5)
    ours.close()
    peer.close()
    return times


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def alone_and_together(
    work: Work, folder: Path, rounds: int = 20
) -> tuple[dict[str, float], dict[str, float]]:
    """Return CPU seconds an image of each backend and of all four, and what a caller waits.

    The second is with workers in the background; ``drawing`` is there without any backend.
    """
    cpu, waited = {}, {}
    for background in (False, True):
        cases = {backend["type"]: [backend] for backend in FOUR} | {"all four": FOUR}
        if background:
            cases = {"drawing": [], "local files": [LOCAL], "all four": FOUR}
        contenders = {}
        for name, backends in cases.items():
            visualizer = Visualizer(
                vis_backends=backends,
                save_dir=folder / f"{name}{background}",
                background=background,
            )
            store = work.storing(visualizer)
            store()
            visualizer.flush()
            contenders[name] = (store, visualizer)
        spent: dict[str, list[float]] = {name: [] for name in contenders}
        clock = time.perf_counter if background else time.process_time
        for _ in range(rounds):
            for name, (store, visualizer) in contenders.items():
                before = clock()
                store()
                if background:
                    spent[name].append(clock() - before)
                visualizer.flush()
                if not background:
                    spent[name].append(clock() - before)
        for _, visualizer in contenders.values():
            visualizer.close()
        (waited if background else cpu).update(
            {name: statistics.median(each) for name, each in spent.items()}
        )
    return cpu, waited


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="per case")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable()
    print_environment(["viz-core", "isal", "mmengine", "opencv-python-headless", "torch"])
    work = Work(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        rows = [
            (case, compare(work, Path(name, case), backends, arguments.seconds))
            for case, backends in CASES.items()
        ]
        print_table("Draw and store, milliseconds an image", rows, "viz")
        cpu, waited = alone_and_together(work, Path(name))
    print("\nmilliseconds of CPU an image, drawn, stored and handed on:")
    for case, seconds in cpu.items():
        print(f"  {case}: {seconds * 1e3:.2f}")
    print(f"  all four / the slowest alone: {cpu.pop('all four') / max(cpu.values()):.2f}")
    print("milliseconds that a caller waits, in the background:")
    for case, seconds in waited.items():
        print(f"  {case}: {seconds * 1e3:.2f}")


if __name__ == "__main__":
    main()
