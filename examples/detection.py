"""Draw detections on a photo and record the image: python examples/detection.py [folder]."""

import sys

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

from viz_core import VISUALIZERS

photo = np.asarray(Image.open(get_sample_data("grace_hopper.jpg")))  # (600, 512, 3), RGB
boxes = np.array([[10, 12, 508, 598], [150, 16, 388, 160], [12, 316, 508, 598]])  # x1, y1, x2, y2
hat = [150, 82, 176, 46, 208, 30, 268, 18, 326, 28, 360, 48, 387, 80, 374, 154, 260, 134, 164, 158]
coat = [14, 597, 28, 430, 50, 384, 166, 342, 198, 316, 244, 438, 276, 438, 330, 318, 372, 346]
coat += [462, 374, 494, 404, 508, 470, 508, 597]
found = dict(
    bboxes=boxes, labels=[0, 1, 2], scores=[0.982, 0.914, 0.876], masks=[[], [hat], [coat]]
)

folder = f"{sys.argv[1] if len(sys.argv) > 1 else 'demo'}/detection"
config = dict(type="DetLocalVisualizer", vis_backends=[dict(type="LocalVisBackend")], alpha=0.6)
visualizer = VISUALIZERS.build(dict(config, save_dir=folder))
visualizer.dataset_meta = dict(
    classes=["person", "hat", "coat"], palette=[(255, 165, 0), (30, 144, 255), (50, 205, 50)]
)
visualizer.add_datasample("found", photo, dict(pred_instances=found), draw_gt=False)
visualizer.close()
print(f"{folder}/vis_data/vis_image: what a detector found on a photo")
