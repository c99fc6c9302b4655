"""Points: markers, sizes and colors of their own, as those of matplotlib's scatter."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle

from viz_core import Canvas
from viz_core.drawing import points
from viz_core.testing import assert_images_close

GROUND = np.full((60, 90, 3), 100, np.uint8)
PLACES = np.array([[20.0, 30.0], [45.0, 30.0], [70.0, 30.0]])


MARKERS = [marker for marker in MarkerStyle.markers if str(marker) not in ("None", "none", " ", "")]


def scattered(places, colors, marker, sizes, height=160, width=200):
    """Return what matplotlib's scatter draws, a call for each color and size."""
    figure = Figure((width / 100, height / 100), dpi=100, facecolor=(100 / 255,) * 3)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    for place, color, size in zip(places, colors, sizes, strict=True):
        axes.scatter(*place, s=size, c=[to_rgba(color)], marker=marker)
    axes.set(xlim=(0, width), ylim=(height, 0))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


@pytest.mark.filterwarnings("ignore:The pixel maker:UserWarning")
@pytest.mark.parametrize("marker", MARKERS)
def test_points_are_those_of_scatter(marker):
    """On whole pixels, wherever they lie; as sprites and, the largest, with Agg."""
    sizes = [1, 4, 9.5, 36, 100, 400, 3000]
    colors = ["r" if size > 99 else "#00ff0066" for size in sizes]
    places = np.array([[60.0, 80.0], [105.25, 80.75], [140.5, 69.5], [99.49, 100.51]])
    side_by_side = [np.add(places, [200 * number, 0]) for number in range(8)]
    canvas = Canvas(np.full((160, 1600, 3), 100, np.uint8))
    for some, color, size in zip(side_by_side, colors, sizes, strict=False):
        canvas.draw_points(some, color, marker, size)
    own_sizes, own_colors = [100, 10, 150, 33.3], ["r", "#00ff0066", "b", "#ffffff"]
    canvas.draw_points(side_by_side[7], own_colors, marker, own_sizes)
    expected = scattered(
        [*(some.T for some in side_by_side[:7]), *side_by_side[7]],
        colors + own_colors,
        marker,
        sizes + own_sizes,
        width=1600,
    )
    assert_images_close(canvas.get_image(), expected, tolerance=3)


def test_hollow_markers_are_those_of_scatter():
    hollow = MarkerStyle("o", fillstyle="none")
    ground = np.full((160, 200, 3), 100, np.uint8)
    # What has no filling scatter does not move to whole pixels, as all others; here it need not.
    place = np.array([90.4999, 70.4999])
    ours = Canvas(ground).draw_points(place, "r", hollow, 300).get_image()
    assert_images_close(ours, scattered([place], ["r"], hollow, [300]), tolerance=3)


def test_a_tuple_is_one_color_also_for_three_points():
    drawn = Canvas(GROUND).draw_points(PLACES, colors=(255, 0, 0)).get_image()
    assert [drawn[30, x].tolist() for x in (20, 45, 70)] == [[255, 0, 0]] * 3


def test_each_point_may_have_its_color_and_size():
    canvas = Canvas(GROUND)
    canvas.draw_points(PLACES, colors=["r", "#00ff00", (0, 0, 255)], sizes=[4.0, 36.0, 400.0])
    drawn = canvas.get_image()
    assert [drawn[30, x].tolist() for x in (20, 45, 70)] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    changed = (drawn != 100).any(axis=-1)
    widths = [changed[30, left:right].sum() for left, right in ((10, 32), (33, 57), (50, 90))]
    assert widths[0] < widths[1] < widths[2]


@pytest.mark.parametrize("marker", [None, "s", "x", "+", "*", "^", "."])
def test_points_of_one_style_look_as_points_of_many_do(marker):
    places = PLACES + 0.5  # where a marker's middle is a pixel's
    alike = Canvas(GROUND).draw_points(places, "r", marker, 100).get_image()
    each = Canvas(GROUND).draw_points(places, ["r", "r", (255, 0, 1)], marker, 100).get_image()
    assert (alike != 100).any()
    # A filled marker and its edge are laid over the image one after the other, or as one.
    assert_images_close(alike[:, :60], each[:, :60], tolerance=2)


def test_later_points_lie_over_earlier_ones():
    canvas = Canvas(GROUND)
    canvas.draw_points(np.array([[45, 30], [45, 30]]), ["r", "b"], sizes=[100.0, 100.0])
    assert canvas.get_image()[30, 45].tolist() == [0, 0, 255]


def test_points_outside_are_left_out_without_a_warning():
    drawn = Canvas(GROUND).draw_points(np.array([[-50, -50], [500, 500]]), ["r", "b"]).get_image()
    assert (drawn == GROUND).all()


def test_points_of_every_size_and_color_are_drawn_in_turns_of_any_length(monkeypatch):
    places = np.random.default_rng(2).uniform(0, 60, (50, 2))
    colors = [(5 * i, 90, 255 - 5 * i) for i in range(50)]
    sizes = [float(i + 1) for i in range(50)]
    at_once = Canvas(GROUND).draw_points(places, colors, sizes=sizes).get_image()
    monkeypatch.setattr(points, "_AT_A_TIME", 2000)
    in_turns = Canvas(GROUND).draw_points(places, colors, sizes=sizes).get_image()
    assert (at_once != GROUND).any()
    assert (at_once == in_turns).all()


def test_large_points_of_many_colors_are_drawn():
    drawn = Canvas(GROUND).draw_points(PLACES, ["r", "b", "lime"], sizes=1e6).get_image()
    assert (drawn == (0, 255, 0)).all()


def test_points_are_drawn_on_every_part_of_a_large_image():
    canvas = Canvas(np.zeros((8, 9000, 3), np.uint8))
    canvas.draw_points(np.array([[2, 4], [4096, 4], [8995, 4]]), ["r", "b", "lime"], sizes=9)
    drawn = canvas.get_image()
    assert drawn[4, [2, 4095, 4096, 8995]].tolist() == [
        [255, 0, 0],
        [0, 0, 255],
        [0, 0, 255],
        [0, 255, 0],
    ]
