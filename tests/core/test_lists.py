"""Lists of numbers are taken wherever arrays are, and strangers' numbers, and mean the same."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from viz_core import Canvas, Visualizer, draw_featmap

BOX, BOXES = [5, 5, 20, 15], [[5, 5, 20, 15], (8, 2, 30, 30.5)]
TRIANGLE = [[3, 3], [20, 5], [8, 25]]
MASK = (np.arange(40 * 60).reshape(40, 60) % 7 == 0).tolist()

CALLS = [
    ("draw_bboxes", [BOX]),
    ("draw_bboxes", [BOXES]),
    ("draw_points", [[10, 10], "r", None, [9]]),
    ("draw_points", [[[10, 10], [20, 20]]]),
    ("draw_texts", ["cat", [10, 10]]),
    ("draw_texts", [["cat", "dog"], [[10, 10], [30, 20]]]),
    ("draw_lines", [[1, 50], [1, 30]]),
    ("draw_lines", [[[1, 50], [3, 4]], [[1, 30], [5, 6]]]),
    ("draw_circles", [[20, 20], [8]]),
    ("draw_circles", [[[20, 20], [30, 20]], [8, 5]]),
    ("draw_polygons", [TRIANGLE]),
    ("draw_polygons", [tuple(map(tuple, TRIANGLE))]),
    ("draw_polygons", [[TRIANGLE, [[30, 3], [50, 5], [38, 25]]]]),
    ("draw_polylines", [TRIANGLE]),
    ("draw_polylines", [[TRIANGLE, [[30, 3], [50, 5], [38, 25]]]]),
    ("draw_rotated_bboxes", [[20, 20, 15, 8, 30]]),
    ("draw_rotated_bboxes", [[[20, 5], [30, 8], [28, 30], [18, 27]]]),
    ("draw_keypoints", [TRIANGLE, [[0, 1]]]),
    ("draw_keypoints", [[[[3, 3, 0.9], [20, 5, 0.1], [8, 25, 1]]], [[0, 2]]]),
    ("draw_binary_masks", [MASK]),
    ("draw_binary_masks", [[MASK, MASK]]),
]


def as_arrays(value):
    """Return lists of numbers as arrays, and any other value as it is."""
    if not isinstance(value, (list, tuple)) or "cat" in value:
        return value
    return np.array(value)


@pytest.mark.parametrize(("method", "arguments"), CALLS)
def test_a_list_draws_what_an_array_draws(method, arguments):
    first, second = (Visualizer(image=np.full((40, 60, 3), 90, np.uint8)) for _ in range(2))
    getattr(first, method)(*arguments)
    getattr(second, method)(*map(as_arrays, arguments))
    assert (first.get_image() == second.get_image()).all()
    assert (first.get_image() != 90).any()


def test_polygons_may_be_lists_of_lists_beside_arrays():
    first, second = (Visualizer(image=np.zeros((40, 60, 3), np.uint8)) for _ in range(2))
    moved = [[x + 20, y] for x, y in TRIANGLE]
    first.draw_polygons([TRIANGLE, np.array(moved)])
    second.draw_polygons([np.array(TRIANGLE), np.array(moved)])
    assert (first.get_image() == second.get_image()).all()


@pytest.mark.parametrize(
    "method",
    [
        "draw_bboxes",
        "draw_rotated_bboxes",
        "draw_points",
        "draw_polygons",
        "draw_polylines",
        "draw_keypoints",
    ],
)
def test_an_empty_list_draws_nothing(method):
    visualizer = Visualizer(image=np.full((40, 60, 3), 90, np.uint8))
    getattr(visualizer, method)([])
    assert (visualizer.get_image() == 90).all()


def test_feature_maps_and_images_may_be_lists():
    featmap = np.random.default_rng(0).random((3, 4, 5))
    image = np.arange(4 * 5).reshape(4, 5)
    assert (draw_featmap(featmap.tolist()) == draw_featmap(featmap)).all()
    drawn = draw_featmap(featmap.tolist(), image.tolist())
    assert (drawn == draw_featmap(featmap, image)).all()
    assert (Visualizer(image=image.tolist()).get_image()[..., 0] == image).all()


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        ("draw_bboxes", [[[1, 1, 5, 5], [1]]], "the rows of bboxes must have equal lengths"),
        ("draw_bboxes", [["a"] * 4], "bboxes must hold numbers, got list of <U1"),
        ("draw_texts", ["cat", ["10", "20"]], "positions must hold numbers"),
        ("draw_circles", [[20, 20], "8"], "radius must be an array, a tensor or a nested list"),
        ("draw_circles", [[20, 20], [[8]]], "radius must be a number"),
        ("draw_polygons", [[[1], [2]]], r"polygons\[0\] must have shape"),
        ("draw_binary_masks", [[[0, 1]]], "binary_masks must be bool"),
    ],
)
def test_a_wrong_list_is_named(method, arguments, text):
    visualizer = Visualizer(image=np.zeros((40, 60, 3), np.uint8))
    with pytest.raises((TypeError, ValueError), match=text):
        getattr(visualizer, method)(*arguments)


@pytest.mark.parametrize("wrong", ["map.npy", None, [["a"]], object()])
def test_a_wrong_feature_map_says_what_is_taken(wrong):
    with pytest.raises(TypeError, match=r"`featmap` should be torch\.Tensor, but got <class"):
        draw_featmap(wrong)


class OfJax:
    """An array as JAX has them: numpy can make one of it."""

    def __init__(self, array):
        self.array = np.asarray(array, np.float32)

    def __array__(self, dtype=None, copy=None):
        return self.array

    def __float__(self):
        return float(self.array)


def styled(number, color):
    """Draw with numbers of a make in every place that takes one."""
    canvas = Canvas(np.full((40, 60, 3), 90, np.uint8))
    canvas.draw_bboxes(BOX, color, line_widths=number(3), alpha=number(0.5), face_colors=color)
    canvas.draw_points([10, 10], color, sizes=number(49)).draw_circles([30, 20], number(8), color)
    canvas.draw_texts("cat", [9, 9], number(12), color, rotations=number(30))
    canvas.draw_binary_masks(np.eye(40, 60, dtype=bool), color, alphas=number(0.25))
    return canvas.get_image()


COLOR = (200, 100, 7)


@pytest.mark.parametrize(
    ("number", "color"),
    [
        (np.float32, np.array(COLOR)),
        (np.array, np.array([COLOR], np.uint8)),
        (OfJax, OfJax(COLOR)),
        (lambda value: OfJax([value]), OfJax([COLOR])),
        (lambda value: [OfJax(value)], [COLOR]),
        (Decimal, list(COLOR)),
        (Fraction, COLOR),
    ],
)
def test_styles_are_numbers_of_any_make(number, color):
    assert (styled(number, color) == styled(float, COLOR)).all()


@pytest.mark.parametrize(
    "wrong", ["3", True, np.bool_(1), None, 3j, object(), [[1]], [OfJax([1, 2])]]
)
@pytest.mark.parametrize(
    ("method", "arguments", "style"),
    [
        ("draw_bboxes", [BOX], "line_widths"),
        ("draw_bboxes", [BOX], "alpha"),
        ("draw_circles", [[9, 9], 3], "line_widths"),
        ("draw_points", [[9, 9], "r", "o"], "sizes"),
        ("draw_texts", ["a", [9, 9]], "rotations"),
    ],
)
def test_what_is_no_number_is_named(method, arguments, style, wrong):
    if wrong is None and style == "sizes":
        return  # the default
    with pytest.raises(
        TypeError, match=f"{style} must be a number, or a list of one per item, got"
    ):
        getattr(Canvas(np.zeros((40, 60, 3), np.uint8)), method)(*arguments, **{style: wrong})


@pytest.mark.parametrize("wrong", [np.float32(3), np.array(3), 3, None, OfJax(3)])
def test_one_number_is_no_color(wrong):
    canvas = Canvas(np.zeros((40, 60, 3), np.uint8))
    with pytest.raises(TypeError, match="edge_colors must be a color name, or 3 or 4 numbers"):
        canvas.draw_bboxes(BOX, wrong)
