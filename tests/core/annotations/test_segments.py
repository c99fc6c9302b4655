from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from viz_core import Canvas, draw_annotations
from viz_core.annotations.segments import Segment, read_map


def test_reads_maps_with_and_without_a_first_axis():
    ids = np.arange(6).reshape(2, 3)
    for given in (
        ids,
        ids[None],
        ids[..., None],
        ids.tolist(),
        ids.astype(np.float32),
        ids.astype(np.uint8),
    ):
        for found in (read_map({"sem_seg": given}), read_map(given)):
            assert found.ids.tolist() == ids.tolist()
            assert found.ignored is found.names is None


def test_what_a_map_says_of_itself_is_in_fields_or_metainfo():
    said = {"ignore_index": np.int64(9), "label_names": ["sky"]}
    for holder in (said, {"metainfo": said}, SimpleNamespace(metainfo=said)):
        ids = np.zeros((1, 2, 3), int)
        if isinstance(holder, dict):
            holder = {**holder, "sem_seg": ids}
        else:
            holder.sem_seg = ids
        found = read_map(holder)
        assert found.ignored == (9,)
        assert found.names == ["sky"]


def test_maps_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"got \(5, 2, 3\); of scores take the argmax"):
        read_map({"sem_seg": np.zeros((5, 2, 3))})
    with pytest.raises(ValueError, match="must have the field 'sem_seg'"):
        read_map({"maps": 1})
    with pytest.raises(TypeError, match="must be integer ids, got dtype complex128"):
        read_map({"sem_seg": np.zeros((2, 3), complex)})
    for wrong in (0.5, np.nan, np.inf):
        with pytest.raises(ValueError, match="must be integer ids"):
            read_map({"sem_seg": np.full((2, 3), wrong)})


@pytest.mark.parametrize(
    "alone",
    [
        np.array([[1, 2, 30, 40], [5, 6, 70, 80]]),
        np.array([1, 2, 30, 40]),
        np.array([[1.5, 2, 30, 40, 0.9, 0]]),
        [[1, 2, 30, 40], [5, 6, 70, 80]],
        [1, 2, 30, 40],
        [np.array([1, 2, 30, 40])],
        np.zeros((3, 24, 32), bool),
    ],
    ids=lambda alone: f"{type(alone).__name__} {np.shape(alone)}",
)
def test_boxes_and_masks_without_the_name_of_a_field_are_told_it(alone):
    canvas = Canvas(np.zeros((24, 32, 3), np.uint8))
    with pytest.raises((TypeError, ValueError), match=r"boxes alone are dict\(bboxes=\.\.\.\)"):
        draw_annotations(canvas, alone)


@pytest.mark.parametrize(
    "ignored", [[254, 255], (254, 255), np.array([254, 255]), {254: 0, 255: 0}]
)
def test_several_ids_may_be_ignored(ignored):
    ignored = list(ignored)
    found = read_map({"sem_seg": np.zeros((2, 3), int), "ignore_index": ignored})
    assert found.ignored == (254, 255)


def coded(ids):
    """Write ids as COCO's panoptic images do."""
    return np.stack([ids % 256, ids // 256 % 256, ids // 65536], axis=-1).astype(np.uint8)


def test_a_panoptic_image_of_coco_is_decoded():
    ids = np.array([[0, 1, 255, 9], [256, 65536, 256**3 - 1, 0]])
    for given in (coded(ids), coded(ids).transpose(2, 0, 1), Image.fromarray(coded(ids))):
        found = read_map(given, is_panoptic=True)
        assert found.is_coded
        assert found.ids.tolist() == ids.tolist()
    with pytest.raises(ValueError, match=r"got \(2, 4, 3\).*as a panoptic map: gt_panoptic_seg"):
        read_map(coded(ids))
    with pytest.raises(ValueError, match="take the argmax"):
        read_map(np.zeros((3, 8, 9)), is_panoptic=True)


@pytest.mark.parametrize("key", ["category_id", "label_id"])
def test_the_classes_of_segments_are_in_their_list(key):
    ids = np.array([[0, 7]])
    entries = [{"id": 7, key: 17, "score": 0.5, "area": 1}]
    for given in (
        {"segmentation": ids, "segments_info": entries},
        {"sem_seg": ids, "metainfo": {"segments_info": entries}},
        (ids, entries),
    ):
        assert read_map(given, is_panoptic=True).segments == {7: Segment(17, 0.5)}
    with pytest.raises(ValueError, match="must have 'id' and 'category_id' or 'label_id'"):
        read_map((ids, [{"id": 7}]), is_panoptic=True)
