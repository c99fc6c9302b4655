"""A legend: where it is, how large, and what is in it."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from viz_core import Canvas

ENTRIES = {"person": "red", "traffic light": "blue", "dog": "lime"}
GRAY = np.full((240, 320, 3), 100, np.uint8)


def extent(image, ground=GRAY):
    """Return the left, top, right and bottom of what was drawn."""
    rows, columns = (np.flatnonzero((image != ground).any(axis=(axis, 2))) for axis in (1, 0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


@pytest.mark.parametrize("location", ["upper right", "upper left", "lower right", "lower left"])
@pytest.mark.parametrize("size", [8, 12])
def test_it_is_where_matplotlibs_is_and_as_large(location, size):
    ours = extent(Canvas(GRAY).draw_legend(ENTRIES, location, size).get_image())
    figure = Figure((3.2, 2.4), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    patches = [Patch(color=color, label=name) for name, color in ENTRIES.items()]
    legend = axes.legend(handles=patches, loc=location, fontsize=size)
    FigureCanvasAgg(figure).draw()
    box = legend.get_window_extent().extents
    theirs = np.array([box[0], 240 - box[3], box[2], 240 - box[1]])
    assert np.abs(ours - theirs).max() <= 3


def test_colors_are_beside_their_names():
    image = Canvas(GRAY).draw_legend(ENTRIES, "upper left", 12, alpha=1).get_image()
    tops = []
    for color in ([255, 0, 0], [0, 0, 255], [0, 255, 0]):
        swatch = (image == color).all(axis=-1)
        rows, columns = np.nonzero(swatch)
        assert swatch.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1) > 200
        tops.append(rows[0])
        right = image[rows[0] : rows[-1], columns[-1] + 5 : columns[-1] + 40]
        assert right.min() < 60  # letters
    assert tops == sorted(tops)


@pytest.mark.parametrize(
    ("quiet", "location"),
    [
        (np.s_[:120, 160:], "upper right"),
        (np.s_[:120, :160], "upper left"),
        (np.s_[120:, 160:], "lower right"),
        (np.s_[120:, :160], "lower left"),
    ],
)
def test_the_emptiest_corner_is_taken(quiet, location):
    image = np.random.default_rng(0).integers(0, 256, GRAY.shape, np.uint8)
    image[quiet] = 90
    best, told = (
        Canvas(image).draw_legend(ENTRIES, where).get_image() for where in ("best", location)
    )
    assert (best == told).all()


def test_of_equal_corners_the_upper_right_is_taken():
    best = Canvas(GRAY).draw_legend(ENTRIES).get_image()
    assert (best == Canvas(GRAY).draw_legend(ENTRIES, "upper right").get_image()).all()


def test_many_names_have_several_columns_and_smaller_letters():
    many = {f"class {i}": (i, 255 - i, 0) for i in range(40)}
    left, top, right, bottom = extent(Canvas(GRAY).draw_legend(many).get_image())
    assert (left >= 0, top > 0, right <= 320, bottom < 240) == (True,) * 4
    assert right - left > 200


def test_a_name_in_any_script_is_drawn_as_texts_are():
    white = np.full_like(GRAY, 255)
    canvas = Canvas(white).draw_legend({"Ελληνικά": "r"}, "upper left", 12, alpha=1)
    letters = canvas.get_image()[..., 1] < 128
    letters[:, :45] = False
    alone = Canvas(white).draw_texts("Ελληνικά", [50, 50], 12, "k").get_image()
    assert abs(int(letters.sum()) - int((alone[..., 1] < 128).sum())) <= 60


def test_a_legend_has_a_most():
    many = dict.fromkeys(map(str, range(10_001)), "r")
    with pytest.raises(ValueError, match="entries must be at most 10,000, got 10,001"):
        Canvas(GRAY).draw_legend(many)
