"""MMSegmentation's visualizer, on MMEngine's and on ours."""

import pytest
import torch
from both import HEIGHT, IMAGE, WIDTH, check_alike
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from mmseg.visualization import SegLocalVisualizer
from validation import validate

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

CLASSES, PALETTE = ("road", "car", "sky"), [[128, 64, 128], [0, 0, 142], [70, 130, 180]]


def semantic():
    ids = torch.zeros((1, HEIGHT, WIDTH), dtype=torch.int64)
    ids[:, 100:] = 1
    ids[:, :60, 100:] = 2
    return PixelData(data=ids)


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("sides", [("gt",), ("gt", "pred")])
def test_maps_look_alike(labels, sides):
    def draw():
        v = SegLocalVisualizer(alpha=0.5)
        v.dataset_meta = dict(classes=CLASSES, palette=PALETTE)
        sample = SegDataSample()
        for side in sides:
            setattr(sample, f"{side}_sem_seg", semantic())
        v.add_datasample("a", IMAGE, sample, draw_pred="pred" in sides, with_labels=labels)
        return v.get_image()

    check_alike(draw, most=4)


def test_depths_look_alike():
    def draw():
        v = SegLocalVisualizer(alpha=1)
        v.dataset_meta = dict(classes=CLASSES, palette=PALETTE)
        depth = torch.arange(HEIGHT * WIDTH, dtype=torch.float32).reshape(1, HEIGHT, WIDTH)
        sample = SegDataSample(gt_depth_map=PixelData(data=depth))
        v.add_datasample("a", IMAGE, sample, draw_pred=False)
        return v.get_image()

    check_alike(draw)


def test_images_are_recorded(tmp_path):
    def record():
        v = SegLocalVisualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)
        v.dataset_meta = dict(classes=CLASSES, palette=PALETTE)
        v.add_datasample("a", IMAGE, SegDataSample(gt_sem_seg=semantic()), draw_pred=False, step=2)
        (tmp_path / "vis_data/vis_image/a_2.png").unlink()
        return v.get_image()

    check_alike(record)


def test_samples_of_a_validation_are_recorded():
    """The worst has most wrong pixels of those that have a class."""
    samples = []
    for wrong in (10, 40, 20):
        truth, found = semantic(), semantic()
        truth.data[:, :, :50] = 255
        found.data[:, :, :60] = 2
        found.data[:, :, 60 : 60 + wrong] = 2
        samples.append(SegDataSample(gt_sem_seg=truth, pred_sem_seg=found))
    meta = dict(classes=CLASSES, palette=PALETTE)
    run = validate(samples, meta, (HEIGHT, WIDTH), fixed=["2.png"], worst=2)
    assert [row[1] for row in run.tables["val/worst"][0].rows] == ["1.png", "2.png"]
    sample = run.annotations["val/2.png"][0]
    assert sample.classes == dict(enumerate(CLASSES))
    assert (sample.truth.semantic.ids[:, :50] == -1).all()
    assert (sample.prediction.semantic.ids[:, :60] == 2).all()
