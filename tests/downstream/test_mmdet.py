"""MMDetection's own visualizers, on MMEngine's and on ours."""

import numpy as np
import pytest
import torch
from both import HEIGHT, IMAGE, WIDTH, check_alike
from mmdet.structures import DetDataSample
from mmdet.visualization import DetLocalVisualizer, TrackLocalVisualizer
from mmengine.structures import InstanceData, PixelData

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

META = {
    "classes": ["person", "bicycle", "car"],
    "palette": [(220, 20, 60), (119, 11, 32), (0, 0, 142)],
}


def instances(masks=True, boxes=True, scores=None, names=False):
    found = InstanceData()
    found.labels = torch.tensor([0, 1, 2])
    found.bboxes = torch.tensor([[20, 30, 140, 200], [160, 20, 260, 110], [150, 130, 300, 220.0]])
    if not boxes:
        found.bboxes = torch.zeros((3, 4))
    if masks:
        found.masks = np.zeros((3, HEIGHT, WIDTH), bool)
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        for mask, (cx, cy, r) in zip(
            found.masks, [(80, 110, 50), (210, 65, 35), (220, 170, 40)], strict=True
        ):
            mask[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = True
    if scores is not None:
        found.scores = torch.tensor(scores)
    if names:
        found.label_names = ["a", "b", "c"]
    return found


def maps(panoptic=False):
    ids = np.zeros((1, HEIGHT, WIDTH), np.int64)
    ids[:, :, 100:200] = 1001 if panoptic else 1
    ids[:, :90, 200:] = 1002 if panoptic else 2
    ids[:, 200:, :50] = 255 if not panoptic else 3
    return PixelData(sem_seg=torch.tensor(ids) if not panoptic else ids)


SAMPLES = {
    "boxes": dict(gt_instances=instances(masks=False)),
    "masks": dict(gt_instances=instances()),
    "masks alone": dict(gt_instances=instances(boxes=False)),
    "truth and prediction": dict(
        gt_instances=instances(), pred_instances=instances(scores=[0.9, 0.2, 0.5])
    ),
    "names": dict(pred_instances=instances(masks=False, scores=[0.9, 0.8, 0.7], names=True)),
    "semantic": dict(gt_sem_seg=maps()),
    "panoptic": dict(pred_panoptic_seg=maps(panoptic=True)),
}


def draw(kind, cls=DetLocalVisualizer, **options):
    sample = DetDataSample(**SAMPLES[kind])
    np.random.seed(0)  # MMDetection's colors of masks are drawn from there
    v = cls(**options)
    v.dataset_meta = META
    is_truth = any(name.startswith("gt") for name in SAMPLES[kind])
    is_prediction = any(name.startswith("pred") for name in SAMPLES[kind])
    v.add_datasample("a", IMAGE, sample, draw_gt=is_truth, draw_pred=is_prediction)
    return v.get_image()


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_look_alike(kind):
    check_alike(lambda: draw(kind), most=4)


def contrast(image):
    """Return how clear the letters of the first object's label are."""
    label = image[33:46, 23:60].astype(float).mean(axis=-1)
    return np.percentile(label, 98) - np.percentile(label, 10)


@pytest.mark.parametrize("kind", ["boxes", "masks"])
def test_labels_are_as_legible_above_masks(kind):
    ours, theirs = check_alike(lambda: draw(kind))
    assert contrast(ours) > 0.9 * contrast(theirs)
    assert contrast(theirs) > 60


def test_tracks_look_alike():
    def track():
        found = instances(masks=False, scores=[0.9, 0.8, 0.7])
        found.instances_id = torch.tensor([4, 7, 9])
        v = TrackLocalVisualizer()
        v.dataset_meta = META
        sample = DetDataSample(pred_track_instances=found, gt_instances=found)
        v.add_datasample("a", IMAGE, sample, draw_gt=True)
        return v.get_image()

    check_alike(track, most=4)


def test_images_are_recorded(tmp_path):
    def record():
        np.random.seed(0)
        v = DetLocalVisualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)
        sample = DetDataSample(gt_instances=instances())
        v.add_datasample("a", IMAGE, sample, draw_pred=False, step=4)
        (tmp_path / "vis_data/vis_image/a_4.png").unlink()
        v.add_datasample("b", IMAGE, sample, draw_pred=False, out_file=tmp_path / "b.png")
        (tmp_path / "b.png").unlink()
        return v.get_image()

    check_alike(record)
