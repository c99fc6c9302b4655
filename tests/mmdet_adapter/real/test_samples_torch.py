"""Samples of MMDetection's own classes, beside the same ones in numpy, and its own images."""

import numpy as np
import pycocotools.mask as coco
import pytest
import torch
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import HorizontalBoxes
from mmdet.structures.mask import BitmapMasks, PolygonMasks
from mmdet.visualization import DetLocalVisualizer as MMDetVisualizer
from mmdet.visualization import get_palette as mmdet_palette
from mmdet.visualization import jitter_color as mmdet_jitter
from mmengine.structures import InstanceData, PixelData

from viz_mmdet_adapter import DetLocalVisualizer, get_palette, jitter_color

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # pycocotools' own
)

BOXES = [[20.0, 30, 80, 90], [100, 50, 150, 110]]
META = {"classes": ("cat", "dog", "sky"), "palette": [(255, 0, 0), (0, 0, 255), (0, 255, 0)]}
SQUARES = [
    [np.array([22.0, 32, 70, 32, 70, 80, 22, 80])],
    [np.array([102.0, 52, 140, 52, 140, 100])],
]


def drawn(image, sample, kind=DetLocalVisualizer, **options):
    visualizer = kind(**options)
    visualizer.dataset_meta = META
    visualizer.add_datasample("a", image, sample, draw_gt=False)
    return visualizer.get_image()


def instances(**fields):
    return InstanceData(
        **{
            "bboxes": torch.tensor(BOXES, requires_grad=True),
            "labels": torch.tensor([0, 1]),
            "scores": torch.tensor([0.75, 0.5], dtype=torch.bfloat16),
            **fields,
        }
    )


def test_a_sample_of_tensors_is_drawn_as_one_of_arrays(image):
    arrays = {"bboxes": np.array(BOXES), "labels": [0, 1], "scores": [0.75, 0.5]}
    sample = DetDataSample(pred_instances=instances())
    assert (drawn(image, sample) == drawn(image, {"pred_instances": arrays})).all()
    assert sample.pred_instances.bboxes.requires_grad


def test_boxes_of_mmdetections_own_class_are_taken(image):
    own = instances(bboxes=HorizontalBoxes(torch.tensor(BOXES)))
    found = drawn(image, DetDataSample(pred_instances=own))
    assert (found == drawn(image, DetDataSample(pred_instances=instances()))).all()


@pytest.mark.parametrize("make", ["tensor", "array", "BitmapMasks", "PolygonMasks"])
@pytest.mark.parametrize("scores", [(0.75, 0.5), (0.1, 0.5)], ids=str)
def test_masks_of_every_class_are_drawn_alike(image, make, scores):
    polygons = PolygonMasks(SQUARES, 120, 160)
    bits = polygons.to_ndarray()
    masks = {
        "tensor": torch.tensor(bits, dtype=torch.bool),
        "array": bits.astype(bool),
        "BitmapMasks": BitmapMasks(bits, 120, 160),
        "PolygonMasks": polygons,
    }[make]
    fields = instances(masks=masks, scores=torch.tensor(scores))
    arrays = {
        "bboxes": np.array(BOXES),
        "labels": np.array([0, 1]),
        "scores": np.array(scores),
        "masks": bits.astype(bool),
    }
    found = drawn(image, DetDataSample(pred_instances=fields))
    assert (found == drawn(image, {"pred_instances": arrays})).all()
    assert (found != image).any()


def test_cocos_own_masks_are_drawn_alike(image):
    bits = PolygonMasks(SQUARES, 120, 160).to_ndarray()
    encoded = [coco.encode(np.asfortranarray(mask)) for mask in bits]
    fields = {"bboxes": np.array(BOXES), "labels": [0, 1]}
    found = drawn(image, {"pred_instances": {**fields, "masks": encoded}})
    assert (found == drawn(image, {"pred_instances": {**fields, "masks": bits}})).all()


def test_maps_are_drawn_alike(image):
    ids = torch.tensor(np.kron([[0, 1, 255, 2]], np.ones((120, 40), int)))[None]
    sample = DetDataSample(pred_sem_seg=PixelData(sem_seg=ids))
    assert (drawn(image, sample) == drawn(image, {"pred_sem_seg": {"sem_seg": ids[0]}})).all()
    ids = torch.tensor(np.kron([[0, 1001, 3, 2]], np.ones((120, 40), int)))[None]
    sample = DetDataSample(pred_panoptic_seg=PixelData(sem_seg=ids.int()))
    found = drawn(image, sample)
    assert (found == drawn(image, {"pred_panoptic_seg": {"sem_seg": ids}})).all()


def test_what_a_map_says_of_itself_is_in_its_metainfo(image):
    ids = torch.tensor(np.kron([[0, 1]], np.ones((120, 80), int)))[None]
    meta = {"ignore_index": 1, "label_names": ["grass"]}
    sample = DetDataSample(pred_sem_seg=PixelData(sem_seg=ids, metainfo=meta))
    found = drawn(image, sample)
    assert (found[:, 80:] == image[:, 80:]).all()
    assert (found[:, :80] != image[:, :80]).any()


@pytest.mark.parametrize(
    "masks",
    [
        torch.zeros(2, 120, 160, dtype=bool),
        BitmapMasks(np.zeros((2, 120, 160), np.uint8), 120, 160),
        PolygonMasks(SQUARES, 120, 160),
    ],
    ids=["tensor", "BitmapMasks", "PolygonMasks"],
)
def test_predictions_without_any_object_are_the_bare_image(image, masks):
    empty = instances(masks=masks)[:0]
    assert len(empty.masks) == 0
    for found in (empty, InstanceData(), instances(scores=torch.tensor([0.1, 0.2]), masks=masks)):
        assert (drawn(image, DetDataSample(pred_instances=found)) == image).all()
    assert (drawn(image, DetDataSample()) == image).all()


def test_a_palette_may_be_a_tensor(image):
    visualizer = DetLocalVisualizer(alpha=1.0)
    visualizer.dataset_meta = {**META, "palette": torch.tensor(META["palette"])}
    sample = DetDataSample(pred_instances=instances())
    visualizer.add_datasample("a", image, sample, draw_gt=False)
    assert tuple(visualizer.get_image()[70, 20]) == (255, 0, 0)


def close(ours, theirs, share):
    """Whether all but a small share of pixels are nearly equal: letters and borders differ."""
    differs = np.abs(ours.astype(int) - theirs).max(axis=-1) > 6
    return differs.mean() < share


@pytest.mark.filterwarnings("ignore")  # MMDetection's own
def test_images_are_nearly_those_of_mmdetection(image):
    theirs = {"kind": MMDetVisualizer, "vis_backends": None}
    plain = DetDataSample(pred_instances=instances(scores=torch.tensor([0.75, 0.5])))
    plain.pred_instances.bboxes = torch.tensor(BOXES)
    ids = torch.tensor(np.kron([[0, 1, 2, 255]], np.ones((120, 40), int)))[None]
    semantic = DetDataSample(pred_sem_seg=PixelData(sem_seg=ids))
    ids = torch.tensor(np.kron([[0, 1001, 3, 2]], np.ones((120, 40), int)))[None].numpy()
    panoptic = DetDataSample(pred_panoptic_seg=PixelData(sem_seg=ids))
    for sample, share in ((plain, 0.1), (semantic, 0.05), (panoptic, 0.13)):
        ours = drawn(image, sample, style="mmdet")
        assert (ours != image).any()
        assert close(ours, drawn(image, sample, **theirs), share)
        assert not close(ours, image, share)


def test_palettes_are_those_of_mmdetection():
    for palette, count in [
        *(("coco", 80), ("coco", 133), ("coco", 3), ("citys", 8), ("voc", 20)),
        *(("random", 300), (None, 7), ("red", 2), ("green", 2), ("cyan", 1), ((1, 2, 3), 4)),
    ]:
        theirs = [tuple(map(int, color)) for color in mmdet_palette(palette, count)]
        assert get_palette(palette, count) == theirs
    np.random.seed(11)
    assert jitter_color((100, 150, 250), 11) == tuple(map(int, mmdet_jitter((100, 150, 250))))
