"""Labels and frames with and without what is private in Pillow."""

import numpy as np
import pytest

from viz_core import Canvas
from viz_core.drawing import _pillow
from viz_core.testing import assert_images_close

GROUND = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
BOX = {"facecolor": "navy", "alpha": 0.7, "pad": 1}


def labelled():
    """Return labels within the picture, over its borders, and far outside."""
    texts = ["person: 87.3", "cat", "9.5", "below", "left: 1", "far away: 10.0", "gone"]
    places = [[20, 20], [60, 50], [30, 70], [50, 85], [-30, 40], [1e300, 5], [5, -1e300]]
    canvas = Canvas(GROUND)
    with pytest.warns(UserWarning, match="text is out of bounds"):
        canvas.draw_texts(texts, np.array(places), colors=(250, 200, 30), bboxes=BOX)
    return canvas.get_image()


def framed():
    """Return frames of several widths."""
    boxes = np.array([[5, 6, 60, 70], [20.5, 10.2, 110.9, 80.1], [30, 30, 33, 32]])
    canvas = Canvas(GROUND).draw_bboxes(boxes, ["r", (9, 99, 200, 90), "w"], "-", [1, 3, 2])
    return canvas.get_image()


def test_the_core_is_there():
    assert _pillow.HAS_CORE


def test_labels_are_the_same_without_it(monkeypatch):
    pasted = labelled()
    monkeypatch.setattr(_pillow, "HAS_CORE", False)
    assert (pasted != GROUND).any()
    assert (labelled() == pasted).all()


def test_frames_are_the_same_without_it(monkeypatch):
    pasted = framed()
    monkeypatch.setattr(_pillow, "HAS_CORE", False)
    assert (pasted != GROUND).any()
    assert_images_close(pasted, framed(), tolerance=3)  # Agg rounds down


@pytest.mark.parametrize("right", [8191, 8192, 8193, 8194, 8195, 8800])
def test_frames_about_as_long_as_stencils_are_the_same_without_it(monkeypatch, right):
    def draw():
        canvas = Canvas(np.full((40, 9000, 3), 90, np.uint8))
        return canvas.draw_bboxes(np.array([2, 5, right, 20]), "r", alpha=0.5).get_image()

    pasted = draw()
    assert (pasted[:, 5000] != 90).any()
    monkeypatch.setattr(_pillow, "HAS_CORE", False)
    plain = draw()
    # All but the corners, whose joins Agg leaves out where it draws a line in parts.
    assert_images_close(pasted[:, 5 : right - 3], plain[:, 5 : right - 3], tolerance=3)
    assert_images_close(pasted[8:17], plain[8:17], tolerance=3)
