"""Boxes that are turned: which way, and in which unit."""

import numpy as np
import pytest

from viz_core import Canvas


def filled(bboxes, **how):
    """Return where boxes are filled."""
    canvas = Canvas(np.zeros((100, 100, 3), np.uint8))
    canvas.draw_rotated_bboxes(bboxes, edge_colors="none", face_colors="w", alpha=1, **how)
    return canvas.get_image()[..., 0] > 127


def test_a_wide_box_turns_clockwise_as_seen():
    box = filled([50, 50, 80, 6, 30])
    assert box[66, 78]  # to the right and down
    assert not box[34, 78]
    assert box[34, 22]


def test_no_angle_is_an_upright_box():
    upright = Canvas(np.zeros((100, 100, 3), np.uint8))
    upright.draw_bboxes([20, 40, 80, 60], edge_colors="none", face_colors="w", alpha=1)
    assert (filled([50, 50, 60, 20, 0]) == (upright.get_image()[..., 0] > 127)).all()


def test_radians_are_degrees():
    assert (
        filled([50, 50, 60, 20, np.pi / 6], angle_unit="radians") == filled([50, 50, 60, 20, 30])
    ).all()


def test_corners_are_taken_as_they_are():
    corners = [[20, 10], [90, 40], [80, 70], [10, 40]]
    ours = filled(corners)
    assert (ours == filled([corners])).all()
    canvas = Canvas(np.zeros((100, 100, 3), np.uint8))
    canvas.draw_polygons(corners, edge_colors="none", face_colors="w", alpha=1)
    assert (ours == (canvas.get_image()[..., 0] > 127)).all()


@pytest.mark.filterwarnings("ignore:.*out of bounds")
@pytest.mark.parametrize("angle", [0, 30, 1e300])
def test_a_box_larger_than_numbers_covers_the_image(angle):
    assert filled([50, 50, 1.7e308, 1.7e308, angle]).all()


@pytest.mark.parametrize("unit", ["deg", None, ["degrees"]])
def test_an_unknown_unit_is_told(unit):
    with pytest.raises(ValueError, match=r"angle_unit must be one of degrees, radians, got .*e"):
        filled([50, 50, 60, 20, 30], angle_unit=unit)
