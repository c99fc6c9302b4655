"""A wide box at 30 degrees, clockwise as seen, as each library has it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from viz_core import Canvas, as_annotations, draw_annotations
from viz_core.annotations.rotated_boxes import as_rotated_boxes, corners_of

WIDE = np.array([[80.0, 60, 100, 20, 30]])
TURN = math.radians(30)
# Along its width a box at 30 degrees goes right and down.
CORNERS = np.array(
    [
        [80 + x * math.cos(TURN) - y * math.sin(TURN), 60 + x * math.sin(TURN) + y * math.cos(TURN)]
        for x, y in ((-50, -10), (50, -10), (50, 10), (-50, 10))
    ]
)


def angle(value):
    return np.array([[80.0, 60, 100, 20, value]])


def upper_left():
    return np.array([[*CORNERS[0], 100.0, 20, -30]])


def make(**fields):
    return SimpleNamespace(**fields)


def torchvision(layout, values):
    return type("Boxes", (np.ndarray,), {"format": make(name=layout)}), values


def boxes_of(layout, values):
    kind, values = torchvision(layout, values)
    return values.view(kind)


#: By library: a result with the box.
RESULTS = {
    "mmrotate": {"pred_instances": {"bboxes": make(tensor=angle(TURN), convert_to=None)}},
    "mmrotate's arrays": {"pred_instances": {"bboxes": angle(TURN), "labels": [0]}},
    "mmrotate's corners": {"bboxes": make(tensor=CORNERS.reshape(1, 8), convert_to=None)},
    "ultralytics": make(
        boxes=None,
        obb=make(
            xywhr=angle(TURN), xyxy=None, cls=np.zeros(1), conf=np.array([0.9]), id=np.array([7])
        ),
        names={0: "plane"},
    ),
    "supervision": make(
        xyxy=np.array([[30.0, 20, 130, 100]]), class_id=None, data={"xyxyxyxy": CORNERS[None]}
    ),
    "detectron2": {"instances": make(pred_boxes=make(tensor=angle(-30)), scores=np.array([0.9]))},
    "torchvision": {"boxes": boxes_of("CXCYWHR", angle(-30))},
    "torchvision's upper left": {"boxes": boxes_of("XYWHR", upper_left())},
    "torchvision's corners": {"boxes": boxes_of("XYXYXYXY", CORNERS.reshape(1, 8))},
    "ours": {"rotated_bboxes": WIDE},
    "ours, a list": {"rotated_bboxes": WIDE[0].tolist()},
    "ours, corners": {"rotated_bboxes": CORNERS[None].tolist()},
}


@pytest.mark.parametrize("library", RESULTS)
def test_a_wide_box_at_30_degrees_is_the_same_of_every_library(library):
    found = as_annotations(RESULTS[library])
    assert found.bboxes is None
    assert found.rotated_bboxes == pytest.approx(WIDE)


def test_what_goes_with_the_box_is_read():
    found = as_annotations(RESULTS["ultralytics"])
    assert (found.labels.tolist(), found.scores.tolist(), found.ids.tolist()) == ([0], [0.9], [7])
    assert found.names == ["plane"]


def test_corners_are_those_of_the_box():
    assert corners_of(WIDE)[0] == pytest.approx(CORNERS)
    assert corners_of(as_rotated_boxes(CORNERS[None]))[0] == pytest.approx(CORNERS)
    x1, y1, x2, y2 = as_annotations({"rotated_bboxes": WIDE}).extents[0]
    assert (x1, y1) == pytest.approx(CORNERS.min(axis=0))
    assert (x2, y2) == pytest.approx(CORNERS.max(axis=0))


def test_it_is_drawn_turned():
    style = {"labels": "none", "bbox_color": "red", "line_width": 2}
    canvas = Canvas(np.full((120, 160, 3), 90, np.uint8))
    draw_annotations(canvas, {"rotated_bboxes": WIDE}, style=style)
    wanted = Canvas(np.full((120, 160, 3), 90, np.uint8))
    wanted.draw_polygons(CORNERS, edge_colors="red", line_widths=2, alpha=1)
    difference = canvas.get_image().astype(int) - wanted.get_image()
    assert np.abs(difference).max() <= 2
    assert tuple(canvas.get_image()[60 - 11, 80 + 5]) != (90, 90, 90)


def test_upright_boxes_are_none_of_these():
    assert as_rotated_boxes(np.zeros((3, 4))) is None
    assert as_annotations({"bboxes": np.ones((3, 4))}).rotated_bboxes is None


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"rotated_bboxes must have shape \(N, 5\)"):
        as_annotations({"rotated_bboxes": np.zeros((2, 6))})
