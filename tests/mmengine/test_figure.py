"""What libraries draw on MMEngine's figure, compared with MMEngine."""

import io

import numpy as np
import pytest
from alike import difference
from matplotlib.collections import PatchCollection
from matplotlib.patches import Circle, FancyArrow
from mmengine.visualization import Visualizer as MMEngineVisualizer
from mmengine.visualization.utils import img_from_canvas
from PIL import Image

from viz_mmdet_adapter.mmengine import Visualizer

RANDOM = np.random.default_rng(0)
IMAGE = np.kron(RANDOM.integers(60, 200, (12, 16, 3), np.uint8), np.ones((10, 10, 1), np.uint8))
BOX = np.array([20.0, 20, 100, 80])
MASK = np.zeros((120, 160), bool)
MASK[:70] = True


def on_both(draw, image=IMAGE):
    images = []
    for cls in (Visualizer, MMEngineVisualizer):
        visualizer = cls(image=image)
        draw(visualizer)
        images.append(visualizer.get_image())
    return images


def arrows(v):
    parts = [FancyArrow(10, 10, 80, 50, width=3, color="r"), Circle((80, 60), 20)]
    v.ax_save.add_collection(PatchCollection(parts, match_original=True))


ALIKE = {
    "text": lambda v: v.ax_save.text(10, 20, "a text", size=15, color="w", bbox=dict(fc="k")),
    "arrows": arrows,
    "line": lambda v: v.ax_save.plot([5, 150], [5, 100], "r--", linewidth=4),
    "scatter": lambda v: v.ax_save.scatter([5, 50], [9, 100], c=[0.1, 0.9], s=300, alpha=0.7),
    "image": lambda v: v.ax_save.imshow(255 - IMAGE, extent=(0, 160, 120, 0), alpha=0.4),
    "on the figure": lambda v: v.fig_save.text(0.3, 0.5, "a figure's", size=20),
    "legend": lambda v: (v.ax_save.plot([5, 90], [9, 9], label="a"), v.ax_save.legend()),
    "annotation": lambda v: v.ax_save.annotate("a", (10, 10), (80, 60), arrowprops={}),
    "another image": lambda v: (
        v.ax_save.cla(),
        v.ax_save.axis(False),
        v.ax_save.imshow(255 - IMAGE, extent=(0, 160, 120, 0), interpolation="none"),
    ),
}


@pytest.mark.parametrize("drawn", ALIKE)
def test_what_is_drawn_on_the_axes_is_on_the_image(drawn):
    ours, theirs = on_both(ALIKE[drawn])
    assert (ours != IMAGE).any()
    assert np.abs(ours.astype(int) - theirs).mean() < 0.1


ORDERS = {
    "before a box": lambda v: (ALIKE["arrows"](v), v.draw_bboxes(BOX, "k", line_widths=2)),
    "after a box": lambda v: (v.draw_bboxes(BOX, "k", line_widths=2), ALIKE["arrows"](v)),
    "before a mask": lambda v: (ALIKE["arrows"](v), v.draw_binary_masks(MASK, "b", 0.6)),
    "after a text": lambda v: (v.draw_texts("a text", BOX[:2], 40), ALIKE["arrows"](v)),
    "two": lambda v: (ALIKE["text"](v), v.draw_bboxes(BOX, "k"), ALIKE["line"](v)),
}


@pytest.mark.parametrize("order", ORDERS)
def test_it_is_in_the_order_of_layers(order):
    ours, theirs = on_both(ORDERS[order])
    assert difference(ours, theirs) < 1.5


def test_what_was_drawn_stays_there_as_its_users_know_it():
    for cls in (Visualizer, MMEngineVisualizer):
        v = cls(image=IMAGE)
        axes = v.ax_save
        text = axes.text(80, 60, "first", size=20)
        first = v.get_image()
        text.set_text("another")
        second = v.get_image()
        assert (first != second).any()
        assert [t.get_text() for t in axes.texts] == ["another"]
        text.remove()
        assert (v.get_image() == IMAGE).mean() > 0.9
        axes.plot([5, 150], [5, 100])
        v.set_image(IMAGE)
        assert v.ax_save is axes
        assert not axes.lines
        assert (v.get_image() == IMAGE).mean() > 0.9


def test_an_axes_that_was_kept_draws_on_the_next_image():
    v = Visualizer()
    axes = v.ax_save
    v.set_image(IMAGE)
    axes.plot([0, 160], [60, 60], "r", linewidth=5)
    assert v.get_image()[60, 80].tolist() == [255, 0, 0]
    v.set_image(IMAGE[:60, :80])
    assert (v.get_image() == IMAGE[:60, :80]).all()
    axes.plot([0, 80], [30, 30], "r", linewidth=5)
    assert v.get_image()[30, 40].tolist() == [255, 0, 0]


def test_a_figure_that_was_not_drawn_on_costs_the_image_nothing():
    v = Visualizer(image=IMAGE)
    assert v.fig_save.axes == [v.ax_save]
    assert (v.get_image() == IMAGE).all()


@pytest.mark.parametrize("way", ["savefig", "print_figure", "buffer", "img_from_canvas", "pdf"])
def test_the_figure_shows_the_image_with_all_that_was_drawn(way):
    v = Visualizer(image=IMAGE)
    v.ax_save.plot([5, 150], [5, 100], "r")
    v.draw_bboxes(BOX, "b").draw_binary_masks(MASK, "w", 0.5)
    v.fig_save.set_size_inches(1.6, 1.2)
    file = io.BytesIO()
    if way == "pdf":
        v.fig_save.savefig(file, format="pdf")
        assert len(file.getvalue()) > 5_000
        return
    if way == "savefig":
        v.fig_save.savefig(file)
    elif way == "print_figure":
        v.fig_save_canvas.print_figure(file)
    elif way == "buffer":
        v.fig_save_canvas.draw()
        Image.fromarray(np.asarray(v.fig_save_canvas.buffer_rgba())).save(file, "PNG")
    else:
        Image.fromarray(img_from_canvas(v.fig_save_canvas)).save(file, "PNG")
    shown = np.asarray(Image.open(file).convert("RGB"))
    assert (shown == v.get_image()).all()
    assert v.ax_save.lines[0].get_visible()


def test_a_saved_figure_may_have_other_dots():
    v = Visualizer(image=IMAGE).draw_bboxes(BOX, "b")
    file = io.BytesIO()
    v.fig_save.savefig(file, dpi=200, bbox_inches="tight", pad_inches=0)
    shown = Image.open(file).convert("RGB")
    assert abs(shown.width - 320) < 4
    assert difference(np.asarray(shown.resize((160, 120))), v.get_image()) < 2


def birds_eye(v):
    """What mmdet3d does to see a scene from above: y goes up."""
    v._image = np.zeros_like(IMAGE)
    v.width, v.height = 160, 120
    v.ax_save.cla()
    v.ax_save.axis(False)
    v.ax_save.imshow(np.zeros_like(IMAGE), origin="lower")


FOLLOWING = {
    "polygons": lambda v: v.draw_polygons([np.array([[20, 5], [90, 10], [60, 30]])], "w"),
    "one polygon": lambda v: v.draw_polygons(np.array([[20, 5], [90, 10], [60, 30]]), "w"),
    "bboxes": lambda v: v.draw_bboxes(np.array([20, 10, 70, 40]), "w"),
    "lines": lambda v: v.draw_lines(np.array([[20, 90]]), np.array([[5, 40]]), "w"),
    "points": lambda v: v.draw_points(np.array([[20, 10]]), "w", sizes=np.array([500])),
    "circles": lambda v: v.draw_circles(np.array([[50, 20]]), np.array([15]), "w"),
    "texts": lambda v: v.draw_texts("a text", np.array([30, 30]), 20, colors="w"),
}


@pytest.mark.parametrize("drawn", FOLLOWING)
def test_what_is_drawn_follows_axes_whose_y_goes_up(drawn):
    def draw(v):
        birds_eye(v)
        FOLLOWING[drawn](v)

    ours, theirs = on_both(draw)
    assert difference(ours, theirs) < 1
    assert difference(ours[::-1], theirs) > 3 * difference(ours, theirs)


def test_axes_that_zoom_are_followed():
    def draw(v):
        v.ax_save.set_xlim(20, 100)
        v.ax_save.set_ylim(80, 20)
        v.draw_bboxes(np.array([30, 30, 70, 70]), "r", line_widths=2)

    ours, theirs = on_both(draw)
    assert difference(ours, theirs) < 2


def test_a_colorbar_makes_room_for_itself():
    def draw(v):
        points = v.ax_save.scatter([30, 90], [30, 90], c=[0.0, 1.0])
        v.fig_save.colorbar(points, ax=v.ax_save)

    ours, theirs = on_both(draw)
    assert difference(ours, theirs) < 2
    v = Visualizer(image=IMAGE)
    draw(v)
    v.get_image()
    v.set_image(IMAGE)
    assert v.fig_save.axes == [v.ax_save]
    assert (v.get_image() == IMAGE).all()


def test_a_figure_of_another_size_is_an_image_of_that_size():
    def draw(v):
        v.fig_save.set_size_inches(3.2001, 2.4001)

    ours, theirs = on_both(draw)
    assert ours.shape == (240, 320, 3)
    assert difference(ours, theirs) < 2


def test_what_cannot_follow_says_what_to_do():
    v = Visualizer(image=IMAGE)
    birds_eye(v)
    with pytest.raises(ValueError, match=r"masks cannot follow Axes .* call set_image\(\) before"):
        v.draw_binary_masks(MASK)
    v.ax_save.set_aspect("auto")
    v.ax_save.set_xlim(0, 10)
    with pytest.raises(ValueError, match="circles cannot follow Axes that make ellipses of them"):
        v.draw_circles(np.array([[50, 20]]), np.array([15]))
    v.set_image(IMAGE).draw_binary_masks(MASK)


def test_a_library_may_make_the_figure_anew():
    v = Visualizer(image=IMAGE)
    v.fig_save_canvas, v.fig_save, v.ax_save = v._initialize_fig(dict(frameon=False))
    v.ax_save.plot([0, 160], [60, 60], "r", linewidth=5)
    assert v.get_image()[60, 80].tolist() == [255, 0, 0]
    with pytest.raises(ValueError, match=r"ax_save cannot be another .* _initialize_fig\(\)"):
        v.ax_save = MMEngineVisualizer(image=IMAGE).ax_save
