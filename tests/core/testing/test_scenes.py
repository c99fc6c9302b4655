"""Photos to try things on, and what is on them."""

import subprocess
import sys

import numpy as np
import pytest

from viz_core import Canvas, compare_annotations, draw_annotations
from viz_core.testing import assert_images_close, sample_detections, sample_meta, sample_photo

DRAWN = ("street", "crowd", "harbor")
SCENES = ("portrait", *DRAWN)


@pytest.mark.parametrize("scene", SCENES)
def test_a_photo_is_the_same_each_time_and_a_copy(scene):
    photo = sample_photo(scene)
    assert photo.dtype == np.uint8
    assert photo.shape == (360, 512 if scene == "portrait" else 640, 3)
    again = photo.copy()
    photo[:] = 0
    assert_images_close(sample_photo(scene), again)


@pytest.mark.parametrize("scene", SCENES)
def test_a_larger_photo_shows_the_same(scene):
    small, large = sample_photo(scene), sample_photo(scene, scale=2)
    assert large.shape == (720, 2 * small.shape[1], 3)
    halved = large.reshape(360, 2, small.shape[1], 2, 3).mean((1, 3))
    assert abs(halved - small).mean() < 8
    boxes = sample_detections(scene)["bboxes"]
    np.testing.assert_allclose(sample_detections(scene, scale=2)["bboxes"], 2 * boxes, atol=2)


@pytest.mark.parametrize(
    ("scene", "count"), [("portrait", 7), ("street", 10), ("crowd", 40), ("harbor", 200)]
)
def test_all_that_is_on_a_photo_is_known(scene, count):
    assert len(sample_detections(scene)["labels"]) == count


def test_boats_are_tiny():
    boxes = sample_detections("harbor")["bboxes"]
    longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    assert longer.min() >= 2
    assert longer.max() <= 15


@pytest.mark.parametrize("scene", DRAWN)
def test_masks_lie_in_their_boxes_where_the_photo_has_the_object(scene):
    found = sample_detections(scene, masks=True)
    for box, mask in zip(found["bboxes"], found["masks"], strict=True):
        rows, columns = mask.nonzero()
        if len(rows):
            assert (columns.min() >= box[0] - 1) & (columns.max() <= box[2] + 1)
            assert (rows.min() >= box[1] - 1) & (rows.max() <= box[3] + 1)
    assert found["masks"].sum(axis=0).max() == 1, "a pixel shows one object"
    moved = np.abs(sample_photo(scene, frame=5).astype(int) - sample_photo(scene)).max(axis=2) > 60
    both = found["masks"].any(axis=0) | sample_detections(scene, frame=5, masks=True)["masks"].any(
        0
    )
    assert moved.sum() > 300
    assert (moved & ~both).mean() < 0.01, "what moves is an object"


def test_keypoints_are_those_of_the_skeleton_and_lie_in_the_image():
    found = sample_detections("crowd", keypoints=True)
    assert found["keypoints"].shape == (40, 13, 3)
    assert max(map(max, sample_meta()["skeleton_links"])) == 12
    points = found["keypoints"][..., :2]
    assert np.isnan(points).mean() < 0.1
    boxes = found["bboxes"][:, None]
    inside = (points >= boxes[..., :2] - 1) & (points <= boxes[..., 2:] + 1) | np.isnan(points)
    assert inside.all()


@pytest.mark.parametrize("scene", DRAWN)
def test_ids_follow_objects_from_frame_to_frame(scene):
    one, other = (sample_detections(scene, frame=frame, ids=True) for frame in (0, 1))
    at = dict(zip(one["instances_id"].tolist(), one["bboxes"], strict=True))
    steps = [
        abs(box - at[number])[[0, 1]].max()
        for number, box in zip(other["instances_id"].tolist(), other["bboxes"], strict=True)
        if number in at
    ]
    assert 0 < np.median(steps) < 10


@pytest.mark.parametrize("scene", SCENES)
def test_a_model_finds_most_and_errs_the_same_way_for_each_seed(scene):
    truth = sample_detections(scene)
    found = sample_detections(scene, seed=1)
    np.testing.assert_equal(sample_detections(scene, seed=1), found)
    assert not np.array_equal(sample_detections(scene, seed=2)["scores"], found["scores"])
    compared = compare_annotations(truth, found, iou_thr=0.3)
    assert 0.6 < (compared.matches >= 0).mean() <= 1
    assert len(compared.missed) > 0


def test_what_is_on_them_is_drawn_without_a_warning():
    canvas = Canvas(sample_photo("street"))
    skeleton = sample_meta()["skeleton_links"]
    for seed in (None, 1):
        found = sample_detections("street", seed=seed, ids=True, masks=True, keypoints=True)
        draw_annotations(canvas, found, skeleton=skeleton)
    assert (canvas.get_image() != sample_photo("street")).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scene": "beach"}, "scene must be one of 'portrait', .*got 'beach'"),
        ({"scale": 100}, r"scale must lie in 0.05\.\.16, got 100"),
        ({"masks": True}, "the portrait has neither masks nor keypoints"),
    ],
)
def test_says_what_there_is(arguments, message):
    with pytest.raises(ValueError, match=message):
        sample_detections(**arguments)


def test_needs_no_pytest():
    code = "import sys; sys.modules['pytest'] = None; from viz_core.testing import sample_photo"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
