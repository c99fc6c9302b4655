"""MMDetection3D's visualizer, on MMEngine's and on ours."""

import numpy as np
import pytest
import torch
from alike import difference
from both import IMAGE, check_alike, on_both
from mmdet3d.structures import CameraInstance3DBoxes, Det3DDataSample, LiDARInstance3DBoxes
from mmdet3d.visualization import Det3DLocalVisualizer
from mmengine.structures import InstanceData

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

#: Within the image: one that leaves it has matplotlib 3.11 rescale MMEngine's.
BOXES = torch.tensor([[3.0, 5, 0, 4, 2, 2, 0.5], [-4, 13, 0, 5, 2, 2, -0.3]])
CAMERA = np.array([[200.0, 0, 160, 0], [0, 200, 120, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def test_a_view_from_above_is_not_mirrored():
    def draw():
        v = Det3DLocalVisualizer()
        v.set_image(np.zeros((300, 300, 3), np.uint8))
        v.set_bev_image(bev_shape=300)
        v.draw_bev_bboxes(LiDARInstance3DBoxes(BOXES), edge_colors="orange", line_widths=2)
        return v.get_image()

    ours, theirs = on_both(draw)
    assert difference(ours, theirs) < 2
    for axis in (0, 1):
        assert difference(np.flip(ours, axis), theirs) > 2 * difference(ours, theirs)


def test_points_on_an_image_look_alike():
    def draw():
        v = Det3DLocalVisualizer()
        v.set_image(IMAGE)
        points = np.random.default_rng(0).uniform([-3, -2, 4], [3, 2, 9], (500, 3))
        v.draw_points_on_image(points.astype(np.float32), CAMERA, sizes=20)
        return v.get_image()

    check_alike(draw, most=0.2)


def test_boxes_on_an_image_look_alike(tmp_path):
    def draw():
        v = Det3DLocalVisualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)
        v.dataset_meta = dict(classes=["car"], palette=[(255, 128, 0)])
        assert v.fig_show_cfg == dict(frameon=False, figsize=(18, 12))
        found = InstanceData()
        found.bboxes_3d = CameraInstance3DBoxes(
            torch.tensor([[-1.5, 1, 8, 2, 1.5, 3, 0.4], [2, 1, 10, 2, 1.5, 3, -0.5]])
        )
        found.labels_3d = torch.tensor([0, 0])
        found.scores_3d = torch.tensor([0.9, 0.8])
        sample = Det3DDataSample(metainfo=dict(cam2img=CAMERA))
        sample.pred_instances_3d = found
        v.add_datasample("a", dict(img=IMAGE), sample, draw_gt=False, step=1)
        (tmp_path / "vis_data/vis_image/a_1.png").unlink()
        return v.get_image()

    check_alike(draw)
