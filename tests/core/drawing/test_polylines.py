"""Lines of many points, and how they fade."""

import numpy as np
import pytest

from viz_core import Canvas


def drawn(*arguments, **style):
    """Return what is drawn in white on black."""
    canvas = Canvas(np.zeros((60, 100, 3), np.uint8))
    return canvas.draw_polylines(*arguments, colors="w", **style).get_image()[..., 0]


def test_a_line_fades_from_its_last_point_to_its_first():
    row = drawn([[10, 30], [90, 30]], line_widths=6, fade=True)[30].astype(int)
    assert row[10] <= 4
    assert row[89] >= 250
    assert np.diff(row[10:90]).min() >= 0
    assert abs(row[50] - 128) <= 4


def test_points_gain_opacity_evenly_whatever_is_between_them():
    row = drawn([[10, 30], [80, 30], [90, 30]], line_widths=6, fade=True)[30].astype(int)
    assert abs(row[79] - 128) <= 4


def test_a_corner_of_what_fades_is_no_darker_and_no_lighter():
    fading = drawn([[10, 50], [50, 10], [90, 50]], line_widths=9, fade=True)
    plain = drawn([[10, 50], [50, 10], [90, 50]], line_widths=9)
    corner = plain == 255
    corner[:, :45] = corner[:, 55:] = False
    assert corner.sum() > 100
    assert np.abs(fading[corner].astype(int) - 128).max() <= 30
    assert (fading <= plain + (plain < 255)).all()  # rounded


def test_where_a_line_crosses_itself_the_newer_part_is_seen():
    line = [[10, 30], [90, 30], [90, 5], [50, 5], [50, 55]]
    assert drawn(line, line_widths=4, fade=True)[30, 50] > 200


def test_what_fades_in_dashes_has_the_gaps_of_the_dashes():
    line = [[10, 30], [90, 30]]
    fading, plain = drawn(line, line_styles="--", fade=True), drawn(line, line_styles="--")
    assert (fading[plain == 0] == 0).all()
    assert (plain[30] == 0).sum() > 30


@pytest.mark.parametrize("fade", [False, True])
@pytest.mark.parametrize("line", [[], [[5, 5]], [[5, 5], [5, 5]]])
def test_a_line_that_goes_nowhere_costs_the_others_nothing(line, fade):
    other = [[10, 30], [90, 30]]
    assert (drawn([line, other], fade=fade)[20:] == drawn(other, fade=fade)[20:]).all()


@pytest.mark.filterwarnings("ignore:.*out of bounds")
def test_a_line_from_afar_fades_as_far():
    row = drawn([[-1e9, 30], [1e9, 30]], line_widths=6, fade=True)[30].astype(int)
    assert np.abs(row - 128).max() <= 4


@pytest.mark.parametrize("fade", [False, True])
def test_an_array_of_three_axes_is_many_lines(fade):
    lines = np.array([[[10, 10], [90, 12]], [[10, 40], [90, 50]]])
    assert (drawn(lines, fade=fade) == drawn(list(lines), fade=fade)).all()
