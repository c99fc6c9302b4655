"""Draw what is on a street, and what a model found there: python examples/detection.py [folder]."""

import sys

from viz_core import VISUALIZERS
from viz_core.testing import sample_detections, sample_meta, sample_photo

photo = sample_photo("street", frame=3)  # RGB, uint8, (360, 640, 3)
truth = sample_detections("street", frame=3, masks=True)  # bboxes, labels and masks
found = sample_detections("street", frame=3, masks=True, seed=1)  # and scores, of a model

folder = f"{sys.argv[1] if len(sys.argv) > 1 else 'demo'}/detection"
config = dict(type="DetLocalVisualizer", vis_backends=[dict(type="LocalVisBackend")])
visualizer = VISUALIZERS.build(dict(config, save_dir=folder, color_by="instance", label_size=13))
visualizer.dataset_meta = sample_meta()  # classes=["person", "car", ...]
visualizer.add_datasample("street", photo, dict(gt_instances=truth, pred_instances=found))
visualizer.close()
print(f"{folder}/vis_data/vis_image: people and cars on a street, and what a model found of them")
