from types import SimpleNamespace

import numpy as np
import pytest

from viz_core import Canvas, as_annotations, draw_annotations

XY = np.array([[[20.0, 20], [60, 20], [40, 60]], [[90, 30], [120, 30], [110, 90]]])
CONFIDENCE = np.array([[0.9, 0.8, 0.1], [0.7, 0.6, 0.5]])
THREE = np.concatenate([XY, CONFIDENCE[..., None]], axis=-1)


def make(**fields):
    return SimpleNamespace(**fields)


def coco(visibility):
    points = np.concatenate([XY, np.array(visibility)[..., None]], axis=-1)
    return [
        dict(category_id=1, keypoints=point.reshape(-1).tolist(), track_id=4 + number)
        for number, point in enumerate(points)
    ]


#: By library: a result with these points and confidences.
RESULTS = {
    "mmpose": {"pred_instances": {"keypoints": XY, "keypoint_scores": CONFIDENCE}},
    "detectron2": {"instances": make(pred_keypoints=THREE, scores=np.array([0.9, 0.8]))},
    "ultralytics": make(
        boxes=None, keypoints=make(data=THREE, xy=XY, conf=CONFIDENCE), names={0: "person"}
    ),
    "supervision": make(
        xy=XY,
        keypoint_confidence=CONFIDENCE,
        detection_confidence=np.array([0.9, 0.8]),
        class_id=np.array([0, 0]),
        visible=None,
        data={},
    ),
    "ours": {"keypoints": THREE.tolist()},
}


@pytest.mark.parametrize("library", RESULTS)
def test_points_and_confidences_of_every_library_are_read(library):
    found = as_annotations(RESULTS[library])
    assert len(found) == 2
    assert found.keypoints.points == pytest.approx(THREE)
    assert found.keypoints.visibility is None


def test_cocos_visibility_is_one_whatever_it_holds():
    found = as_annotations(coco([[0, 1, 2], [2, 2, 2]]))
    assert found.keypoints.visibility.tolist() == [[0, 1, 2], [2, 2, 2]]
    assert found.ids.tolist() == [4, 5]
    assert as_annotations(coco([[0, 1, 1]] * 2)).keypoints.visibility.tolist() == [[0, 1, 1]] * 2


def test_the_ones_of_torchvision_are_no_rings():
    ones = np.concatenate([XY, np.ones((2, 3, 1))], axis=-1)
    found = as_annotations({"keypoints": ones, "keypoints_scores": 9 * CONFIDENCE})
    assert found.keypoints.visibility is None
    assert (found.keypoints.points[..., 2] == 1).all()
    true = as_annotations({"keypoints": np.concatenate([XY, [[[0], [1], [2]]] * 2], axis=-1)})
    assert true.keypoints.visibility.tolist() == [[0, 1, 2]] * 2


def test_points_at_the_corner_are_missing_where_a_library_says_so():
    zero = THREE.copy()
    zero[0, 0] = 0
    ultralytics = make(boxes=None, keypoints=make(data=zero, xy=zero[..., :2]), names={})
    assert np.isnan(as_annotations(ultralytics).keypoints.points[0, 0]).all()
    assert not np.isnan(as_annotations({"keypoints": zero}).keypoints.points).any()


def test_points_that_transformers_leaves_out_are_missing():
    poses = [
        {"keypoints": XY[0], "scores": CONFIDENCE[0], "labels": np.arange(3)},
        {"keypoints": XY[1, :2], "scores": CONFIDENCE[1, :2], "labels": np.array([0, 2])},
    ]
    found = as_annotations(poses).keypoints.points
    assert found[0] == pytest.approx(THREE[0])
    assert found[1, [0, 2]] == pytest.approx(THREE[1, :2])
    assert np.isnan(found[1, 1, :2]).all()
    one = as_annotations([{**poses[0], "bbox": np.array([40.0, 40, 40.3, 40.3])}])
    assert (len(one), one.bboxes) == (1, None)  # that is no box


def test_the_annotations_of_an_image_are_read():
    entries = coco([[2, 2, 2], [2, 2, 2]])
    found = as_annotations({"image_id": 3, "annotations": entries})
    assert found.keypoints.points[..., :2] == pytest.approx(XY)
    assert found.labels.tolist() == [1, 1]


def test_confidences_in_files_of_coco_s_results_are_no_visibility():
    found = as_annotations(coco(CONFIDENCE)).keypoints
    assert found.visibility is None
    assert np.allclose(found.points, THREE)
    assert as_annotations(coco(np.ones((2, 3)))).keypoints.visibility.tolist() == [[1] * 3] * 2


def drawn(sample, **others):
    canvas = Canvas(np.full((120, 160, 3), 90, np.uint8))
    style = {"labels": "none", "bbox_color": "red"}
    draw_annotations(canvas, sample, style=style, **others)
    return canvas.get_image()


def test_points_above_the_threshold_and_their_limbs_are_drawn():
    image = drawn({"keypoints": THREE}, skeleton=[(0, 1), (1, 2)])
    red = (255, 0, 0)
    assert tuple(image[20, 20]) == tuple(image[20, 40]) == tuple(image[90, 110]) == red
    assert (image[60, 40] == 90).all()  # its confidence is 0.1
    assert (image[40, 50] == 90).all()  # the limb to it
    assert (drawn({"keypoints": THREE})[20, 40] == 90).all()  # no skeleton


def test_the_label_of_points_without_a_box_does_not_hide_them():
    canvas = Canvas(np.full((480, 640, 3), 90, np.uint8))
    points = THREE[:1, :, :2] * 2 + [200, 200]
    draw_annotations(canvas, {"keypoints": points}, style={"bbox_color": "red"}, classes=["person"])
    assert tuple(canvas.get_image()[240, 240]) == (255, 0, 0)
    assert (canvas.get_image()[200:236] != 90).any()


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"keypoints must have shape \(N, K, 2\)"):
        as_annotations({"keypoints": np.zeros((2, 3, 4))})
