"""Lines put together from parts, in fonts whose numerals and letters leave their cells."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from viz_core import Canvas

FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")

# matplotlib before 3.11 puts letters on whole pixels, and ours may be nearer to each other.
EXACT = matplotlib.__version_info__ >= (3, 11)


def drawn(text, font, size, **options):
    """Return how much ink a text has of ours, in whole pixels, by rows."""
    canvas = Canvas(np.zeros((500, 500, 3), np.uint8))
    canvas.draw_texts(text, [100, 450], size, "w", "bottom", font_properties=font, **options)
    return canvas.get_image()[..., 0].sum(axis=1) / 255


def drawn_by_matplotlib(text, font, size):
    """Return how much ink matplotlib's text has, in whole pixels."""
    renderer = RendererAgg(500, 500, 100)
    context = renderer.new_gc()
    context.set_foreground("w")
    properties = FontProperties(fname=font, size=size)
    renderer.draw_text(context, 100, 250, text, properties, 0)
    return np.asarray(renderer.buffer_rgba())[..., 3].sum() / 255


@pytest.mark.parametrize(
    "name",
    [
        "DejaVuSans",
        "DejaVuSans-BoldOblique",
        "DejaVuSerif-Italic",  # 2 and 4 begin before their cells, 7 ends behind it
        "STIXGeneralBol",
        "STIXGeneralBolIta",
        "STIXGeneralItalic",
    ],
)
@pytest.mark.parametrize("size", [9, 13, 20, 40])
def test_numerals_that_leave_their_cells_lose_no_ink(name, size):
    font = FONTS / f"{name}.ttf"
    for numeral in "0123456789.%":
        for text in (f"x{numeral}", f"x1{numeral}", f"x{numeral}1"):
            theirs = drawn_by_matplotlib(text, font, size)
            most = 1e-6 if EXACT else 0.5 * drawn_by_matplotlib(numeral, font, size)
            assert abs(drawn(text, font, size).sum() - theirs) <= most, text


def test_a_letter_that_is_deeper_than_its_font_stands_on_its_position():
    rows = np.flatnonzero(drawn("\N{RIGHT PARENTHESIS UPPER HOOK}", FONTS / "DejaVuSans.ttf", 200))
    assert 447 <= rows[-1] <= 450  # its edge is gray


def test_a_letter_that_leaves_its_line_is_drawn_whole_when_turned():
    text, font = "\N{LAO VOWEL SIGN MAI KON}", FONTS / "DejaVuSansMono-BoldOblique.ttf"
    upright, turned = drawn(text, font, 40).sum(), drawn(text, font, 40, rotations=37).sum()
    assert turned == pytest.approx(upright, rel=0.02)


@pytest.mark.parametrize(("side", "size"), [(100, 10), (989, 10), (990, 11), (1800, 20)])
def test_the_size_goes_with_the_image_and_is_10_at_least(side, size):
    canvas = Canvas(np.zeros((side, side, 3), np.uint8))
    assert (canvas.measure_texts("Hxg") == canvas.measure_texts("Hxg", size)).all()
    assert (canvas.measure_texts("Hxg") != canvas.measure_texts("Hxg", size + 1)).any()


@pytest.mark.parametrize("x", [1e7, 1e9, 2.0**31 / 3, 3e9, 1e15, 1e300])
def test_a_text_far_away_draws_nothing(x):
    canvas = Canvas(np.zeros((20, 30, 3), np.uint8))
    with pytest.warns(UserWarning, match="out of bounds"):
        canvas.draw_texts(["a 1"] * 4, [[x, 5], [-x, 5], [5, x], [5, -x]])
    assert not canvas.get_image().any()


def test_a_text_far_to_the_right_in_a_long_image_is_drawn():
    canvas = Canvas(np.zeros((20, 300_000, 3), np.uint8))
    canvas.draw_texts("a 1", [299_900, 2], 10, "w")
    assert canvas.get_image()[:, 299_900:].any()
