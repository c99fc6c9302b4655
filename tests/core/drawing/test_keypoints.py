"""Keypoints: which are drawn, how, and which limbs."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from viz_core import Canvas
from viz_core.testing import assert_images_close

POINTS = np.array([[20, 20], [70, 20], [45, 50]])
PAIRS = [(0, 1), (1, 2)]
BLACK = np.zeros((70, 90, 3), np.uint8)


def drawn(keypoints, skeleton=PAIRS, colors="w", **how):
    """Return where points are drawn, and whether the middle of each limb is."""
    image = Canvas(BLACK).draw_keypoints(keypoints, skeleton, colors, **how).get_image()
    points = [bool(image[y, x].any()) for x, y in POINTS]
    middles = POINTS[np.array(PAIRS)].mean(axis=1).astype(int)
    return points, [bool(image[y, x].any()) for x, y in middles]


def with_column(*values):
    return np.hstack([POINTS, np.array(values)[:, None]])


def test_points_and_limbs_are_those_of_matplotlibs_scatter_and_plot():
    colors = ["r", "b", "lime"]
    canvas = Canvas(BLACK).draw_keypoints(POINTS, PAIRS, colors, 100, line_widths=3)
    figure = Figure((0.9, 0.7), dpi=100, facecolor="k")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 90), ylim=(70, 0))
    axes.axis("off")
    for pair, color in zip(PAIRS, colors, strict=False):
        axes.plot(*POINTS[list(pair)].T, color=color, lw=3, solid_capstyle="butt", zorder=1)
    for point, color in zip(POINTS, colors, strict=True):
        axes.scatter(*point, s=100, c=color, zorder=2)
    FigureCanvasAgg(figure).draw()
    theirs = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    assert_images_close(canvas.get_image(), theirs, tolerance=2)


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        (dict(keypoints=POINTS), [True, True, True]),
        (dict(keypoints=with_column(0.9, 0.31, 0.29)), [True, True, False]),
        (dict(keypoints=with_column(0.9, 0.31, 0.29), score_thr=0.5), [True, False, False]),
        (dict(keypoints=POINTS, scores=[0.1, 0.9, np.nan]), [False, True, False]),
        (dict(keypoints=POINTS, visibility=[0, 2, 2]), [False, True, True]),
        (dict(keypoints=POINTS, visibility=[True, True, False]), [True, True, False]),
        (dict(keypoints=np.where([[1], [0], [1]], POINTS, np.nan)), [True, False, True]),
        (dict(keypoints=with_column(1, 1, 1), visibility=[0, 2, 2]), [False, True, True]),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_what_is_missing_hidden_or_unsure_is_not_drawn_nor_its_limbs(how, shown, many):
    if many:
        how = {k: np.asarray(v)[None] if np.ndim(v) else v for k, v in how.items()}
    points, limbs = drawn(**how)
    assert points == shown
    assert limbs == [shown[a] and shown[b] for a, b in PAIRS]


def test_what_is_occluded_is_a_ring_as_large_as_a_disk():
    canvas = Canvas(BLACK).draw_keypoints(POINTS, PAIRS, "w", 200, visibility=[1, 2, 2])
    image = canvas.get_image()[..., 0]
    assert not image[20, 20]
    assert image[20, 70]
    ring, disk = (image[:20, x] > 60 for x in (20, 70))
    assert ring.any()
    assert abs(int(ring.argmax()) - int(disk.argmax())) <= 1
    assert image[20, 45]  # the limb, which ends at the ring
    assert not image[20, 23]


def test_each_keypoint_and_each_limb_may_have_a_color():
    canvas = Canvas(BLACK)
    canvas.draw_keypoints(POINTS, PAIRS, ["r", "lime", "b"], limb_colors=["w", "y"])
    image = canvas.get_image()
    assert [image[y, x].tolist() for x, y in POINTS] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    assert image[20, 45].tolist() == [255, 255, 255]
    canvas.set_image(BLACK).draw_keypoints(POINTS, PAIRS, ["r", "lime", "b"])
    assert canvas.get_image()[20, 45].tolist() == [255, 0, 0]


def test_many_instances_are_drawn_as_each():
    other = POINTS + np.array([3, 8])
    together = Canvas(BLACK).draw_keypoints([POINTS, other], [(0, 1)]).get_image()
    alone = Canvas(BLACK).draw_keypoints(POINTS, [(0, 1)]).draw_keypoints(other).get_image()
    alone = Canvas(alone).draw_lines(other[:2, 0], other[:2, 1]).get_image()
    assert (together != alone).any(axis=-1).mean() < 0.01  # only which of them is on top


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (dict(keypoints=POINTS, visibility=[0, 1, 3]), "visibility must be 0 .*, 1 .* or 2.*got 3"),
        (
            dict(keypoints=POINTS, visibility=[0, 1]),
            r"visibility must have shape \(3,\) or \(1, 3\)",
        ),
        (dict(keypoints=POINTS, scores=[0.5]), r"scores must have shape .* got \(1,\)"),
        (dict(keypoints=with_column(1, 1, 1), scores=[1, 1, 1]), "beside keypoints with a third"),
    ],
)
def test_what_does_not_belong_together_is_named(how, message):
    with pytest.raises(ValueError, match=message):
        drawn(**how)


def test_instances_without_keypoints_draw_nothing():
    canvas = Canvas(BLACK).draw_keypoints(np.zeros((2, 0, 2)), PAIRS, limb_colors="r")
    assert not canvas.get_image().any()
