import pickle

import numpy as np
import pytest

from viz_core import as_annotations
from viz_core.annotations.crops import decode_rle, encode_rle
from viz_core.annotations.keeping import keep_annotations
from viz_core.annotations.masks import as_crops

HEIGHT, WIDTH = 24, 30


def drawn(masks):
    """Return masks of any kind as arrays of the size of the image."""
    whole = np.zeros((len(masks), HEIGHT, WIDTH), bool)
    for mask, crop in zip(whole, as_crops(masks, HEIGHT, WIDTH), strict=True):
        inside = crop.paint()
        mask[crop.y : crop.y + inside.shape[0], crop.x : crop.x + inside.shape[1]] = inside
    return whole


MASKS = np.zeros((5, HEIGHT, WIDTH), bool)
MASKS[0, 3:9, 4:20] = True
MASKS[1, ::2, ::3] = True
MASKS[2, :, 7:9] = True  # whole columns: one run
MASKS[3] = True
POLYGONS = [[[2, 2, 9, 2, 9, 9]], [[2, 2, 9, 2, 9, 9], [12, 4, 20, 4, 20, 20]]]


@pytest.mark.parametrize("masks", [list(MASKS), POLYGONS], ids=["arrays", "polygons"])
def test_masks_are_kept_as_runs_of_the_same_pixels(masks):
    kept = keep_annotations({"masks": masks, "labels": [0] * len(masks)}, HEIGHT, WIDTH)
    assert all(set(mask) == {"size", "counts"} for mask in kept.masks)
    assert (drawn(kept.masks) == drawn(masks)).all()
    again = pickle.loads(pickle.dumps(kept))
    assert (drawn(again.masks) == drawn(masks)).all()


def test_runs_survive_another_round():
    for crop in as_crops(MASKS, HEIGHT, WIDTH):
        again = decode_rle(encode_rle(crop, HEIGHT, WIDTH))
        assert again.area == crop.area
        assert (
            drawn([encode_rle(again, HEIGHT, WIDTH)]) == drawn([encode_rle(crop, HEIGHT, WIDTH)])
        ).all()


def test_nothing_is_a_view():
    fields = {
        "bboxes": np.array([[1.0, 2, 9, 9]]),
        "labels": np.array([3]),
        "scores": np.array([0.5]),
        "instances_id": np.array([7]),
        "keypoints": np.array([[[1.0, 2, 0.5], [3, 4, 0.5]]]),
        "masks": MASKS[:1].copy(),
    }
    ids = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 4
    sample = {"pred_instances": fields, "pred_sem_seg": {"sem_seg": ids}}
    kept = keep_annotations(sample, HEIGHT, WIDTH)
    direct = keep_annotations(as_annotations(sample), HEIGHT, WIDTH)  # read before
    before = pickle.dumps([kept, direct])
    for values in (*fields.values(), ids):
        values[...] = 0
    assert pickle.dumps([kept, direct]) == before


@pytest.mark.parametrize(
    ("ids", "dtype"),
    [
        ([0, 255], np.uint8),
        ([-1, 254], np.int16),
        ([0, 256], np.int16),
        ([0, 40_000], np.int32),
        ([0, 1 << 40], np.int64),
    ],
)
def test_maps_are_the_smallest_integers_that_hold_them(ids, dtype):
    kept = keep_annotations({"pred_sem_seg": {"sem_seg": np.array([ids])}}, 1, 2)
    assert kept.semantic.ids.dtype == dtype
    assert kept.semantic.ids.tolist() == [ids]
