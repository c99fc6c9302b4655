"""Train a tiny segmenter and see everything: python examples/training_loop.py [folder].

It makes its own scenes of discs, squares and triangles, learns to tell them apart, and records the
loss, the learning rate, the IoU of each class, the config, the graph, truth beside prediction on
the same scenes after each epoch, and feature maps, to local files and to TensorBoard at once:
`viz report demo/training_loop` makes a page of them, `tensorboard --logdir demo` shows them too.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from viz_core import Samples, Visualizer, capture

#: 96 steps in all: numbers of two digits, by which files sort.
CONFIG = {"epochs": 8, "steps": 12, "batch": 8, "lr": 0.03, "size": 64, "seed": 1}
CORNERS = {"disc": 32, "square": 4, "triangle": 3}  # class 0 is the background
COLORS = ["dimgray", "orange", "dodgerblue", "limegreen"]  # of class 0 too
SHOWN = 384  # pixels of a side in the recorded images; the model sees CONFIG["size"]


def make_scenes(count: int, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, size, size, 3) in uint8 and the class of each pixel (N, size, size)."""
    y, x = np.mgrid[:size, :size] / size
    images = np.empty((count, size, size, 3), np.uint8)
    classes = np.zeros((count, size, size), np.int64)
    for image, labels in zip(images, classes, strict=True):
        slopes = rng.uniform(-40, 40, (2, 3))
        image[:] = 80 + x[..., None] * slopes[0] + y[..., None] * slopes[1]
        quarters = rng.permutation([(0.27, 0.27), (0.73, 0.27), (0.27, 0.73), (0.73, 0.73)])
        for label, corners in enumerate(CORNERS.values(), 1):
            x_center, y_center = quarters[label] + rng.uniform(-0.05, 0.05, 2)
            sides = rng.uniform(0, 2 * np.pi) + 2 * np.pi / corners * np.arange(corners)
            out = [np.cos(s) * (x - x_center) + np.sin(s) * (y - y_center) for s in sides]
            inside = np.max(out, axis=0) < rng.uniform(0.16, 0.22) * np.cos(np.pi / corners)
            image[inside] = rng.integers(100, 256, 3)
            labels[inside] = label
    return images, classes


def to_input(images: np.ndarray) -> torch.Tensor:
    """Return images as the model takes them: (N, 3, H, W) in 0..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2) / 255


class Block(nn.Sequential):
    """A convolution, normalized and rectified."""

    def __init__(
        self, channels: int, out_channels: int, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__(
            nn.Conv2d(channels, out_channels, 3, stride, dilation, dilation, bias=False),
            nn.BatchNorm2d(out_channels, track_running_stats=False),
            nn.ReLU(),
        )


class Segmenter(nn.Module):
    """Convolutions that see ever farther."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(Block(3, 16, stride=2), Block(16, 24))
        self.body = nn.Sequential(*[Block(24, 24, dilation=dilation) for dilation in (2, 4, 8)])
        self.head = nn.Conv2d(24, 1 + len(CORNERS), 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return a score for each class and pixel."""
        small = functional.interpolate(images, CONFIG["size"], mode="area")
        scores = self.head(self.body(self.stem(small)))
        return functional.interpolate(scores, images.shape[-2:], mode="bilinear")


def evaluate(
    samples: Samples,
    visualizer: Visualizer,
    model: nn.Module,
    scenes: np.ndarray,
    truth: np.ndarray,
    step: int,
) -> dict[str, float]:
    """Record how well the model does on the scenes, and return the IoU of each class."""
    with torch.no_grad(), capture(model, "body") as maps:
        found = model(to_input(scenes)).argmax(1).numpy()
    iou = {}
    for label, name in enumerate(CORNERS, 1):
        both, either = (found == label) & (truth == label), (found == label) | (truth == label)
        iou[f"IoU/{name}"] = both.sum() / either.sum()
    visualizer.add_scalars(iou, step=step)
    shown = [np.where(labels == 0, 255, labels) for labels in (truth, found)]  # 255 is not drawn
    for index, image in enumerate(scenes):
        sides = ({"sem_seg": labels[index]} for labels in shown)
        samples.offer(f"scene_{index}", image, *sides, score=(found != truth)[index].mean())
    samples.finish(step)
    look = {"topk": 6, "arrangement": (2, 3), "resize_shape": (256, 256)}
    channels = visualizer.draw_featmap(maps["body"][0], scenes[0], None, **look)
    visualizer.add_image("feature_maps/body", channels, step=step)
    return iou


def main(folder: Path) -> None:
    """Train, and record everything in ``folder``."""
    torch.manual_seed(CONFIG["seed"])
    torch.set_num_threads(1)  # enough for so small a model, whatever else is running
    rng = np.random.default_rng(CONFIG["seed"])
    scenes, truth = make_scenes(3, SHOWN, rng)
    model = Segmenter()
    optimizer = torch.optim.AdamW(model.parameters(), CONFIG["lr"])
    total = CONFIG["epochs"] * CONFIG["steps"]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, CONFIG["lr"], total)

    backends = [{"type": "LocalVisBackend"}, {"type": "TensorboardVisBackend"}]
    with Visualizer(vis_backends=backends, save_dir=folder) as visualizer:
        visualizer.dataset_meta = {"classes": ["background", *CORNERS], "palette": COLORS}
        samples = Samples(visualizer, fixed=3, worst=1)
        visualizer.add_config(CONFIG)
        visualizer.add_graph(model, to_input(scenes))
        evaluate(samples, visualizer, model, scenes, truth, step=0)
        for step in tqdm(range(1, 1 + total), "training"):
            images, classes = make_scenes(CONFIG["batch"], CONFIG["size"], rng)
            loss = functional.cross_entropy(model(to_input(images)), torch.from_numpy(classes))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            visualizer.add_scalars({"loss": loss, "lr": schedule.get_last_lr()[0]}, step=step)
            schedule.step()
            if step % CONFIG["steps"] == 0:
                iou = evaluate(samples, visualizer, model, scenes, truth, step)
    reached = ", ".join(f"{name} {value:.2f}" for name, value in iou.items())
    print(f"{folder / 'vis_data'}: a training, truth beside prediction step by step ({reached})")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "training_loop")
