"""The image of a canvas: in, out, size, and what every drawing method refuses."""

import json
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from matplotlib.lines import Line2D

from viz_core import Canvas, Visualizer

GRAY = np.full((60, 80, 3), 100, np.uint8)


@pytest.fixture
def canvas():
    return Canvas(GRAY)


def test_an_image_comes_back_as_it_went_in():
    image = np.random.default_rng(0).integers(0, 256, (37, 53, 3), np.uint8)
    canvas = Canvas(image)
    assert (canvas.get_image() == image).all()
    assert (canvas.width, canvas.height, canvas.dpi) == (53, 37, 100)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (4, 70000)])
def test_images_of_any_size_can_be_drawn_on(shape):
    height, width = shape
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    drawn = canvas.draw_lines(np.array([0, width]), np.array([0.5, 0.5]), "r").get_image()
    assert drawn.shape == (height, width, 3)
    assert drawn[0, :, 0].min() > 100


def test_what_is_got_never_changes_and_changes_nothing(canvas):
    first = canvas.get_image()
    kept = first.copy()
    canvas.draw_bboxes(np.array([5, 5, 40, 40]))
    assert (first == kept).all()
    second = canvas.get_image()
    second[...] = 0
    assert canvas.get_image().any()


def test_the_image_given_is_left_alone():
    image = GRAY.copy()
    Canvas(image).draw_bboxes(np.array([5, 5, 40, 40]), face_colors="r")
    assert (image == GRAY).all()


def test_setting_an_image_starts_over(canvas):
    canvas.draw_bboxes(np.array([5, 5, 40, 40]))
    canvas.set_image(GRAY[:30])
    assert (canvas.get_image() == GRAY[:30]).all()


def test_alpha_is_laid_over_white_and_gray_stays_gray():
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, :, 3] = 255
    assert Canvas(rgba).get_image()[:, 0].tolist() == [[0, 0, 0], [255, 255, 255]]
    assert Canvas(np.full((2, 2), 7, np.uint8)).get_image()[0, 0].tolist() == [7, 7, 7]


def test_setting_an_image_goes_on_as_drawing_does(canvas):
    for made in (canvas, Canvas(), Visualizer()):
        assert made.set_image(GRAY) is made
        assert made.set_image(GRAY[:30]).draw_points([5, 5]).set_image(GRAY) is made


TRIANGLE = [[0, 0], [30, 0], [30, 30]]

CALLS = {
    "draw_bboxes": (np.zeros((0, 4)),),
    "draw_rotated_bboxes": (np.zeros((0, 5)),),
    "draw_polylines": ([],),
    "draw_keypoints": (np.zeros((0, 17, 2)), [(0, 16)]),
    "draw_legend": ({},),
    "draw_points": (np.zeros((0, 2)),),
    "draw_lines": (np.zeros((0, 2)), np.zeros((0, 2))),
    "draw_circles": (np.zeros((0, 2)), np.zeros(0)),
    "draw_polygons": ([],),
    "draw_texts": ([], np.zeros((0, 2))),
    "draw_binary_masks": (np.zeros((0, 60, 80), bool),),
}


@pytest.mark.parametrize("method", CALLS)
def test_nothing_to_draw_is_fine(canvas, method):
    assert getattr(canvas, method)(*CALLS[method]) is canvas
    assert (canvas.get_image() == GRAY).all()


@pytest.mark.parametrize("method", CALLS)
def test_drawing_before_an_image_says_what_to_call(method):
    with pytest.raises(RuntimeError, match=r"call set_image\(image\) first"):
        getattr(Canvas(), method)(*CALLS[method])
    with pytest.raises(RuntimeError, match=r"call set_image\(image\) first"):
        Canvas().get_image()


@pytest.mark.parametrize(
    ("method", "arguments", "error", "text"),
    [
        ("draw_bboxes", ("1, 2, 3, 4",), TypeError, "bboxes must be an array, a tensor or a"),
        ("draw_bboxes", (np.zeros((2, 3)),), ValueError, r"bboxes must .*\(2, 3\)"),
        ("draw_bboxes", (np.array([9, 0, 1, 5]),), ValueError, "x1 <= x2 and y1 <= y2, got"),
        ("draw_bboxes", (np.array([0, 0, np.nan, 5]),), ValueError, "finite"),
        ("draw_points", (np.zeros((2, 3)),), ValueError, r"positions must .*\(2, 3\)"),
        ("draw_points", (np.full((1, 2), np.inf),), ValueError, "finite"),
        ("draw_lines", (np.zeros((2, 2)), np.zeros((3, 2))), ValueError, "the same shape"),
        ("draw_circles", (np.zeros((2, 2)), np.ones(3)), ValueError, "one entry per center"),
        ("draw_polygons", (np.zeros((3, 3)),), ValueError, r"\(3, 3\)"),
        ("draw_polygons", ([[TRIANGLE, []]],), ValueError, r"polygons\[0\] must have corners"),
        ("draw_polylines", ([TRIANGLE, [[1, np.nan]]],), ValueError, r"lines\[1\] .* finite"),
        (
            "draw_rotated_bboxes",
            (np.zeros((2, 4)),),
            ValueError,
            r"width, height, angle; or \(4, 2",
        ),
        ("draw_rotated_bboxes", ([9, 9, -4, 5, 0],), ValueError, "not negative, got .* in row 0"),
        ("draw_rotated_bboxes", ([9, 9, 4, np.inf, 0],), ValueError, "finite"),
        ("draw_keypoints", (np.zeros((2, 4)),), ValueError, r"\(K, 3\).*got \(2, 4\)"),
        ("draw_keypoints", ([[1, np.inf]],), ValueError, "finite, or NaN"),
        ("draw_keypoints", (TRIANGLE, [(1, 3)]), ValueError, r"0\.\.2, got \(1, 3\); .* subtract"),
        ("draw_keypoints", (TRIANGLE, [1, 2]), ValueError, "skeleton must be pairs"),
        (
            "draw_polygons",
            ([[1, 1, 9, 1, 9, 9]],),
            ValueError,
            r"COCO.*reshape\(polygon, \(-1, 2\)",
        ),
        ("draw_polygons", ([[[1, 1], [9]]],), ValueError, r"^the rows of polygons\[0\] .*\[9\]\]$"),
        ("draw_keypoints", ([1, 1, 2, 9, 9, 1],), ValueError, r"COCO.*reshape\(-1, 3\)"),
        ("draw_rotated_bboxes", ([[1, 1, 9, 1, 9, 9, 1, 9]],), ValueError, r"reshape\(-1, 4, 2\)"),
        ("draw_legend", ({1: "r"},), TypeError, r"names of entries .* int: 1; pass str\("),
        ("draw_legend", ({"a": "r"}, ["best"]), ValueError, "location must be one of best, upper"),
        ("draw_legend", ({"a": "r"}, "best", 0), ValueError, "font_sizes must be above 0"),
        ("draw_legend", (["a"],), TypeError, r"entries must be a dict .*dict\(zip\("),
        ("draw_legend", ({"a": "reddish"},), ValueError, "the color of 'a' must be a color"),
        ("draw_legend", ({"a": "r"}, "top"), ValueError, "location must be one of best, upper ri"),
        ("draw_texts", (["a", "b"], np.zeros((1, 2))), ValueError, "texts|positions"),
        ("draw_texts", ([1], np.zeros((1, 2))), TypeError, "texts"),
        ("draw_binary_masks", (np.zeros((60, 80)),), TypeError, "must be bool, got dtype float64"),
        ("draw_binary_masks", (np.zeros((6, 8), bool),), ValueError, r"\(60, 80\).*got \(6, 8\)"),
    ],
)
def test_wrong_arguments_say_what_is_right(canvas, method, arguments, error, text):
    with pytest.raises(error, match=text):
        getattr(canvas, method)(*arguments)
    assert (canvas.get_image() == GRAY).all()


@pytest.mark.parametrize(
    ("color", "pixel"),
    [
        ("red", [255, 0, 0]),
        ("r", [255, 0, 0]),
        ("#00ff00", [0, 255, 0]),
        ((0, 0, 255), [0, 0, 255]),
        (np.array([10, 20, 30]), [10, 20, 30]),
        (np.uint8([10, 20, 30]), [10, 20, 30]),
        ((255, 0, 0, 0), [100, 100, 100]),
        ("none", [100, 100, 100]),
    ],
)
def test_colors_in_every_spelling(canvas, color, pixel):
    box = np.array([10, 10, 50, 50])
    canvas.draw_bboxes(box, edge_colors="none", face_colors=color, alpha=1)
    assert canvas.get_image()[30, 30].tolist() == pixel


BOX = np.array([10, 10, 50, 50])
CLEAR_CALLS = {
    "edge_colors": {
        "draw_bboxes": (BOX,),
        "draw_rotated_bboxes": ([30, 30, 20, 9, 45],),
        "draw_circles": ([30, 30], [9]),
        "draw_polygons": (BOX.reshape(2, 2),),
    },
    "colors": {
        "draw_points": ([30, 30],),
        "draw_lines": ([10, 50], [10, 50]),
        "draw_polylines": (BOX.reshape(2, 2),),
        "draw_keypoints": (TRIANGLE, [(0, 1)]),
        "draw_texts": ("text", [10, 10]),
        "draw_binary_masks": (np.ones((60, 80), bool),),
    },
}


@pytest.mark.parametrize("clear", ["none", "None", (255, 0, 0, 0), np.uint8([1, 2, 3, 0]), "#f000"])
@pytest.mark.parametrize(
    ("argument", "method"), [(a, method) for a, calls in CLEAR_CALLS.items() for method in calls]
)
def test_a_color_without_opacity_draws_nothing(canvas, clear, argument, method):
    for color in (clear, [clear]):
        getattr(canvas, method)(*CLEAR_CALLS[argument][method], **{argument: color})
    if argument == "edge_colors":
        arguments = CLEAR_CALLS[argument][method]
        getattr(canvas, method)(*arguments, edge_colors=clear, face_colors=clear, alpha=1)
    assert (canvas.get_image() == GRAY).all()


def test_a_background_without_opacity_draws_nothing(canvas):
    for clear in ("none", (255, 0, 0, 0)):
        background = {"facecolor": clear, "edgecolor": clear, "boxstyle": "round"}
        canvas.draw_texts("text", [10, 10], colors=clear, bboxes=background)
        canvas.draw_texts("text", [10, 10], colors=clear, bboxes={**background, "alpha": 1})
    assert (canvas.get_image() == GRAY).all()


@pytest.mark.parametrize("wrong", ["reddish", (1, 2), (300, 0, 0), 3, None])
def test_what_is_no_color_is_named(canvas, wrong):
    with pytest.raises((TypeError, ValueError), match="color"):
        canvas.draw_bboxes(np.array([1, 1, 5, 5]), edge_colors=wrong)


def test_the_order_of_the_calls_is_the_order_on_the_image(canvas):
    mask = np.zeros((60, 80), bool)
    mask[10:50, 10:70] = True
    box = np.array([20, 20, 40, 40])
    filled = {"face_colors": "b", "edge_colors": "none", "alpha": 1}
    over = canvas.draw_bboxes(box, **filled).draw_binary_masks(mask, "r", 1.0).get_image()
    assert over[30, 30].tolist() == [255, 0, 0]
    canvas.set_image(GRAY)
    under = canvas.draw_binary_masks(mask, "r", 1.0).draw_bboxes(box, **filled).get_image()
    assert under[30, 30].tolist() == [0, 0, 255]


OUT_OF_BOUNDS = {
    "rotated bbox": ("draw_rotated_bboxes", ([10, 10, 20, 20, 45],)),
    "bbox": ("draw_bboxes", (np.array([-5, 5, 20, 20]),)),
    "text": ("draw_texts", ("text", np.array([-5, 5]))),
    "line": ("draw_lines", (np.array([-5, 5]), np.array([5, 5]))),
    "keypoint": ("draw_keypoints", ([[30, 30], [90, 30], [np.nan, -9]], [(0, 1)])),
    "legend": ("draw_legend", ({"a name that is too long": "r"},)),
    "circle": ("draw_circles", (np.array([2, 30]), np.array([10]))),
    "polygon": ("draw_polygons", (np.array([[0, 0], [90, 0], [30, 30]]),)),
}


@pytest.mark.parametrize("what", OUT_OF_BOUNDS)
def test_what_leaves_the_image_is_clipped_with_one_warning(canvas, what):
    method, arguments = OUT_OF_BOUNDS[what]
    text = f"The {what} is out of bounds, the drawn {what} may not be in the image"
    with pytest.warns(UserWarning, match=text) as caught:
        getattr(canvas, method)(*arguments)
    assert len(caught) == 1
    assert canvas.get_image().shape == GRAY.shape


def test_a_box_that_equals_the_image_does_not_warn(canvas):
    canvas.draw_bboxes(np.array([0, 0, 80, 60]))


def test_far_outside_changes_nothing(canvas):
    with pytest.warns(UserWarning, match="out of bounds"):
        canvas.draw_bboxes(np.array([[-1e6, -1e6, -1e5, -1e5], [1e5, 1e5, 1e6, 1e6]]))
    assert (canvas.get_image() == GRAY).all()


def test_is_an_image_in_a_notebook(canvas):
    assert canvas._repr_png_().startswith(b"\x89PNG")
    assert Canvas()._repr_png_() is None


def test_says_what_it_is_and_the_size_of_its_image():
    assert repr(Canvas()) == "<Canvas without an image>"
    assert repr(Canvas(np.zeros((40, 60, 3), np.uint8))) == "<Canvas 60x40>"


def test_setting_and_getting_an_image_imports_neither_matplotlib_nor_pillow():
    code = (
        "import json, sys, numpy as np\n"
        "from viz_core import Canvas\n"
        "Canvas(np.zeros((4, 4, 3), np.uint8)).get_image()\n"
        "print(json.dumps(sorted({'matplotlib', 'PIL'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_an_axes_over_the_image_draws_in_pixels_and_in_order(canvas):
    with canvas.axes() as axes:
        axes.axvline(40, color="r", linewidth=4)
    drawn = canvas.get_image()
    assert drawn[30, 40].tolist() == [255, 0, 0]
    assert (drawn[30, 20] == 100).all()
    canvas.draw_bboxes(np.array([30, 20, 50, 40]), "none", face_colors="b", alpha=1)
    assert canvas.get_image()[30, 40].tolist() == [0, 0, 255]


def test_axes_are_drawn_with_one_renderer_again_and_again(canvas):
    seen = []

    class Seen(Line2D):
        def draw(self, renderer):
            seen.append(renderer)
            super().draw(renderer)
            if len(seen) == 2:
                raise KeyError

    for y in (10, 20, 30):
        before = canvas.get_image()
        with suppress(KeyError), canvas.axes() as axes:
            axes.add_line(Seen([0, 80], [y, y], color="r", linewidth=2))
        assert (canvas.get_image()[y, 40] != before[y, 40]).any() == (y != 20)
    assert (canvas.get_image()[18:23] == GRAY[18:23]).all()
    assert seen[0] is seen[1] is seen[2]


def test_an_axes_whose_block_raises_draws_nothing(canvas):
    def fail():
        with canvas.axes() as axes:
            axes.axvline(40)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (canvas.get_image() == GRAY).all()
