import numpy as np
import pytest

from viz_core import VizWarning, as_annotations
from viz_core.annotations.thresholds import find_threshold

FIELDS = {
    "bboxes": np.array([[0, 0, 5, 5]] * 4),
    "labels": [0, 1, 1, 2],
    "scores": [0.4, 0.4, 0.6, 0.31],
}


@pytest.mark.parametrize(
    ("threshold", "kept"),
    [
        (0.4, [0.6]),  # above, not at
        (0, [0.4, 0.4, 0.6, 0.31]),
        ({"dog": 0.5}, [0.4, 0.6, 0.31]),
        ({1: 0.5}, [0.4, 0.6, 0.31]),
        ({"dog": 0.1, "cat": 0.5}, [0.4, 0.6, 0.31]),
        ([0.5, 0.7], [0.31]),
        ((0.1, 0.1, 0.5), [0.4, 0.4, 0.6]),
        (np.array([0.5, 0.7], np.float32), [0.31]),
        (np.float32(0.5), [0.6]),
    ],
)
def test_a_class_may_have_a_threshold_of_its_own(threshold, kept):
    found = as_annotations(FIELDS).above(threshold, ["cat", "dog", "fox"])
    assert found.scores.tolist() == kept


def test_names_of_the_objects_themselves_count():
    named = as_annotations({**FIELDS, "label_names": ["a", "b", "c", "b"]})
    assert named.above({"b": 0.5}).scores.tolist() == [0.4, 0.6]


def test_a_segment_has_the_threshold_of_its_class():
    info = [{"id": 1, "label_id": 0, "score": 0.5}, {"id": 2, "label_id": 1, "score": 0.5}]
    found = as_annotations({"segmentation": np.array([[1, 2]]), "segments_info": info})
    assert list(found.above({"dog": 0.6}, ["cat", "dog"]).panoptic.segments) == [1]


def test_what_is_no_threshold_is_named():
    with pytest.raises(ValueError, match="names 'dgo', which no class is called; they are"):
        find_threshold({"dgo": 0.5}, ["cat", "dog"])
    with pytest.raises(TypeError, match="pred_score_thr must be a number"):
        find_threshold("high")
    with pytest.raises(TypeError, match=r"pred_score_thr\['dog'\] must be a number"):
        find_threshold({"dog": "high"})


def test_scores_that_are_nan_are_told():
    with pytest.warns(VizWarning, match="1 of 2 predictions have the score NaN"):
        found = as_annotations({"bboxes": [[0, 0, 1, 1]] * 2, "scores": [np.nan, 0.9]}).above(0.3)
    assert found.scores.tolist() == [0.9]
