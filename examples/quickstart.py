"""Draw on a photo and record it: python examples/quickstart.py [folder].

It goes to local files, and to TensorBoard where viz-backend-tensorboard is installed.
"""

import math
import sys
from pathlib import Path

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

from viz_core import VISBACKENDS, Visualizer

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "quickstart"
photo = np.asarray(Image.open(get_sample_data("grace_hopper.jpg")))  # (600, 512, 3), RGB

rows, columns = np.ogrid[:600, :512]
face = ((columns - 260) / 84) ** 2 + ((rows - 212) / 98) ** 2 < 1
boxes = np.array([[152, 16, 384, 312], [318, 482, 460, 532]])
labels = ["person: 98.2", "decorations: 87.5"]
label_box = {"facecolor": "black", "alpha": 0.8, "pad": 2.5, "edgecolor": "none"}

names = ("LocalVisBackend", "TensorboardVisBackend")
backends = [{"type": name} for name in names if name in VISBACKENDS]
with Visualizer(vis_backends=backends, save_dir=folder) as visualizer:
    visualizer.set_image(photo)
    visualizer.draw_binary_masks(face, colors="dodgerblue", alphas=0.35)
    visualizer.draw_bboxes(boxes, edge_colors=["dodgerblue", "orange"], line_widths=3)
    visualizer.draw_texts(
        labels,
        boxes[:, :2] + [[3, 3], [3, -3]],
        font_sizes=14,
        colors="white",
        vertical_alignments=["top", "bottom"],
        bboxes=label_box,
    )
    visualizer.draw_circles(
        np.array([[229, 188], [288, 186]]), np.array([25, 25]), edge_colors="lime"
    )
    visualizer.draw_lines(np.array([254, 263]), np.array([187, 187]), colors="lime")
    visualizer.draw_points(np.array([[229, 188], [288, 186], [256, 222]]), colors="red")
    visualizer.draw_polygons(
        np.array([[76, 484], [162, 487], [172, 518], [80, 515]]), "violet", "--"
    )
    visualizer.add_image("drawn", visualizer.get_image())

    rows, columns = np.mgrid[:15, :13]
    seen = (((229, 188), 3), ((288, 186), 3), ((256, 230), 5), ((390, 505), 2))  # as of a backbone
    activations = np.stack(
        [np.exp(-((columns - x / 40) ** 2 + (rows - y / 40) ** 2) / size) for (x, y), size in seen]
    )
    heat = visualizer.draw_featmap(activations, photo, resize_shape=(600, 512), alpha=0.5)
    visualizer.add_image("featmap", heat)

    for step in range(100):
        visualizer.add_scalars({"loss": math.exp(-step / 30), "lr": 0.1 * 0.98**step}, step=step)
    visualizer.add_config({"model": {"type": "FasterRCNN", "classes": labels}, "epochs": 100})

print(f"{folder / 'vis_data'}: what can be drawn, a feature map, scalars and a config")
