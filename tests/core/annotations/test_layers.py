"""Masks as maps of labels."""

import numpy as np

from viz_core import as_annotations, as_label_maps

MASKS = np.zeros((3, 6, 8), bool)
MASKS[0, 1:4, 1:4] = MASKS[1, 2:5, 3:6] = MASKS[2, :, 6:] = True  # the first two overlap


def test_none_hides_another():
    sample = as_annotations({"masks": MASKS, "labels": [5, 300, 0]})
    first, second = as_label_maps(sample, 6, 8)
    assert (first == np.where(MASKS[0], 5, np.where(MASKS[2], 0, -1))).all()
    assert (second == np.where(MASKS[1], 300, -1)).all()


def test_maps_follow_the_masks():
    ids = MASKS[0] * 2004 + 7
    sample = {
        "pred_instances": {"masks": MASKS[:1], "labels": [1]},
        "pred_sem_seg": {"sem_seg": MASKS[1] * 255},
        "pred_panoptic_seg": {"sem_seg": ids},
    }
    masks, semantic, panoptic = as_label_maps(as_annotations(sample), 6, 8, ["class"] * 7)
    assert (masks == np.where(MASKS[0], 1, -1)).all()
    assert (semantic == np.where(MASKS[1], -1, 0)).all()
    assert (panoptic == np.where(MASKS[0], 11, -1)).all()  # 7 is void, as there are 7 classes
    nothing = as_annotations({"bboxes": [[0, 0, 4, 4]], "labels": [0]})
    assert as_label_maps(nothing, 6, 8) == []


def test_a_map_of_colors_has_a_class_for_each():
    colors = np.dstack([MASKS[0], MASKS[2], MASKS[1] & False]).astype(np.uint8)
    (found,) = as_label_maps(as_annotations({"pred_panoptic_seg": {"sem_seg": colors}}), 6, 8)
    assert (found == np.where(MASKS[0], 0, np.where(MASKS[2], 1, -1))).all()
