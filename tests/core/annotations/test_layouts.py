import numpy as np
import pytest

from viz_core import AnnotationStyle, Canvas, as_annotations, draw_annotations, draw_comparison
from viz_core.annotations.layouts import draw_layout
from viz_core.drawing.grid import make_grid

IMAGE = np.full((120, 160, 3), 90, np.uint8)
STYLE = AnnotationStyle(palette=[(255, 0, 0), (0, 0, 255)], labels="none", line_width=1.5)
TRUTH = as_annotations({"bboxes": [[20, 20, 80, 80], [100, 60, 150, 110]], "labels": [0, 1]})
FOUND = as_annotations({"bboxes": [[30, 30, 90, 90]], "labels": [0], "scores": [0.9]})
NOTHING = as_annotations(None)


def layout(name, truth=TRUTH, prediction=FOUND):
    return draw_layout(IMAGE, truth, prediction, layout=name, style=STYLE)


def pane(side):
    canvas = Canvas(IMAGE)
    draw_annotations(canvas, side, style=STYLE)
    return canvas.get_image()


def test_side_by_side_has_the_truth_at_the_left():
    expected = make_grid([pane(TRUTH), pane(FOUND)], ["truth", "prediction"], columns=2)
    assert (layout("side_by_side") == expected).all()


def test_prediction_is_alone():
    assert (layout("prediction") == pane(FOUND)).all()


def test_matches_are_those_of_the_comparison():
    canvas = Canvas(IMAGE)
    draw_comparison(canvas, TRUTH, FOUND, style=STYLE)
    assert (layout("matches") == canvas.get_image()).all()


def inked(image, box, color):
    """Return the share of a box's upper line that has a color."""
    x1, y1, x2, _ = box
    return (image[y1, x1 : x2 + 1] == color).all(axis=-1).mean()


@pytest.mark.parametrize("prediction", [FOUND, NOTHING], ids=["both", "truth alone"])
def test_overlay_has_the_truth_dashed_in_the_colors_of_its_classes(prediction):
    image = layout("overlay", prediction=prediction)
    assert 0.3 < inked(image, (20, 20, 80, 80), (255, 0, 0)) < 0.9
    assert 0.3 < inked(image, (100, 60, 150, 110), (0, 0, 255)) < 0.9
    assert inked(image, (30, 30, 90, 90), (255, 0, 0)) > 0.95 or prediction is NOTHING


def test_overlay_outlines_masks_in_the_colors_of_their_classes():
    masks = np.zeros((2, 120, 160), bool)
    masks[0, 10:50, 10:50], masks[1, 60:100, 100:140] = True, True
    image = layout("overlay", as_annotations({"masks": masks, "labels": [0, 1]}), NOTHING)
    assert (image[10, 20:40] == (255, 0, 0)).all()
    assert (image[60, 110:130] == (0, 0, 255)).all()
    assert (image[30, 30] == 90).all()


@pytest.mark.parametrize("name", ["overlay", "matches"])
def test_maps_alone_are_side_by_side(name):
    ids = np.zeros((120, 160), int)
    truth, found = (as_annotations({"pred_sem_seg": {"sem_seg": each}}) for each in (ids, ids + 1))
    assert (layout(name, truth, found) == layout("side_by_side", truth, found)).all()


@pytest.mark.parametrize("name", ["side_by_side", "overlay", "matches", "prediction"])
def test_the_image_is_not_drawn_on(name):
    layout(name)
    assert (IMAGE == 90).all()
