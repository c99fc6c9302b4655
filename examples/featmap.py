"""From a model to pictures of what its layers see: `python examples/featmap.py [FOLDER]`.

The network has the shape of a ResNet18, with random weights so that nothing is downloaded.
"""

from __future__ import annotations

import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from viz_core.capture import capture
from viz_core.featmap import draw_featmap


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, out_channels, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the sum of both branches, rectified."""
        return torch.relu(self.body(features) + self.shortcut(features))


class ResNet18(nn.Sequential):
    """The stages of a ResNet18, by their usual names, up to layer4."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, padding=1),
        )
        widths = (64, 64, 128, 256, 512)
        for stage, (channels, out_channels) in enumerate(pairwise(widths), 1):
            blocks = (
                Block(channels, out_channels, 1 + (stage > 1)),
                Block(out_channels, out_channels, 1),
            )
            self.add_module(f"layer{stage}", nn.Sequential(*blocks))


def make_image(size: int = 224) -> np.ndarray:
    """Return a picture with something to see: two discs and a bar over a gradient."""
    y, x = np.mgrid[:size, :size] / size
    image = np.stack([120 + 80 * x, 140 + 60 * y, 200 - 80 * x], axis=-1)
    image[(x - 0.32) ** 2 + (y - 0.4) ** 2 < 0.03] = (220, 60, 40)
    image[(x - 0.7) ** 2 + (y - 0.62) ** 2 < 0.02] = (250, 210, 60)
    image[(abs(y - 0.85) < 0.03) & (abs(x - 0.5) < 0.4)] = (30, 30, 40)
    return image.astype(np.uint8)


def draw_all(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return pictures by name. These are the ten lines that matter."""
    model = ResNet18().eval()
    images = torch.from_numpy(image).permute(2, 0, 1)[None] / 255
    with torch.no_grad(), capture(model, "layer2", "layer4") as maps:
        model(images)
    feat = maps["layer4"][0]  # (512, 7, 7)
    few = {"channel_reduction": None, "topk": 5}
    return {
        "select_max_alone": draw_featmap(
            feat, channel_reduction="select_max", resize_shape=(224, 224)
        ),
        "select_max": draw_featmap(feat, image, channel_reduction="select_max"),
        "top5_2x3": draw_featmap(feat, image, arrangement=(2, 3), **few),
        "top5_4x2": draw_featmap(feat, image, arrangement=(4, 2), **few),
        "layer2_norm": draw_featmap(maps["layer2"][0], image, "norm", colormap="viridis"),
        "layer2_pca": draw_featmap(maps["layer2"][0], image, "pca", alpha=0.7),
    }


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    # That a small map is enlarged to the image is what this example is about.
    warnings.filterwarnings("ignore", message=".* the feature map will be interpolated")
    for name, picture in draw_all(make_image()).items():
        Image.fromarray(picture).save(folder / f"featmap_{name}.png")
    print(f"wrote {len(list(folder.glob('featmap_*.png')))} pictures to {folder}")


if __name__ == "__main__":
    main()
