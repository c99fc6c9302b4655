"""Texts: where they stand, how they look, and scripts that the default font does not have."""

import warnings

import numpy as np
import pytest
from machine import needs_font
from matplotlib.font_manager import fontManager

from viz_core import Canvas
from viz_core.testing.processes import run_python

GROUND = np.full((120, 240, 3), 255, np.uint8)
BOX = {"facecolor": "black", "alpha": 1.0, "pad": 2, "edgecolor": "none"}


def ink(text, position=(120, 60), **options):
    """Return where the text is drawn: left, top, right, bottom, and the image."""
    options.setdefault("colors", "k")
    image = Canvas(GROUND).draw_texts(text, np.array(position), **options).get_image()
    rows, columns = np.nonzero((image != 255).any(axis=-1))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, image


def test_stands_below_and_right_of_its_position_by_default():
    left, top, right, bottom, _ = ink("Hxg")
    assert 118 <= left <= 124
    assert 60 <= top <= 70
    assert right > 130
    assert bottom <= 85


@pytest.mark.parametrize(
    ("horizontal", "vertical"),
    [(h, v) for h in ("left", "center", "right") for v in ("top", "center", "bottom", "baseline")],
)
def test_alignments_say_which_part_stands_at_the_position(horizontal, vertical):
    left, top, right, bottom, _ = ink(
        "HHHH", horizontal_alignments=horizontal, vertical_alignments=vertical
    )
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    assert {"left": left >= 118, "center": abs(middle_x - 120) <= 2, "right": right <= 122}[
        horizontal
    ]
    assert {
        "top": top >= 60,
        "center": abs(middle_y - 60) <= 4,
        "bottom": bottom <= 60,
        "baseline": abs(bottom - 60) <= 1,
    }[vertical]


def test_sizes_are_points_at_100_dpi():
    _, top, _, bottom, _ = ink("H", font_sizes=36)
    assert abs((bottom - top) - 0.729 * 36 * 100 / 72) <= 2  # DejaVu Sans' capitals


def test_a_turned_text_is_as_high_as_it_was_wide():
    left, top, right, bottom, _ = ink("HHHHHH", (60, 60))
    turned = ink("HHHHHH", (60, 20), rotations=90)
    assert abs((turned[3] - turned[1]) - (right - left)) <= 2
    assert abs((turned[2] - turned[0]) - (bottom - top)) <= 2


def test_a_dollar_is_a_dollar():
    _, _, right, _, _ = ink("$x^2$", (20, 60))
    _, _, plain, _, _ = ink("x", (20, 60))
    assert right - plain > 30
    ink("$unbalanced {", (20, 60))


def test_a_box_stands_behind_the_text():
    left, top, right, bottom, image = ink("score: 0.97", colors="w", bboxes=BOX)
    inside = image[top:bottom, left:right]
    assert (inside[0] == 0).all()  # the edge of the box
    assert (inside[-1] == 0).all()
    assert inside.max() > 250  # the letters
    assert inside.min() == 0


def test_a_box_may_be_round_and_have_an_edge():
    box = {"facecolor": "w", "edgecolor": "r", "pad": 0.3, "boxstyle": "round"}
    left, top, right, _, image = ink("round", bboxes=box)
    assert image[top, left].tolist() == [255, 255, 255]  # a corner that is cut off
    red = (image[top, (left + right) // 2]).astype(int)
    assert red[0] - red[1] > 60


def test_a_box_is_what_its_description_says_now():
    """Descriptions are kept; that must not show."""
    box = {"facecolor": [255, 0, 0], "pad": 3, "edgecolor": "none"}  # a list has no hash
    red = ink("I", bboxes=box)[4]
    assert (red == ink("I", bboxes=box | {"facecolor": (255, 0, 0)})[4]).all()
    box["facecolor"] = "blue"
    assert (red == (255, 0, 0)).all(axis=-1).any()
    assert (ink("I", bboxes=box)[4] == (0, 0, 255)).all(axis=-1).any()
    box["pad"] = -3
    with pytest.raises(ValueError, match=r"bboxes\['pad'\] must not be negative, got -3"):
        ink("I", bboxes=box)


def test_numbers_that_change_are_drawn_as_a_whole_text_is():
    """Labels are put together from cached parts; that must not show."""
    texts = ("person: 98.2", "person: 7.1%", "100", "a 1.5", "cat", "%", "a 87.35", "b 1234567.8%")
    for text in (*texts, "c ..5", "d 5..", "e %%", "f 0.123456789012"):
        joined = Canvas(GROUND).draw_texts(text, np.array([20, 20]), colors="k").get_image()
        # A text that is turned, be it by nothing, is a whole line of matplotlib's.
        turned = Canvas(GROUND).draw_texts(text, np.array([20, 20]), colors="k", rotations=1e-9)
        ink_joined = 255 - joined.astype(int)
        ink_whole = 255 - turned.get_image().astype(int)
        assert abs(ink_joined.sum() / ink_whole.sum() - 1) < 0.04


def test_styles_of_every_text():
    places = np.array([[20, 20], [150, 20], [20, 90]])
    styles = {
        "font_sizes": [10, 30, 10],
        "colors": ["r", (0, 0, 255), "r"],
        "vertical_alignments": ["top", "bottom", "center"],
        "horizontal_alignments": ["left", "right", "center"],
        "font_families": ["serif", "monospace", "serif"],
        "bboxes": [BOX, {"facecolor": "y"}, None],
    }
    at_once = Canvas(GROUND).draw_texts(["a", "b", "c"], places, **styles).get_image()
    each = Canvas(GROUND)
    for i, text in enumerate("abc"):
        each.draw_texts(text, places[i], **{name: values[i] for name, values in styles.items()})
    assert (at_once == each.get_image()).all()


@pytest.mark.parametrize("option", ["font_sizes", "colors", "vertical_alignments", "bboxes"])
def test_a_list_shorter_than_the_texts_is_an_error(option):
    one = {"font_sizes": [9], "colors": ["r"], "vertical_alignments": ["top"], "bboxes": [BOX]}
    with pytest.raises(ValueError, match=r"\b2\b"):
        Canvas(GROUND).draw_texts(["a", "b"], np.zeros((2, 2)), **{option: one[option]})


def test_chinese_japanese_and_korean_find_a_font():
    """On a machine with Debian's fonts-noto-cjk, as CI is, they are drawn, and not as boxes."""
    needs_font("猫犬개ね")
    images = [ink(text, (20, 20), font_sizes=24)[4] for text in "猫犬개ね"]
    for i, image in enumerate(images):
        for other in images[i + 1 :]:
            assert (image != other).any()  # boxes would be the same


def test_a_script_that_no_font_has_is_said_once_with_the_fix():
    """Plane 15 is for private use: nobody's font has it."""
    code = (
        "import numpy as np\n"
        "from viz_core import Canvas\n"
        "canvas = Canvas(np.zeros((60, 90, 3), np.uint8))\n"
        "for _ in range(3): canvas.draw_texts('\\U000f1234', np.array([5, 5]))\n"
    )
    done = run_python(code, imports=["viz_core.drawing.texts"])
    assert done.returncode == 0
    assert done.stderr.count("Warning") == 1
    assert "fonts-noto-cjk" in done.stderr or "font_properties" in done.stderr


def test_measures_as_it_draws():
    canvas = Canvas(GROUND)
    ((width, height),) = canvas.measure_texts(["person: 98.2"], font_sizes=14)
    left, top, right, bottom, _ = ink("person: 98.2", (20, 20), font_sizes=14)
    assert abs((right - left) - width) <= 4
    assert bottom - top <= height <= 2 * (bottom - top)


def test_scores_are_drawn_in_every_font_and_size():
    # Hinting may put a numeral's ink a row above what its font says of itself.
    canvas = Canvas(GROUND)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fonts of symbols have no letters
        for family in sorted({entry.name for entry in fontManager.ttflist}):
            for size in np.arange(5, 30, 3.5):
                canvas.draw_texts("a: 87.3", np.array([9, 9]), size, font_families=family)


BLANK = ["", " ", "\n", "\n\n", "\t", "\u3000", " \r\n "]


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize(
    "looks",
    [
        {},
        {"bboxes": BOX},
        {"bboxes": {"boxstyle": "round", "facecolor": "r"}, "rotations": 30},
        {"horizontal_alignments": "center", "vertical_alignments": "center"},
    ],
)
def test_a_text_of_nothing_draws_nothing(blank, looks):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = Canvas(GROUND).draw_texts(blank, [5, 5], **looks)
        drawn.draw_texts([blank, blank], [[-5, -5], [900, 5]], **looks)
    assert (drawn.get_image() == GROUND).all()
    assert Canvas(GROUND).measure_texts(blank).shape == (1, 2)


def test_texts_of_nothing_cost_the_others_nothing():
    places = [[5, 5], [40, 40], [90, 5], [5, 90]]
    some = Canvas(GROUND).draw_texts(["a", "", "b", "\n"], places, bboxes=BOX).get_image()
    others = Canvas(GROUND).draw_texts(["a", "b"], places[::2], bboxes=BOX).get_image()
    assert (some == others).all()


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines_of_every_system_break_lines(newline):
    *box, image = ink(f"a{newline}b")
    *usual, same = ink("a\nb")
    assert box == usual
    assert (image == same).all()


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (5, "got int: 5; format numbers first, as in f'{score:.2f}'"),
        (0.5, "got float: 0.5; format numbers first"),
        (None, "got NoneType: None"),
        (["a", 5], "got int: 5; format numbers first"),
        (["a", None], "got NoneType: None"),
        (np.array([0.5]), r"got float64: .*0\.5.*; format numbers first"),
        (np.array(5), r"got ndarray: array\(5\); format numbers first"),
        (b"car", "got bytes: b'car'; decode it first"),
        ([b"car"], "got bytes: b'car'; decode it first"),
        ({"a": 1}, r"got dict: .*; pass str\(...\) of it"),
        ([["a"]], r"got list: \['a'\]"),
    ],
)
def test_what_is_no_text_says_what_to_do(texts, told):
    for call in (
        lambda: Canvas(GROUND).draw_texts(texts, [5, 5]),
        lambda: Canvas(GROUND).measure_texts(texts),
    ):
        with pytest.raises(TypeError, match=f"texts must be a string or a list of strings, {told}"):
            call()


@pytest.mark.parametrize(
    ("color", "seen"),
    [
        ((200, 30, 40), [200, 30, 40]),
        ((0, 2, 1), [0, 2, 1]),
        ((1, 1, 1), [255, 255, 255]),
        ([0.2, 0.5, 1], [51, 128, 255]),
        (np.array([0, 0, 1, 1]), [0, 0, 255]),
        ((0.2, 0.5, 1, 0.0), [90, 90, 90]),
        ((200, 30, 40, 255), [200, 30, 40]),
    ],
)
@pytest.mark.parametrize("alias", [True, False])
def test_a_background_has_its_colors_in_0_to_255_or_in_0_to_1(color, seen, alias):
    looks = {"fc" if alias else "facecolor": color, "edgecolor": (0, 0, 0, 0)}
    ground = np.full_like(GROUND, 90)
    image = Canvas(ground).draw_texts("H", (60, 60), colors="none", bboxes=looks).get_image()
    assert image[62, 62].tolist() == seen


@pytest.mark.parametrize("color", [(-0.1, 0, 0), (1, 1), (1, 1, np.nan)])
def test_a_background_has_no_other_colors(color):
    with pytest.raises(ValueError, match=r"bboxes\['facecolor'\] must"):
        ink("a", bboxes={"facecolor": color})
