"""MMPose's visualizers, on MMEngine's and on ours."""

import numpy as np
import pytest
import torch
from both import HEIGHT, IMAGE, WIDTH, check_alike, on_both
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample
from mmpose.visualization import PoseLocalVisualizer
from validation import validate

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

POINTS = np.array([[[60, 40], [60, 110], [30, 80], [100, 90], [40, 190], [90, 200]]], np.float32)
LINKS = [(0, 1), (1, 2), (1, 3), (1, 4), (1, 5)]
COLORS = [(255, 128, 0), (0, 255, 0), (51, 153, 255), (255, 0, 0), (255, 255, 0), (0, 0, 255)]


def people():
    found = InstanceData()
    found.bboxes = np.array([[20, 20, 120, 220], [180, 20, 280, 220]], np.float32)
    found.labels = np.array([0, 0])
    found.keypoints = np.concatenate([POINTS, np.add(POINTS, [160, 0])]).astype(np.float32)
    found.keypoints_visible = np.ones((2, 6), np.float32)
    found.keypoint_scores = np.array([[1, 0.9, 0.8, 0.7, 0.6, 0.1]] * 2, np.float32)
    return found


@pytest.mark.parametrize("backend", ["matplotlib", "opencv"])
@pytest.mark.parametrize("sides", [("pred",), ("gt", "pred")])
def test_poses_look_alike(tmp_path, backend, sides):
    def draw():
        v = PoseLocalVisualizer(
            backend=backend, vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path
        )
        v.set_dataset_meta(
            dict(skeleton_links=LINKS, keypoint_colors=COLORS, skeleton_link_colors=COLORS[:5])
        )
        sample = PoseDataSample(**{f"{side}_instances": people() for side in sides})
        v.add_datasample("a", IMAGE, sample, draw_gt="gt" in sides, draw_bbox=True, step=1)
        (tmp_path / "vis_data/vis_image/a_1.png").unlink()
        return v.get_image()

    ours, theirs = check_alike(draw)
    if backend == "opencv":
        assert (ours == theirs).all()


@pytest.mark.parametrize("backend", ["matplotlib", "opencv"])
def test_an_image_that_was_drawn_on_can_be_drawn_on(backend):
    def draw():
        v = PoseLocalVisualizer(backend=backend)
        v.set_image(IMAGE.copy())
        v.draw_texts("a pose", np.array([100, 60]), colors=(255, 0, 0), font_sizes=20)
        v.draw_bboxes(np.array([[20, 20, 120, 220]]), edge_colors=(0, 0, 255))
        v.draw_lines(np.array([10, 300]), np.array([20, 200]), colors=(0, 0, 255), line_widths=3)
        v.draw_circles(np.array([200, 150]), np.array([20]), face_colors=(255, 255, 0), alpha=0.5)
        v.draw_polygons(np.array([[150, 20], [250, 30], [200, 90]]), (0, 255, 0), alpha=0.5)
        return v.get_image()

    check_alike(draw)


def test_heat_maps_look_alike():
    def draw():
        v = PoseLocalVisualizer()
        v.set_dataset_meta(dict(skeleton_links=LINKS))
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        maps = [np.exp(-((x - a) ** 2 + (y - b) ** 2) / 600) for a, b in POINTS[0]]
        heat = PixelData(heatmaps=torch.tensor(np.stack(maps), dtype=torch.float32))
        sample = PoseDataSample(pred_instances=people(), pred_fields=heat)
        v.add_datasample("a", IMAGE, sample, draw_gt=False, draw_heatmap=True)
        return v.get_image()

    ours, theirs = on_both(draw)
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs).mean() < 8


def test_samples_of_a_validation_are_recorded():
    """Each person is a sample; the worst is farthest from the truth, of the points that are seen."""
    samples = []
    for person, far in enumerate((3, 9, 6)):
        truth, found = people()[:1], people()[:1]
        found.keypoints = found.keypoints + np.array([far, 0], np.float32)
        truth.keypoints_visible[:, -1] = 0
        sample = PoseDataSample(gt_instances=truth, pred_instances=found)
        sample.set_metainfo(dict(img_id=7, id=person))
        samples.append(sample)
    meta = dict(skeleton_links=LINKS)
    run = validate(samples, meta, (HEIGHT, WIDTH), fixed=["7/0"], worst=1)
    ((_, name, score),) = run.tables["val/worst"][0].rows
    assert (name, score) == ("7/1", pytest.approx(9 / np.sqrt(100 * 200)))
    sample = run.annotations["val/7/0"][0]
    assert sample.skeleton == LINKS
    assert sample.prediction.keypoints.points[0, 0].tolist() == [63, 40, 1]
