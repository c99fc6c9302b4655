"""Writing images: our PNG against OpenCV's at its defaults, and against MMEngine's backend.

Both filter each row by its left neighbor, look only for runs and compress at level 1.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from compare import measure, print_environment, print_table
from mmengine.visualization import LocalVisBackend as MMEngineBackend
from PIL import Image

from viz_core import LocalVisBackend, Visualizer, encode_png

SIZE = (640, 480)


def make_images() -> dict[str, np.ndarray]:
    """Return 640x480 images: a photo, one drawn on, a drawing, and noise."""
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    with Image.open(path) as image:
        photo = np.asarray(image.convert("RGB").resize(SIZE))
    generator = np.random.default_rng(0)
    corners = generator.integers(0, (SIZE[0] - 120, SIZE[1] - 90), (20, 2))
    boxes = np.hstack([corners, corners + np.array([120, 90])])
    drawn = {}
    for name, ground in (
        ("photo + 20 boxes", photo),
        ("flat + 20 boxes", np.full_like(photo, 114)),
    ):
        canvas = Visualizer(image=ground).draw_bboxes(boxes, edge_colors="r")
        canvas.draw_texts([f"person: {i / 20:.2f}" for i in range(20)], corners, colors="w")
        drawn[name] = canvas.get_image()
    noise = generator.integers(0, 256, photo.shape, dtype=np.uint8)
    return {"photo": photo, **drawn, "noise": noise}


def opencv_png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes()


def compare_png(image: np.ndarray) -> dict[str, float]:
    return measure({"ours": lambda: encode_png(image), "OpenCV": lambda: opencv_png(image)})


def compare_files(image: np.ndarray, rounds: int = 100) -> dict[str, float]:
    """Compare adding images of ever new steps, as a run does, to two folders side by side."""
    steps, peer_steps = itertools.count(), itertools.count()
    with tempfile.TemporaryDirectory() as folder:
        visualizer = Visualizer(vis_backends=[dict(type=LocalVisBackend)], save_dir=folder)
        peer = MMEngineBackend(f"{folder}/mmengine")
        contenders = {
            "Visualizer": lambda: visualizer.add_image("demo", image, step=next(steps)),
            "MMEngine": lambda: peer.add_image("demo", image, step=next(peer_steps)),
        }
        return measure(contenders, rounds=rounds)


def main() -> None:
    print_environment(["viz-core", "numpy", "opencv-python-headless", "mmengine"])
    images = make_images()
    sizes = {n: len(encode_png(i)) / len(opencv_png(i)) for n, i in images.items()}
    rows = [
        (f"{name} ({sizes[name]:.3f} of OpenCV's size)", compare_png(image))
        for name, image in images.items()
    ]
    print_table("PNG in memory, 640x480", rows, "ours")
    rows = [(name, compare_files(image)) for name, image in images.items()]
    print_table("add_image to local files, 640x480", rows, "Visualizer")


if __name__ == "__main__":
    main()
