"""Each row of the table of supervision's annotators: both draw on the image."""

import re
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

import viz_core
from viz_core import Canvas, draw_annotations
from viz_core.testing import sample_detections, sample_photo

PAGE = (Path(__file__).parents[3] / "docs/how-to/from-supervision.md").read_text()
ROWS = re.findall(r"^\| `(sv\.\w+Annotator\(.*)` \| `(.*)` \|$", PAGE, re.M)
ON_THE_WAY, NAMES = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)


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
    given = {
        **{name: getattr(viz_core, name) for name in viz_core.__all__},
        "sv": sv,
        "scene": scene,
        "canvas": Canvas(scene),
        "detections": detections(1, mask=True),
        "others": detections(2),
        "turned": sv.Detections(
            xyxy=found["bboxes"],
            class_id=found["labels"],
            data={"xyxyxyxy": corners + np.array([3, -3])},
        ),
        "points": sv.KeyPoints(xy=corners[:, :3].astype(np.float32)),
    }
    exec(NAMES, given)
    given["paths"] = [np.linspace(middle - 30, middle, 9) for middle in given["centers"]]
    return given


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


def test_images_of_opencv_come_back_as_they_went(names):
    lines = ON_THE_WAY[ON_THE_WAY.index("canvas =") :]
    exec(lines, here := {**names, "image": names["scene"][..., ::-1]})
    draw_annotations(names["canvas"], names["detections"])
    np.testing.assert_array_equal(here["annotated"][..., ::-1], names["canvas"].get_image())


def test_the_styles_of_the_table_are_taken(names):
    style = dict(
        labels="name",
        color_by="track",
        palette=[color.as_rgb() for color in sv.ColorPalette.DEFAULT.colors],
    )
    names["detections"].data["class_name"] = [
        f"{9 * i} km/h" for i in range(len(names["detections"]))
    ]
    draw_annotations(names["canvas"], names["detections"], style=style)
    assert (names["canvas"].get_image() != names["scene"]).any()
