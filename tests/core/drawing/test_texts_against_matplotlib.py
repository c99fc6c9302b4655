"""Texts against those of a matplotlib Figure of the same size: within half a pixel.

Ours stand on whole pixels, and so do matplotlib's before 3.11, so each text is drawn at four places
that differ by parts of a pixel: what is rounded one time up and one time down is right on average.
"""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import IdentityTransform

from viz_core import Canvas

HEIGHT, WIDTH, DPI = 260, 420, 100
GROUND = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
FIGURE = Figure((WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="w")
FigureCanvasAgg(FIGURE)  # on which matplotlib draws
PLACES = np.array([[210.125, 130.375], [210.375, 130.875], [210.625, 130.125], [210.875, 130.625]])
HORIZONTAL = ["left", "center", "right"]
VERTICAL = ["top", "bottom", "center", "baseline", "center_baseline"]
FAMILIES = ["sans-serif", "serif", "monospace", "cmr10", "STIXGeneral"]


def ours(text, place, **style):
    """Return how dark the pixels are, 0 to 255, where we draw a black text on white."""
    image = Canvas(GROUND).draw_texts(text, np.array(place), **{"colors": "k"} | style).get_image()
    return 255.0 - image[..., 0]


def theirs(text, place, **style):
    """Return the same of matplotlib."""
    (x, y), pixels = place, IdentityTransform()
    style = {"color": "k"} | style
    label = FIGURE.text(x, HEIGHT - y, text, transform=pixels, parse_math=False, **style)
    FIGURE.canvas.draw()
    label.remove()
    return 255.0 - np.asarray(FIGURE.canvas.buffer_rgba())[..., 0]


def moments(darkness):
    """Return the middle and the spread of what is dark, in x and y, in pixels, and the amount."""
    for edge in (darkness[:2], darkness[-2:], darkness[:, :2], darkness[:, -2:]):
        assert not edge.any()  # it is all in the image
    amount = darkness.sum()
    profiles = [darkness.sum(axis) / amount for axis in (0, 1)]
    middle = [np.arange(len(profile)) @ profile for profile in profiles]
    spread = [
        ((np.arange(len(profile)) - at) ** 2 @ profile) ** 0.5
        for profile, at in zip(profiles, middle, strict=True)
    ]
    return np.array([*middle, *spread, amount / 255])


def compare(
    text, *, size=12, family="sans-serif", h="left", v="top", rotation=0, color="k", background=None
):
    """Check that a text is where matplotlib has it, as large, and as dark."""
    ways = [
        (ours, "font_sizes font_families horizontal_alignments vertical_alignments rotations"
         " colors bboxes"),
        (theirs, "size family ha va rotation color bbox"),
    ]  # fmt: skip
    values = (size, family, h, v, rotation, color, background)
    found, expected = (
        np.mean(
            [
                moments(draw(text, place, **dict(zip(names.split(), values, strict=True))))
                for place in PLACES
            ],
            axis=0,
        )
        for draw, names in ways
    )
    np.testing.assert_allclose(found[:4], expected[:4], rtol=0, atol=0.5001)
    np.testing.assert_allclose(found[4], expected[4], rtol=0.03)


@pytest.mark.parametrize(
    "text", ["Hamburg jp", "person: 98.2", "car: 7%", "É 3", "12345678.9%", "שלום: 98.2"]
)
@pytest.mark.parametrize("v", VERTICAL)
@pytest.mark.parametrize("h", HORIZONTAL)
def test_alignments(text, h, v):
    compare(text, h=h, v=v)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [7, 10, 16, 25])
def test_sizes_and_families(size, family):
    compare("Hamburg jp", size=size, family=family, h="center")
    compare("dog: 98.2", size=size, family=family, h="right", v="bottom")


def test_long_numbers_do_not_drift():
    text, place = "1234567890.123456789", PLACES[0]
    for size in (9, 11):
        spread = moments(ours(text, place, font_sizes=size))[2]
        np.testing.assert_allclose(spread, moments(theirs(text, place, size=size))[2], atol=0.3)


def test_signs_may_be_higher_than_digits():
    compare("a 98%", size=25, family="cmr10")


def test_letters_may_reach_over_numerals():
    for text in ("V98", "W.W.9"):
        compare(text, size=30, family="cmmi10", h="center")


@pytest.mark.parametrize("rotation", [30, 90, -45, 180, 271.5])
@pytest.mark.parametrize("text", ["Hamburg jp", "dog: 98.2", "two\nlines: 3"])
def test_rotations(text, rotation):
    for h, v in zip([*HORIZONTAL, "left", "right"], VERTICAL, strict=True):
        compare(text, size=14, h=h, v=v, rotation=rotation)


@pytest.mark.parametrize("text", ["two\nlines", "a\n\nlonger: 3.5\nmid", "x\nÉ (ç\n3"])
@pytest.mark.parametrize("v", VERTICAL)
@pytest.mark.parametrize("h", HORIZONTAL)
def test_lines_stand_below_each_other(text, h, v):
    compare(text, size=15, h=h, v=v)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [8, 22])
def test_lines_of_all_sizes_and_families(size, family):
    compare("two\nlines\nmore", size=size, family=family, v="center")


BACKGROUNDS = {
    "plain": {"facecolor": "k", "edgecolor": "none"},
    "wide": {"facecolor": "k", "edgecolor": "none", "pad": 8},
    "none": {"facecolor": "k", "edgecolor": "none", "pad": 0},
    "see-through": {"facecolor": "k", "edgecolor": "none", "pad": 3, "alpha": 0.4},
    "square": {"facecolor": "k", "edgecolor": "none", "boxstyle": "square,pad=0.5"},
    "round": {"facecolor": "k", "edgecolor": "none", "boxstyle": "round"},
    "rounder": {"facecolor": "k", "boxstyle": "round,pad=0.6,rounding_size=0.9", "alpha": 0.6},
    "crossed": {"fc": "k", "ec": "none", "boxstyle": "round,pad=0.2,rounding_size=2"},
    "light": {"fc": "0.7", "ec": "none", "boxstyle": "round"},
    "edge": {"facecolor": "none", "edgecolor": "k", "linewidth": 2, "pad": 5},
    "numbers": {"fc": (0.8, 0.8, 0.8), "ec": (0, 0, 0, 0.6), "lw": 3, "boxstyle": "Round"},
    "white": {"fc": np.float32([1, 1, 1]), "ec": [0, 0, 0, 1], "boxstyle": "SQUARE,pad=0.5"},
    "dashed": {"fc": "0.8", "ec": "k", "lw": 1.5, "ls": "--", "boxstyle": "round"},
}


@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
@pytest.mark.parametrize("rotation", [0, 35])
def test_backgrounds(background, rotation):
    for text in ("dog: 98.2", "dog", "two\nlines"):
        # Without letters, of which nothing would be seen on a black background.
        compare(text, size=14, h="center", background=background, rotation=rotation, color="none")


@pytest.mark.parametrize("alpha", [0.3, 0.7, 1.0])
@pytest.mark.parametrize("text", ["HHHH: 14", "IH\nHI"])
def test_letters_and_background_are_as_opaque(text, alpha):
    background = {"facecolor": "0.25", "edgecolor": "none", "alpha": alpha}
    seen = []
    for darkness in (
        ours(text, (50, 50), font_sizes=30, bboxes=background, colors="0.9"),
        theirs(text, (50, 50), size=30, va="top", bbox=background, color="0.9"),
    ):
        values, counts = np.unique(darkness[darkness > 0], return_counts=True)
        seen.append((values[counts.argmax()], values.min()))  # of the background, and of letters
    np.testing.assert_allclose(*seen, atol=2)


def test_colors_of_letters_may_be_transparent():
    see_through = (0, 0, 0, 102)
    for text in ("dog: 98.2", "Hamburg"):
        half, full = (ours(text, (60, 60), font_sizes=20, colors=c) for c in (see_through, "k"))
        np.testing.assert_allclose(half, full * 0.4, atol=1)


def test_measures_what_matplotlib_does():
    canvas = Canvas(GROUND)
    figure = Figure((WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text in ("Hamburg jp", "dog: 98.2", "two\nlines", "87.35", ""):
        for size in (9, 10, 17):
            label = figure.text(0, 0, text or " ", size=size, parse_math=False)
            extent = label.get_window_extent(renderer)
            (found,) = canvas.measure_texts([text or " "], font_sizes=size)
            np.testing.assert_allclose(found, [extent.width, extent.height], atol=0.5)
