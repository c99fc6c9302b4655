"""Annotations as values of JSON, and back."""

import json
import math

import numpy as np
import pytest

from viz_core.annotations.crops import decode_rle, encode_rle
from viz_core.annotations.keeping import keep_annotations
from viz_core.annotations.masks import as_crops
from viz_core.annotations.vectors import as_vectors, from_vectors

HEIGHT, WIDTH = 40, 60
MASK = np.zeros((HEIGHT, WIDTH), bool)
MASK[3:30, 2] = MASK[5:8, 3:6] = MASK[:, 10:12] = MASK[38:, 59] = True
COCO = "c2k0?XOf0000k4]2ne1bM"  # as pycocotools.mask.encode has it


def vectors_of(sample, classes=None):
    """Return vectors that went through a file."""
    kept = keep_annotations(sample, HEIGHT, WIDTH)
    return json.loads(json.dumps(as_vectors(kept, classes), allow_nan=False))


def test_masks_are_written_as_coco_does():
    (crop,) = as_crops([MASK], HEIGHT, WIDTH)
    assert encode_rle(crop, HEIGHT, WIDTH) == {"size": [HEIGHT, WIDTH], "counts": COCO}
    (empty,) = as_crops([MASK & False], HEIGHT, WIDTH)
    assert encode_rle(empty, HEIGHT, WIDTH)["counts"] == "P[2"


def test_every_part_of_objects_has_its_key():
    sample = dict(
        bboxes=[[1, 2, 3.14159, 4], [-0.001, math.inf, 5, 6]],
        rotated_bboxes=None,
        labels=[3, 0],
        scores=[0.123456, math.nan],
        masks=[MASK, MASK & False],
        keypoints=[[[1.23456, 2, 0.56789], [math.nan, 0, 1]]] * 2,
        label_names=["cat", "é"],
        instances_id=[7, -1],
    )
    size = [HEIGHT, WIDTH]
    assert vectors_of(sample) == {
        "labels": [3, 0],
        "bboxes": [[1, 2, 3.14, 4], [0, None, 5, 6]],
        "masks": [{"size": size, "counts": COCO}, {"size": size, "counts": "P[2"}],
        "keypoints": [[[1.23, 2, 0.5679], None]] * 2,
        "names": ["cat", "é"],
        "scores": [0.1235, None],
        "ids": [7, -1],
    }
    turned = {"rotated_bboxes": [[5, 6, 7, 8, 30.123]], "labels": [0]}
    assert vectors_of(turned)["rotated_bboxes"] == [[5, 6, 7, 8, 30.12]]


@pytest.mark.parametrize(
    "sample",
    [
        dict(bboxes=[[1, 2, 3, 4]], labels=[1], scores=[0.5]),
        dict(bboxes=np.zeros((0, 4)), labels=[], masks=[]),
        dict(rotated_bboxes=[[5, 6, 7, 8, 30]], labels=[1], instances_id=[9]),
        dict(masks=[MASK, ~MASK], labels=[0, 1], label_names=["a", "b"]),
        dict(keypoints=[[[1, 2, 2], [3, 4, 1]]], labels=[0]),  # COCO's visibility
        dict(keypoints=np.zeros((0, 17, 3)), labels=[]),
        dict(sem_seg=np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) // 777),
        (MASK.astype(int) + 1, [dict(id=1, category_id=5, score=0.5), dict(id=2, category_id=6)]),
        dict(pred_panoptic_seg=dict(sem_seg=MASK * 1003 + 2)),
        dict(pred_panoptic_seg=dict(sem_seg=np.dstack([MASK, MASK, MASK]).astype(np.uint8) * 9)),
    ],
)
def test_what_is_read_back_is_written_alike(sample):
    written = vectors_of(sample)
    again = from_vectors(written, HEIGHT, WIDTH)
    assert json.loads(json.dumps(as_vectors(again))) == written
    assert len(again) == len(written["labels"])


def test_keypoints_and_masks_come_back():
    sample = dict(keypoints=[[[1, 2, 0.5], [math.nan, 4, 0.5]]], masks=[MASK], labels=[0])
    again = from_vectors(vectors_of(sample), HEIGHT, WIDTH)
    np.testing.assert_equal(again.keypoints.points, [[[1, 2, 0.5], [math.nan] * 3]])
    crop = decode_rle(again.masks[0])
    assert crop.area == MASK.sum()


def test_pixels_of_no_class_are_in_no_mask():
    ids = np.zeros((HEIGHT, WIDTH), int)
    ids[:, 30:], ids[:5] = 255, -1
    semantic = vectors_of({"sem_seg": ids})["semantic"]
    assert (semantic["ids"], semantic["labels"]) == ([0], [0])
    (crop,) = map(decode_rle, semantic["masks"])
    assert (crop.x, crop.y, crop.area) == (0, 5, 35 * 30)
    ids = np.where(ids == 0, 2001, 3)  # MMDetection's: the number after the last class is void
    panoptic = vectors_of({"pred_panoptic_seg": {"sem_seg": ids}}, ["a", "b", "c"])["panoptic"]
    assert (panoptic["ids"], panoptic["labels"]) == ([2001], [1])
    read = from_vectors({"labels": [], "semantic": semantic}, HEIGHT, WIDTH).semantic
    assert np.unique(read.ids).tolist() == [-1, 0]
