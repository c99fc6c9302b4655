import numpy as np
import pytest

from viz_core import as_annotations
from viz_core.annotations.crops import encode_rle
from viz_core.annotations.error_rate import error_rate
from viz_core.annotations.masks import as_crops


def square(x1, y1, x2, y2):
    return [[x1, y1, x2, y1, x2, y2, x1, y2]]


def turned(x1, y1, x2, y2):
    return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0]


BOXES = np.array([[20.0, 20, 60, 60], [80, 20, 120, 60], [20, 80, 60, 110]])


def sides(kind):
    """Return three objects, and a prediction that has two of them and a wrong one."""
    found = np.vstack([BOXES[:2] + np.array([4, 0, 4, 0]), [100.0, 80, 150, 110]])
    make = {
        "bboxes": lambda boxes: {"bboxes": boxes},
        "rotated_bboxes": lambda boxes: {"rotated_bboxes": [turned(*box) for box in boxes]},
        "masks": lambda boxes: {"masks": [square(*box) for box in boxes]},
    }[kind]
    return [as_annotations({**make(boxes), "labels": [0, 1, 0]}) for boxes in (BOXES, found)]


@pytest.mark.parametrize("kind", ["bboxes", "rotated_bboxes", "masks"])
def test_the_error_rate_is_the_share_of_false_and_missed_ones(kind):
    truth, prediction = sides(kind)
    assert error_rate(truth, prediction) == pytest.approx((1 + 1) / (3 + 3))
    assert error_rate(truth, truth) == 0
    nothing = as_annotations(None)
    assert error_rate(truth, nothing) == error_rate(nothing, prediction) == 1
    assert error_rate(nothing, nothing) == 0


def test_an_object_is_right_from_half_an_overlap_on():
    truth = as_annotations({"bboxes": [[0, 0, 10, 10]]})
    for right, rate in ((5, 0), (4.9, 1)):
        assert error_rate(truth, as_annotations({"bboxes": [[0, 0, right, 10]]})) == rate


def test_masks_have_an_error_rate_whatever_they_are_given_as():
    mask = np.zeros((1, 30, 40), bool)
    mask[0, 5:25, 10:30] = True
    found = [
        {"masks": mask},
        {"masks": [square(10, 5, 30, 25)]},
        {"masks": [encode_rle(crop, 30, 40) for crop in as_crops(mask, 30, 40)]},
    ]
    found.append({"bboxes": [[10, 5, 30, 25]]})
    found = [as_annotations({**side, "labels": [0]}) for side in found]
    assert [error_rate(one, other) for one in found for other in found] == [0] * 16


def test_boxes_that_are_not_finite_are_wrong_and_hide_nothing():
    truth = as_annotations({"bboxes": [[0, 0, 10, 10], [np.nan] * 4], "labels": [0, 0]})
    found = as_annotations({"bboxes": [[0, 0, 10, 10]], "labels": [0]})
    assert error_rate(truth, found) == pytest.approx(1 / 3)
    assert error_rate(found, truth) == pytest.approx(1 / 3)


def test_of_maps_alone_no_error_rate_is_known():
    semantic = as_annotations({"pred_sem_seg": {"sem_seg": np.zeros((4, 4), int)}})
    with pytest.raises(ValueError, match="pass one as score="):
        error_rate(semantic, semantic)
