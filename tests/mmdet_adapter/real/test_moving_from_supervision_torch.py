"""Each row of the table of supervision's annotators: both draw on the image."""

import re
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

import viz_core
from viz_core import Canvas
from viz_core.testing import sample_detections, sample_photo

PAGE = Path(__file__).parents[3] / "docs/how-to/from-supervision.md"
ROWS = re.findall(r"^\| `(sv\.\w+Annotator\(.*)` \| `(.*)` \|$", PAGE.read_text(), re.M)


@pytest.fixture
def names():
    """Return what the calls of the table name."""
    found = sample_detections("street", seed=1, ids=True, masks=True)
    scene = sample_photo("street")

    def detections(seed, *, mask=False):
        other = sample_detections("street", seed=seed, ids=True, masks=True)
        return sv.Detections(
            xyxy=other["bboxes"],
            mask=other["masks"] if mask else None,
            confidence=other["scores"],
            class_id=other["labels"],
            tracker_id=other["instances_id"],
            data={"class_name": np.array(other["label_names"])},
        )

    x1, y1, x2, y2 = found["bboxes"].T
    corners = np.stack([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]).transpose(2, 0, 1)
    middles = np.stack([(x1 + x2) / 2, (y1 + y2) / 2], axis=1)
    return {
        **{name: getattr(viz_core, name) for name in viz_core.__all__},
        "sv": sv,
        "scene": scene,
        "canvas": Canvas(scene),
        "detections": detections(1, mask=True),
        "others": detections(2),
        "masked": detections(1, mask=True),
        "turned": sv.Detections(
            xyxy=found["bboxes"],
            class_id=found["labels"],
            data={"xyxyxyxy": corners + np.array([3, -3])},
        ),
        "points": sv.KeyPoints(xy=corners[:, :3].astype(np.float32)),
        "boxes": found["bboxes"],
        "polygons": list(corners),
        "centers": middles,
        "radii": (x2 - x1) / 2,
        "feet": np.stack([middles[:, 0], y2], axis=1),
        "tops": np.stack([middles[:, 0], y1], axis=1),
        "paths": [np.linspace(middle - 30, middle, 9) for middle in middles],
        "heat": found["masks"].sum(axis=0, keepdims=True).astype(np.float32),
        "around": ~found["masks"].any(axis=0),
    }


def test_the_table_names_annotators_that_there_are():
    rows = [re.match(r"sv\.(\w+)", row)[1] for row, _ in ROWS]
    assert len(rows) > 15
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize(("theirs", "ours"), ROWS)
def test_both_calls_of_a_row_draw(theirs, ours, names):
    scene, canvas = names["scene"], names["canvas"]
    with np.errstate(all="ignore"):
        drawn = eval(theirs, {**names, "scene": scene.copy()})
    eval(ours, names)
    area = np.zeros(scene.shape[:2], bool)
    for x1, y1, x2, y2 in names["boxes"].astype(int):
        area[max(y1 - 40, 0) : y2 + 40, max(x1 - 60, 0) : x2 + 60] = True
    changed = (canvas.get_image() != scene).any(axis=2)
    assert changed.sum() > 50
    if not re.search("around|heat|comparison", ours):  # these darken all, or have a legend
        assert (changed & ~area).mean() < 0.01
    if "Trace" not in theirs:  # which draws nothing before a second frame
        assert (drawn != scene).any(axis=2).sum() > 50
