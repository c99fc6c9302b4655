"""MMRotate's visualizer, on MMEngine's and on ours."""

import numpy as np
import pytest
import torch
from both import IMAGE, check_alike
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from mmrotate.structures.bbox import RotatedBoxes
from mmrotate.visualization import RotLocalVisualizer

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

BOXES = torch.tensor([[90, 110, 120, 40, np.pi / 6], [230, 120, 90, 60, -0.4]])


def test_turned_boxes_look_alike(tmp_path):
    def draw():
        v = RotLocalVisualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)
        v.dataset_meta = dict(classes=["ship", "plane"], palette=[(220, 20, 60), (0, 0, 142)])
        found = InstanceData()
        found.bboxes = RotatedBoxes(BOXES)
        found.labels = torch.tensor([0, 1])
        found.scores = torch.tensor([0.9, 0.8])
        sample = DetDataSample(gt_instances=found, pred_instances=found)
        v.add_datasample("a", IMAGE, sample, step=1)
        (tmp_path / "vis_data/vis_image/a_1.png").unlink()
        return v.get_image()

    check_alike(draw, most=4)
