"""Drawing in MMEngine's order, compared with MMEngine."""

import copy
import pickle
import warnings

import numpy as np
import pytest
import torch
from alike import difference
from mmengine.visualization import Visualizer as MMEngineVisualizer

import viz_mmdet_adapter
from viz_core import Canvas, VizWarning
from viz_mmdet_adapter.mmengine import DetLocalVisualizer, Visualizer
from viz_mmdet_adapter.mmengine.layers import LayeredCanvas

IMAGE = np.full((120, 160, 3), 120, np.uint8)
BOX = np.array([20.0, 20, 140, 100])
LEFT = np.zeros((120, 160), bool)
LEFT[:, :80] = True


def on_both(draw, image=IMAGE):
    """Return what is drawn on ours and on MMEngine's."""
    images = []
    for cls in (Visualizer, MMEngineVisualizer):
        visualizer = cls(image=image)
        draw(visualizer)
        images.append(visualizer.get_image())
    return images


ORDERS = {
    "box, mask": lambda v: v.draw_bboxes(BOX, "r").draw_binary_masks(LEFT, "b"),
    "text, mask": lambda v: v.draw_texts("label", BOX[:2], 20, "r").draw_binary_masks(LEFT, "b"),
    "text, box": lambda v: v.draw_texts("label", BOX[:2], 40, "r").draw_bboxes(
        BOX, "k", face_colors="w", alpha=1.0
    ),
    "line, mask, circle": lambda v: (
        v.draw_lines(BOX[::2], BOX[1::2], "r", line_widths=5)
        .draw_binary_masks(LEFT, "b", 0.9)
        .draw_circles(BOX[:2] + 40, np.array([30.0]), "k", face_colors="y")
    ),
    "points, mask": lambda v: v.draw_points(BOX[:2], "r", sizes=np.array([900])).draw_binary_masks(
        LEFT, "b"
    ),
    "tensors": lambda v: v.draw_bboxes(torch.tensor(BOX), "r").draw_binary_masks(
        torch.tensor(LEFT), "b"
    ),
    "two masks": lambda v: (
        v.draw_binary_masks(LEFT, "b", 0.5).draw_bboxes(BOX, "r").draw_binary_masks(~LEFT, "y", 0.5)
    ),
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_layers_is_mmengines(order):
    ours, theirs = on_both(ORDERS[order])
    assert difference(ours, theirs) < 1.5
    in_order = Canvas(IMAGE)
    ORDERS[order](in_order)
    if order != "two masks":
        assert difference(in_order.get_image(), theirs) > 1.5 * difference(ours, theirs)


def test_nothing_is_drawn_again_in_the_order_of_layers():
    visualizer, canvas = Visualizer(image=IMAGE), Canvas(IMAGE)
    for each in (visualizer, canvas):
        each.draw_binary_masks(LEFT, "b").draw_bboxes(BOX, alpha=0.5).draw_texts("a", BOX[:2])
    assert (visualizer.get_image() == canvas.get_image()).all()


def test_it_is_the_order_of_the_calls_that_is_kept_within_a_layer():
    ours, theirs = on_both(
        lambda v: (
            v.draw_polygons([np.array([[0, 0], [90, 0], [90, 90]])], face_colors="r", alpha=1.0)
            .draw_circles(np.array([60, 40]), np.array([30]), face_colors="b", alpha=1.0)
            .draw_binary_masks(LEFT, "w")
        )
    )
    assert ours[40, 60].tolist() == theirs[40, 60].tolist() == [0, 0, 255]


def test_each_shape_is_drawn_twice_at_most_for_one_look(monkeypatch):
    calls = []
    monkeypatch.setattr("viz_core.drawing.texts.draw_texts", lambda *args: calls.append(args[1][0]))
    visualizer = Visualizer(image=IMAGE)
    for i in range(50):
        visualizer.draw_binary_masks(LEFT, "b", 0.1).draw_texts(str(i), BOX[:2])
    visualizer.get_image()
    visualizer.get_image()
    assert sorted(calls) == sorted([*map(str, range(50))] * 2)


def test_what_is_drawn_is_what_the_arguments_were():
    box, colors = BOX.copy(), ["r"]
    visualizer = Visualizer(image=IMAGE).draw_bboxes(box, colors)
    expected = Visualizer(image=IMAGE).draw_bboxes(box, colors).draw_binary_masks(LEFT, "b")
    box += 1000
    colors[0] = "k"
    visualizer.draw_binary_masks(LEFT, "b")
    colors[:] = []
    assert (visualizer.get_image() == expected.get_image()).all()
    assert not (visualizer.get_image() == Visualizer(image=IMAGE).get_image()).all()


def test_a_call_that_raises_is_not_drawn_later():
    visualizer = Visualizer(image=IMAGE)
    with pytest.raises(ValueError, match="colors must be a color"):
        visualizer.draw_texts("a", BOX[:2], colors="colour")
    with pytest.raises(ValueError, match="binary_masks must"):
        visualizer.draw_bboxes(BOX, "r").draw_binary_masks(LEFT[:5])
    visualizer.draw_binary_masks(LEFT, "b")
    assert visualizer.get_image()[60, 10].tolist() == [24, 24, 228]


def test_what_leaves_the_image_is_told_once():
    visualizer = Visualizer(image=IMAGE)
    with pytest.warns(UserWarning, match="bbox is out of bounds") as told:
        visualizer.draw_bboxes(BOX + 100).draw_binary_masks(LEFT).get_image()
    assert len(told) == 1


def test_another_image_starts_over():
    visualizer = Visualizer(image=IMAGE).draw_bboxes(BOX, "r")
    visualizer.set_image(IMAGE[:50]).draw_binary_masks(LEFT[:50], "b", 1.0)
    expected = np.where(LEFT[:50, :, None], (0, 0, 255), 120)
    assert (visualizer.get_image() == expected).all()


@pytest.mark.parametrize("width", [0, 0.3, np.float32(0.5), [0.1], np.array([0.2]), (0.5,)])
def test_outlines_are_one_point_wide_at_least(width):
    polygon = [np.array([[20, 20], [120, 30], [60, 100]])]
    for name, shape in (
        ("draw_bboxes", (BOX,)),
        ("draw_polygons", (polygon,)),
        ("draw_circles", (np.array([[80, 60]]), np.array([30]))),
    ):
        seen = []
        for given in (width, 1):
            visualizer = Visualizer(image=IMAGE)
            getattr(visualizer, name)(*shape, "k", line_widths=given)
            seen.append(visualizer.get_image())
            getattr(visualizer.set_image(IMAGE), name)(*shape, "k", "-", given)
            seen.append(visualizer.get_image())
        assert (np.ptp(seen, axis=0) == 0).all()
    thin = Visualizer(image=IMAGE).draw_lines(BOX[::2], BOX[1::2], "k", line_widths=0.3)
    wide = Visualizer(image=IMAGE).draw_lines(BOX[::2], BOX[1::2], "k", line_widths=1)
    assert thin.get_image().mean() > wide.get_image().mean()  # MMEngine's too


def test_samples_look_as_they_do_without_mmengine():
    fields = dict(bboxes=BOX[None], labels=[0], masks=LEFT[None])
    whole = dict(gt_instances=fields, gt_sem_seg=dict(sem_seg=LEFT[None].astype(int)))
    images = []
    for cls in (DetLocalVisualizer, viz_mmdet_adapter.visualizer.DetLocalVisualizer):
        visualizer = cls()
        visualizer.dataset_meta = {"classes": ["a", "b"], "palette": [(255, 0, 0), (0, 0, 255)]}
        visualizer.add_datasample("a", IMAGE, whole, draw_pred=False)
        images.append(visualizer.get_image())
    assert (images[0] == images[1]).all()
    visualizer = DetLocalVisualizer(image=IMAGE).draw_bboxes(BOX, "r").draw_binary_masks(LEFT, "b")
    assert (visualizer.get_image() == on_both(ORDERS["box, mask"])[0]).all()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_has_the_image_with_all_that_was_drawn(copied):
    visualizer = Visualizer(image=IMAGE).draw_bboxes(BOX, "r").draw_binary_masks(LEFT, "b")
    visualizer.ax_save.plot([0, 160], [0, 120])
    other = copied(visualizer)
    assert (other.get_image() == visualizer.get_image()).all()
    other.draw_bboxes(BOX, "k")
    assert (other.get_image() != visualizer.get_image()).any()


def test_a_notebook_shows_all_that_was_drawn():
    visualizer = Visualizer(image=IMAGE).draw_bboxes(BOX, "r").draw_binary_masks(LEFT, "b")
    assert visualizer._repr_png_() == Canvas(visualizer.get_image())._repr_png_()
    assert Visualizer()._repr_png_() is None


def test_an_error_names_what_is_wrong_before_there_is_an_image():
    with warnings.catch_warnings():
        warnings.simplefilter("error", VizWarning)
        for call in (
            lambda v: v.draw_bboxes(BOX),
            lambda v: v.draw_binary_masks(LEFT),
            lambda v: v.get_image(),
            lambda v: v.width,
        ):
            with pytest.raises(RuntimeError, match="there is no image to draw on; call set_image"):
                call(Visualizer())


def plot(visualizer):
    with visualizer.axes() as axes:
        axes.plot([100, 150], [30, 90])


#: What viz-core draws and MMEngine does not.
OURS_ALONE = {
    "draw_rotated_bboxes": lambda v: v.draw_rotated_bboxes([120, 60, 30, 20, 30]),
    "draw_polylines": lambda v: v.draw_polylines([[100, 30], [150, 90]]),
    "draw_keypoints": lambda v: v.draw_keypoints([[100, 30], [150, 90]], [(0, 1)]),
    "draw_legend": lambda v: v.draw_legend({"a": "r"}, location="lower right"),
    "axes": plot,
}


@pytest.mark.parametrize("name", OURS_ALONE)
def test_what_mmengine_has_not_stays_above_masks_too(name):
    visualizer = Visualizer(image=IMAGE).draw_bboxes(BOX)
    OURS_ALONE[name](visualizer)
    before = visualizer.get_image()[:, 80:].copy()
    assert (before != Visualizer(image=IMAGE).draw_bboxes(BOX).get_image()[:, 80:]).any()
    visualizer.draw_binary_masks(LEFT, "b")
    np.testing.assert_array_equal(visualizer.get_image()[:, 80:], before)


def test_no_drawing_method_is_forgotten():
    draws = {name for name in vars(Canvas) if name.startswith("draw_")}
    assert draws <= {*vars(LayeredCanvas)}


@pytest.mark.parametrize("name", ["draw_rotated_bboxes", "draw_polylines", "draw_keypoints"])
def test_what_cannot_follow_axes_says_so(name):
    visualizer = Visualizer(image=IMAGE)
    visualizer.ax_save.set_xlim(0, 10)
    with pytest.raises(ValueError, match=f"{name} cannot follow Axes .* or call set_image"):
        OURS_ALONE[name](visualizer)
