"""Draw detections on a photo and record the picture: python examples/detection.py [folder]."""

import sys
from pathlib import Path

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

from viz_core import VISUALIZERS

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "detection"
photo = np.asarray(Image.open(get_sample_data("grace_hopper.jpg")))  # (600, 512, 3), RGB
boxes = np.array(
    [[20, 12, 500, 596], [152, 16, 384, 150], [318, 482, 460, 532], [76, 484, 172, 518]]
)
found = dict(bboxes=boxes, labels=[0, 1, 2, 3], scores=[0.982, 0.914, 0.875, 0.402])
backend = dict(type="LocalVisBackend")

visualizer = VISUALIZERS.build(
    dict(type="DetLocalVisualizer", vis_backends=[backend], save_dir=folder)
)
visualizer.dataset_meta = dict(classes=["person", "hat", "decorations", "name tag"])
visualizer.add_datasample("found", photo, dict(pred_instances=found), draw_gt=False)
visualizer.close()
print(f"written: {folder / 'vis_data/vis_image/found_0.png'}")
