"""supervision's own classes."""

import numpy as np
import supervision

from viz_core import as_annotations

CORNERS = np.array([[[36.7, 26.3], [123.3, 76.3], [113.3, 93.7], [26.7, 43.7]]])


def test_boxes_masks_and_tracks_are_read():
    found = as_annotations(
        supervision.Detections(
            xyxy=np.array([[1.0, 2, 30, 40]]),
            mask=np.ones((1, 60, 80), bool),
            confidence=np.array([0.9]),
            class_id=np.array([3]),
            tracker_id=np.array([7]),
            data={"class_name": np.array(["dog"])},
        )
    )
    assert found.bboxes.tolist() == [[1, 2, 30, 40]]
    assert (found.labels.tolist(), found.ids.tolist(), found.names) == ([3], [7], ["dog"])
    assert len(found.masks) == 1


def test_a_wide_box_at_30_degrees_is_turned():
    found = as_annotations(
        supervision.Detections(xyxy=np.array([[26.0, 26, 124, 94]]), data={"xyxyxyxy": CORNERS})
    )
    assert found.bboxes is None
    assert np.allclose(found.rotated_bboxes, [[75, 60, 100, 20, 30]], atol=0.1)


def test_key_points_are_read_and_those_at_the_corner_are_missing():
    points = np.array([[[10.0, 20], [0, 0], [30, 40]]])
    found = as_annotations(
        supervision.KeyPoints(
            xy=points,
            class_id=np.array([1]),
            keypoint_confidence=np.array([[0.9, 0.8, 0.7]]),
            detection_confidence=np.array([0.6]),
        )
    )
    assert np.isnan(found.keypoints.points[0, 1, :2]).all()
    assert np.allclose(found.keypoints.points[0, ::2], [[10, 20, 0.9], [30, 40, 0.7]])
    assert (found.labels.tolist(), found.scores.tolist()) == ([1], [0.6])
