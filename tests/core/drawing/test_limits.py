"""What is just not too large is drawn, and what is larger is refused by the number of the bound."""

import numpy as np
import pytest

from viz_core import Canvas, draw_featmap
from viz_core.drawing.limits import (
    as_font_size,
    as_line_width,
    as_marker_size,
    as_rotation,
    check_marker,
    check_texts,
)
from viz_core.drawing.text_background import as_background


@pytest.mark.parametrize(
    ("convert", "most", "text"),
    [
        (as_line_width, 10_000, "x must be at most 10,000, in points, got 10000.5"),
        (as_marker_size, 1_000_000, "x must be at most 1,000,000, the square of .*, got 1000000.5"),
        (as_font_size, 500, "x must be above 0 and at most 500, in points, got 500.5"),
    ],
)
def test_a_size_has_a_most(convert, most, text):
    assert convert(most, "x") == most
    with pytest.raises(ValueError, match=text):
        convert(most + 0.5, "x")


def test_letters_too_small_to_be_seen_are_set_in_a_size_that_there_is():
    assert as_font_size(1e-300, "x") == 0.1


def test_a_marker_has_a_most():
    check_marker("$" + "a" * 498 + "$")
    with pytest.raises(ValueError, match="marker must have at most 500 letters, got 501; draw it"):
        Canvas(np.zeros((9, 9, 3), np.uint8)).draw_points([5, 5], marker="$" + "a" * 499 + "$")


def test_a_formula_that_matplotlib_cannot_read_is_no_marker():
    nested = "$" + "x^{" * 120 + "y" + "}" * 120 + "$"
    with pytest.raises(ValueError, match="marker must be one of matplotlib's"):
        Canvas(np.zeros((9, 9, 3), np.uint8)).draw_points([5, 5], marker=nested)


@pytest.mark.parametrize("degrees", [0, -30, 359.5, 360, -400, 1e9, 1e15])
def test_whole_turns_are_none(degrees):
    turned = as_rotation(degrees, "x")
    assert -360 < turned < 360
    assert (degrees - turned) % 360 == 0


@pytest.mark.parametrize(
    ("text", "size", "degrees", "told"),
    [
        (
            "\n".join(["a" * 500] * 19 + ["a" * 481]),
            1,
            0,
            "at most 10,000 letters of 1 points, got",
        ),
        (
            "\n".join(["a" * 100] + ["a" * 99] * 49),
            20,
            0,
            "at most 5,000 letters of 20 points, got 5,001",
        ),
        ("a" * 1000, 10, 0, "at most 1,000 letters of 10 points in a line, got 1,001"),
        ("a" * 1000, 10, 90, "at most 1,000 letters of 10 points in a line, got 1,001"),
        ("a" * 397, 10, 45, "at most 397 letters of 10 points in a line that is turned, got 398"),
        ("a" * 8, 500, 0, "at most 8 letters of 500 points, got 9"),
        ("a" * 5, 500, 30, "at most 5 letters of 500 points in a line that is turned, got 6"),
    ],
)
def test_a_text_has_a_most(text, size, degrees, told):
    check_texts(["", text], [1.0, float(size)], [0.0, float(degrees)])
    with pytest.raises(ValueError, match=rf"^texts\[1\] must have {told}.*; cut it, or draw it"):
        check_texts(["", f"{text}a"], [1.0, float(size)], [0.0, float(degrees)])


@pytest.mark.parametrize(
    "looks",
    [{"pad": 10_000}, {"boxstyle": "round,pad=500"}, {"boxstyle": "round,rounding_size=500"}],
)
def test_the_space_around_a_text_has_a_most(looks):
    assert as_background(looks, "bboxes", 20.0)
    more = {key: 10_100 if key == "pad" else f"{value}.5" for key, value in looks.items()}
    with pytest.raises(ValueError, match="at most 10,000 points, got 10"):
        as_background(more, "bboxes", 20.0)


@pytest.mark.parametrize(
    ("shape", "grid"), [((65537, 1), (1, 1)), ((1, 65537), (1, 1)), ((4096, 4096), (3, 3))]
)
def test_the_image_of_a_feature_map_has_a_most(shape, grid):
    text = "at most 65,536 pixels a side and 134,217,728 in all, got"
    with pytest.raises(ValueError, match=text):
        draw_featmap(
            np.ones((9, 2, 2)), None, None, 9 if grid == (3, 3) else 1, grid, resize_shape=shape
        )


def test_an_image_as_large_as_what_is_given_has_no_most():
    assert draw_featmap(np.ones((1, 1, 70_000), np.float32)).shape == (1, 70_000, 3)


def test_so_many_channels_are_shown_at_most():
    with pytest.raises(ValueError, match="channels must show at most 10,000 channels, got 10,001"):
        draw_featmap(np.ones((1, 2, 2)), channels=[0] * 10_001, arrangement=(101, 100))
    with pytest.raises(ValueError, match="topk must show at most 10,000 channels, got 10,001"):
        draw_featmap(np.ones((10_001, 1, 1)), None, None, 10_001, (101, 100))
