"""From a model to images of what its layers see: python examples/featmap.py [folder].

The model has what trained ones learn first, filters for edges of every direction, but set by hand,
so that nothing is downloaded. Any other model goes the same way, by the names of its layers.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.cbook import get_sample_data
from PIL import Image
from torch import nn

from viz_core import capture, draw_featmap


class Edges(nn.Sequential):
    """Layer ``edges`` finds edges of 16 directions; ``texture`` says how many are around."""

    def __init__(self, size: int = 13) -> None:
        super().__init__()
        find = nn.Conv2d(3, 16, size, 2, size // 2, bias=False, padding_mode="reflect")
        y, x = torch.meshgrid(*[torch.arange(size) - size // 2] * 2, indexing="ij")
        angles = torch.arange(16)[:, None, None] * torch.pi / 8
        waves = torch.sin((x * angles.cos() + y * angles.sin()) * 2 * torch.pi / size)
        bell = torch.exp(-(x**2 + y**2) / (size / 3) ** 2)
        find.weight.data[:] = (waves * bell)[:, None]
        self.add_module("edges", nn.Sequential(find, nn.ReLU()))
        self.add_module("texture", nn.AvgPool2d(9, 4, padding=4, count_include_pad=False))


def draw_all(photo: np.ndarray) -> dict[str, np.ndarray]:
    """Return images by name. These are the lines that matter."""
    model = Edges().eval()
    batch = torch.from_numpy(photo).permute(2, 0, 1)[None] / 255
    with torch.no_grad(), capture(model, "edges", "texture") as maps:
        model(batch)
    edges, texture = maps["edges"][0], maps["texture"][0]  # (16, 300, 256), (16, 75, 64)
    whole = {"resize_shape": photo.shape[:2]}
    cells = {"channel_reduction": None, "resize_shape": (300, 256)}
    return {
        "edges_mean": draw_featmap(edges, colormap="magma", **whole),
        "edges_norm_over_photo": draw_featmap(edges, photo, "norm", **whole),
        "edges_pca": draw_featmap(edges, channel_reduction="pca", **whole),
        "edges_8_directions": draw_featmap(
            edges, channels=range(0, 16, 2), topk=8, arrangement=(2, 4), colormap="magma", **cells
        ),
        "texture_mean_over_photo": draw_featmap(texture, photo, **whole),
        "texture_top6_over_photo": draw_featmap(
            texture, photo, topk=6, arrangement=(2, 3), **cells
        ),
    }


folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "feature_maps"
folder.mkdir(parents=True, exist_ok=True)
images = draw_all(np.array(Image.open(get_sample_data("grace_hopper.jpg"))))  # (600, 512, 3), RGB
for name, image in images.items():
    Image.fromarray(image).save(folder / f"{name}.png")
print(f"{folder}: {len(images)} images of what the layers of a model see")
