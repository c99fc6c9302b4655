"""Train a tiny segmenter and see everything: python examples/training_loop.py [folder].

It draws its own pictures (discs and squares), learns to tell them apart, and records losses, the
learning rate, the config, the graph, predictions beside ground truth on the same samples each
epoch, and feature maps, to local files and to TensorBoard at once.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from viz_core import Visualizer, capture

CONFIG = {"epochs": 6, "steps": 40, "batch": 16, "lr": 3e-3, "size": 64, "seed": 0}
CLASSES, COLORS = ("disc", "square"), ("orange", "dodgerblue")
SIZE = CONFIG["size"]


def draw_samples(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures (N, 64, 64, 3) in uint8 and their classes (N, 64, 64): 0 is background."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    images = rng.integers(0, 80, (count, SIZE, SIZE, 3), np.uint8)
    targets = np.zeros((count, SIZE, SIZE), np.int64)
    for image, target in zip(images, targets, strict=True):
        for label in (1, 2):
            (y, x), radius = rng.uniform(14, 50, 2), rng.uniform(6, 13)
            y_distance, x_distance = np.abs(rows - y), np.abs(columns - x)
            disc = y_distance**2 + x_distance**2 < radius**2
            inside = disc if label == 1 else np.maximum(y_distance, x_distance) < radius
            target[inside] = label
            image[inside] = rng.integers(120, 255, 3, np.uint8)
    return images, targets


def to_input(images: np.ndarray) -> torch.Tensor:
    """Return pictures as the model takes them: (N, 3, H, W) in 0..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2) / 255


class Segmenter(nn.Module):
    """A few convolutions down and up again."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()
        )
        self.neck = nn.Sequential(nn.Conv2d(32, 32, 3, 1, 2, 2), nn.ReLU())
        self.head = nn.Conv2d(32, 1 + len(CLASSES), 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return a score for each class and pixel."""
        scores = self.head(self.neck(self.down(images)))
        return functional.interpolate(scores, size=images.shape[-2:], mode="bilinear")


def draw_classes(visualizer: Visualizer, image: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return ``image`` four times as large with what is where."""
    visualizer.set_image(image.repeat(4, 0).repeat(4, 1))
    masks = np.stack([classes == label for label in (1, 2)]).repeat(4, 1).repeat(4, 2)
    visualizer.draw_binary_masks(masks, colors=list(COLORS), alphas=0.6)
    for name, color, mask in zip(CLASSES, COLORS, masks, strict=True):
        if mask.any():
            rows, columns = np.nonzero(mask)
            box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            visualizer.draw_bboxes(box, edge_colors=color)
            visualizer.draw_texts(name, box[:2] + 3, colors="white", bboxes={"facecolor": "black"})
    return visualizer.get_image()


def main(folder: Path) -> None:
    """Train, and record everything in ``folder``."""
    torch.manual_seed(CONFIG["seed"])
    torch.set_num_threads(2)
    rng = np.random.default_rng(CONFIG["seed"])
    samples, truth = draw_samples(3, rng)
    model = Segmenter()
    optimizer = torch.optim.AdamW(model.parameters(), CONFIG["lr"])
    total = CONFIG["epochs"] * CONFIG["steps"]
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total)

    backends = [{"type": "LocalVisBackend"}, {"type": "TensorboardVisBackend"}]
    with Visualizer(vis_backends=backends, save_dir=folder) as visualizer:
        visualizer.add_config(CONFIG)
        visualizer.add_graph(model, to_input(samples))
        step = 0
        for epoch in range(CONFIG["epochs"]):
            for _ in tqdm(range(CONFIG["steps"]), f"epoch {epoch + 1}", leave=False):
                images, targets = draw_samples(CONFIG["batch"], rng)
                loss = functional.cross_entropy(model(to_input(images)), torch.from_numpy(targets))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                visualizer.add_scalars({"loss": loss, "lr": schedule.get_last_lr()[0]}, step=step)
                schedule.step()
                step += 1
            with torch.no_grad(), capture(model, "neck") as maps:
                predicted = model(to_input(samples)).argmax(1).numpy()
            visualizer.add_scalar("accuracy", (predicted == truth).mean(), step=step)
            for index, image in enumerate(samples):
                panes = [draw_classes(visualizer, image, c[index]) for c in (truth, predicted)]
                visualizer.add_image(f"truth and prediction/{index}", np.hstack(panes), step=step)
            heat = visualizer.draw_featmap(maps["neck"][0], resize_shape=(256, 256))
            visualizer.add_image("featmap/neck", heat, step=step)
    print(
        f"loss {loss.item():.3f}; everything is in {folder}; see it with: tensorboard --logdir {folder}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "training_loop")
