from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from viz_core import as_style
from viz_core.annotations.drawing import object_texts
from viz_core.annotations.samples import read_field, read_instances

FIELDS = {
    "bboxes": np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32),
    "labels": np.array([3, 1]),
    "scores": np.array([0.5, 0.25]),
    "label_names": ["cat", "dog"],
    "masks": [[[1, 1, 2, 1, 2, 2]], {"size": [1, 1], "counts": [1]}],
    "instances_id": np.array([70, 71]),
}


@pytest.mark.parametrize("make", [dict, lambda **fields: SimpleNamespace(**fields)])
def test_reads_mappings_and_objects(make):
    found = read_instances(make(**FIELDS))
    assert len(found) == 2
    assert found.bboxes.tolist() == FIELDS["bboxes"].tolist()
    assert found.labels.tolist() == [3, 1]
    assert found.scores.tolist() == [0.5, 0.25]
    assert found.names == ["cat", "dog"]
    assert read_field(make(**FIELDS), "nothing") is None


def test_selecting_takes_every_field_along():
    found = read_instances(FIELDS).select(np.array([False, True]))
    assert len(found) == 1
    assert found.bboxes.tolist() == [[5, 6, 7, 8]]
    assert found.labels.tolist() == [1]
    assert found.scores.tolist() == [0.25]
    assert found.names == ["dog"]
    assert found.ids.tolist() == [71]
    assert found.masks == [{"size": [1, 1], "counts": [1]}]


def test_every_field_may_be_missing():
    assert len(read_instances({})) == 0
    only_boxes = read_instances({"bboxes": FIELDS["bboxes"]})
    assert only_boxes.labels.tolist() == [0, 0]
    assert only_boxes.scores is only_boxes.masks is only_boxes.names is None
    assert len(read_instances({"masks": np.zeros((3, 4, 5), bool)})) == 3
    assert len(read_instances({"masks": np.zeros((4, 5), bool)})) == 1
    assert len(read_instances({"masks": {"size": [1, 1], "counts": [1]}})) == 1


def test_names_may_be_given_by_class_or_for_one_object():
    by_class = {"bboxes": FIELDS["bboxes"], "labels": [3, 1], "label_names": {1: "dog", 3: "cat"}}
    assert read_instances(by_class).names == ["cat", "dog"]
    assert read_instances({"bboxes": [1, 2, 3, 4], "label_names": "cat"}).names == ["cat"]


@pytest.mark.parametrize("name", ["scores", "instances_id"])
def test_what_is_no_number_is_named(name):
    with pytest.raises(TypeError, match=rf"{name} must be numbers, one per object, got \['high'\]"):
        read_instances({"bboxes": [1, 2, 3, 4], name: ["high"]})


def test_boxes_in_a_wrapper_are_taken_out():
    found = read_instances({"bboxes": SimpleNamespace(tensor=FIELDS["bboxes"])})
    assert found.bboxes.shape == (2, 4)


def test_lists_and_the_numbers_of_a_single_object_are_taken():
    found = read_instances({"bboxes": [1, 2, 30, 40], "labels": 3, "scores": 0.5})
    assert found.bboxes.tolist() == [[1, 2, 30, 40]]
    assert (found.labels.tolist(), found.scores.tolist()) == ([3], [0.5])
    assert read_instances({"bboxes": [[1, 2, 3, 4], [5, 6, 7, 8]]}).bboxes.shape == (2, 4)
    assert len(read_instances({"bboxes": [], "labels": [], "scores": []})) == 0


def test_boxes_of_zeros_are_none_and_negative_ones_are_some():
    assert read_instances({"bboxes": np.zeros((2, 4)), "labels": [1, 2]}).bboxes is None
    assert read_instances({"bboxes": np.array([[-9.0, -9, 3, 3]])}).bboxes is not None
    empty = read_instances({"bboxes": np.zeros((0, 4)), "labels": np.zeros(0, int)})
    assert len(empty) == 0


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({**FIELDS, "labels": np.array([1])}, "labels 1, bboxes 2, scores 2"),
        ({**FIELDS, "label_names": ["cat"]}, "label_names 1"),
        ({"bboxes": np.zeros((2, 6))}, r"shape \(N, 4\).*got \(2, 6\)"),
        ({"labels": ["dog"]}, r"indices of classes, got \['dog'\]; give names as label_names="),
        ({"labels": np.array(["3", "4"])}, "give names as label_names="),
        ({"labels": [None]}, "give names as label_names="),
        ({"labels": [1.5]}, r"whole numbers, got \[1.5\]"),
    ],
)
def test_fields_that_do_not_fit_are_refused(fields, match):
    with pytest.raises(ValueError, match=match):
        read_instances(fields)


def test_a_field_that_some_annotations_of_coco_lack_is_kept_of_the_others():
    square = [[20.0, 20, 60, 20, 60, 60]]
    whole = {"category_id": 1, "bbox": [1, 2, 3, 4], "segmentation": square, "track_id": 7}
    whole["keypoints"] = [20, 30, 2, 40, 50, 1]
    bare = {"category_id": 2, "bbox": [5, 6, 7, 8]}
    few = {**bare, "keypoints": [9, 9, 2]}
    found = read_instances([whole, bare, few])
    assert found.masks == [square, [], []]
    assert found.ids.tolist() == [7, -1, -1]
    assert found.keypoints.points[0, :, :2].tolist() == [[20, 30], [40, 50]]
    assert np.isnan(found.keypoints.points[..., 0]).tolist() == [[0, 0], [1, 1], [0, 1]]
    nothing = read_instances([bare, bare])
    assert nothing.masks is nothing.ids is nothing.keypoints is None
    with pytest.raises(ValueError, match="keypoints must be x, y, v in turn, got 4 numbers"):
        read_instances([{**bare, "keypoints": [1, 2, 2, 4]}])


@pytest.mark.parametrize("ids", [[None, 3], [np.nan, 3.0], np.array([np.nan, 3])])
def test_an_object_without_an_id_among_others_is_not_tracked(ids):
    found = read_instances({**FIELDS, "instances_id": ids})
    assert found.ids.tolist() == [-1, 3]
    assert object_texts(
        replace(found, scores=None, names=["a", "b"]), as_style("legible"), None
    ) == [
        "a",
        "b #3",
    ]
