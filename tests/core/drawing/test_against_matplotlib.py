"""Our pixels against those of the same collections in a matplotlib Figure, as MMEngine draws them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PatchCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from viz_core import Canvas
from viz_core.testing import assert_images_close

HEIGHT, WIDTH, DPI = 90, 120, 100
GROUND = np.full((HEIGHT, WIDTH, 3), (150, 120, 90), np.uint8)
STYLES = ["-", "--", "-.", ":"]


def in_a_figure(artists, width=WIDTH, height=HEIGHT):
    """Return what matplotlib draws over the ground, in pixel coordinates."""
    figure = Figure((width / DPI, height / DPI), dpi=DPI, facecolor=GROUND[0, 0] / 255)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    for artist in artists:
        axes.add_collection(artist, autolim=False)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def corners_of(x1, y1, x2, y2):
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("width", [1, 2, 3.5, 7])
def test_boxes_are_matplotlibs(style, width):
    boxes = np.array([[10.0, 12.0, 60.0, 50.0], [30.3, 20.7, 110.2, 80.9]])
    ours = Canvas(GROUND).draw_bboxes(boxes, "r", style, width, "b", 0.6).get_image()
    artist = PolyCollection(
        [corners_of(*box) for box in boxes],
        edgecolors=[(1, 0, 0, 0.6)],
        facecolors=[(0, 0, 1, 0.6)],
        linestyles=style,
        linewidths=width,
    )
    theirs = in_a_figure([artist])
    assert_images_close(ours, theirs)


@pytest.mark.parametrize("style", STYLES)
def test_solid_frames_are_matplotlibs_at_every_width(style):
    widths = (0.5, 1, 1.44, 2, 2.16, 3, 5)
    if style == "-":
        widths += (0.003, 0.004, 0.05, 0.3, 0.71, 0.72, 0.73, 1.07, 1.09, 4.31, 4.33, 7, 13.3, 20)
    for width in widths:
        ours = Canvas(GROUND).draw_bboxes(np.array([20, 15, 90, 70]), "lime", style, width)
        artist = PolyCollection(
            [corners_of(20, 15, 90, 70)],
            edgecolors=[(0, 1, 0, 0.8)],
            facecolors="none",
            linestyles=style,
            linewidths=width,
        )
        assert_images_close(ours.get_image(), in_a_figure([artist]), tolerance=1)


def test_boxes_of_many_styles_lie_over_each_other_as_matplotlibs():
    boxes = np.array([[10 + 9.4 * i, 8 + 7.3 * i, 60 + 7.6 * i, 50 + 5.8 * i] for i in range(6)])
    edges, faces = ["r", "lime", "b", "none", "w", "k"], ["none", "none", "y", "c", "none", "none"]
    styles, widths, alphas = (
        ["-", "-", "--", "-", "-", "-"],
        [2, 4, 3, 2, 4, 4],
        [0.9, 0.9, 0.4] * 2,
    )
    ours = Canvas(GROUND).draw_bboxes(boxes, edges, styles, widths, faces, alphas).get_image()
    artist = PolyCollection(
        [corners_of(*box) for box in boxes],
        edgecolors=[to_rgba(c, a * (c != "none")) for c, a in zip(edges, alphas, strict=True)],
        facecolors=[to_rgba(c, a * (c != "none")) for c, a in zip(faces, alphas, strict=True)],
        linestyles=styles,
        linewidths=[w * (c != "none") for c, w in zip(edges, widths, strict=True)],
    )
    assert_images_close(ours, in_a_figure([artist]), tolerance=2)  # one for each outline below


@pytest.mark.parametrize("right", [8191, 8192, 8193, 8194, 8195, 8800])
def test_solid_boxes_about_as_long_as_stencils_are_matplotlibs(right):
    ground = np.full((40, 9000, 3), GROUND[0, 0])
    ours = Canvas(ground).draw_bboxes(np.array([2, 5, right, 20]), "r", alpha=0.5).get_image()
    artist = PolyCollection(
        [corners_of(2, 5, right, 20)],
        edgecolors=[(1, 0, 0, 0.5)],
        facecolors="none",
        linewidths=2,
    )
    theirs = in_a_figure([artist], 9000, 40)
    # All but the corners, whose joins Agg leaves out where it draws a line in parts.
    assert_images_close(ours[:, 5 : right - 3], theirs[:, 5 : right - 3], tolerance=1)
    assert_images_close(ours[8:17], theirs[8:17], tolerance=1)


@pytest.mark.parametrize("style", STYLES)
def test_circles_and_polygons_are_matplotlibs(style):
    # Two of each: of a collection of one, matplotlib draws a marker, which it moves to whole pixels.
    corners = np.array([[15.2, 20.1], [100.7, 10.0], [80.0, 75.5], [30.0, 60.0]])
    polygons = [corners, corners * 0.5 + 30.3]
    centers, radii = np.array([[60.5, 45.2], [30.1, 30.9]]), np.array([25.3, 12.6])
    canvas = Canvas(GROUND)
    canvas.draw_circles(centers, radii, "r", style, 3, "none", 0.7)
    canvas.draw_polygons(polygons, "b", style, 2, "y", 0.5)
    circles = PatchCollection(
        [Circle(center, radius) for center, radius in zip(centers, radii, strict=True)],
        edgecolors=[(1, 0, 0, 0.7)],
        facecolors="none",
        linestyles=style,
        linewidths=3,
    )
    shapes = PolyCollection(
        polygons,
        edgecolors=[(0, 0, 1, 0.5)],
        facecolors=[(0.75, 0.75, 0, 0.5)],
        linestyles=style,
        linewidths=2,
    )
    assert_images_close(canvas.get_image(), in_a_figure([circles, shapes]))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("width", [0.4, 1, 2, 3.5, 8])
def test_lines_are_matplotlibs(style, width):
    ends = np.array(
        [[[10, 20], [110, 20]], [[15.5, 80.2], [15.5, 8.7]], [[20.3, 75.1], [101.2, 30.6]]]
    )
    colors = ["r", "#0000ff80", "lime"]
    ours = Canvas(GROUND).draw_lines(ends[..., 0], ends[..., 1], colors, style, width)
    lines = LineCollection(ends, colors=colors, linestyles=style, linewidths=width)
    assert_images_close(ours.get_image(), in_a_figure([lines]))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("unit", ["degrees", "radians"])
def test_rotated_boxes_are_matplotlibs(style, unit):
    boxes = np.array([[60.3, 45.2, 80, 20.5, 30], [30.1, 60.7, 12, 40, -100.5]])
    artist = PatchCollection(
        [
            Rectangle((x - w / 2, y - h / 2), w, h, angle=angle, rotation_point="center")
            for x, y, w, h, angle in boxes  # y is down here, and so is the turn
        ],
        edgecolors=[(1, 0, 0, 0.6)],
        facecolors=[(0, 0, 1, 0.6)],
        linestyles=style,
        linewidths=3,
    )
    theirs = in_a_figure([artist])
    if unit == "radians":
        boxes[:, 4] = np.deg2rad(boxes[:, 4])
    canvas = Canvas(GROUND).draw_rotated_bboxes(boxes, "r", style, 3, "b", 0.6, angle_unit=unit)
    assert_images_close(canvas.get_image(), theirs)


@pytest.mark.parametrize("turns", [(1, 1), (1, -1), (-1, 1)])
def test_polygons_with_holes_are_matplotlibs(turns):
    outline = np.array([[10.2, 8.1], [110.7, 12.0], [100.0, 80.5], [20.0, 70.0]])
    holes = [outline * 0.3 + [10, 15], outline * 0.2 + [70, 40]]
    rings = [outline, holes[0][:: turns[0]], holes[1][:: turns[1]]]
    square = np.array([[80, 10], [115, 10], [115, 30], [80, 30]])
    canvas = Canvas(GROUND).draw_polygons([rings, square], "r", "-", 2, ["b", "y"], 0.5)
    opposite = [outline, holes[0][::-1], holes[1][::-1]]
    paths = [Path([*ring, ring[0]], closed=True) for ring in opposite]
    shapes = PatchCollection(
        [
            PathPatch(Path.make_compound_path(*paths)),
            PathPatch(Path([*square, square[0]], closed=True)),
        ],
        edgecolors=[(1, 0, 0, 0.5)],
        facecolors=[(0, 0, 1, 0.5), (0.75, 0.75, 0, 0.5)],
        linewidths=2,
    )
    assert_images_close(canvas.get_image(), in_a_figure([shapes]))


@pytest.mark.parametrize("style", STYLES)
def test_polylines_are_matplotlibs(style):
    lines = [
        np.array([[10, 20], [110, 25], [60.5, 80.2], [15.5, 8.7]]),
        np.array([[20.3, 75.1], [101.2, 30.6]]),
    ]
    colors = ["r", "#0000ff80"]
    ours = Canvas(GROUND).draw_polylines(lines, colors, style, 3).get_image()
    theirs = LineCollection(lines, colors=colors, linestyles=style, linewidths=3)
    assert_images_close(ours, in_a_figure([theirs]))


def test_what_fades_is_as_opaque_as_matplotlibs_pieces():
    line = np.array([[20, 45], [84, 45]])  # a pixel a piece
    ours = Canvas(GROUND).draw_polylines(line, "r", "-", 7.2, fade=True).get_image()
    x = np.arange(20, 85)
    ends = np.stack([x, np.full(65, 45)], axis=1)
    colors = [(1, 0, 0, (number + 0.5) / 64) for number in range(64)]
    pieces = LineCollection(np.stack([ends[:-1], ends[1:]], axis=1), colors=colors, linewidths=7.2)
    theirs = in_a_figure([pieces])
    assert_images_close(ours[:, 20:84], theirs[:, 20:84], tolerance=4)  # half of a piece


def test_shapes_that_are_far_from_each_other_are_matplotlibs():
    """Each is drawn in a part of the image of its own, in their order."""
    centers = np.array([[20.3, 30.2], [580.6, 370.1], [590.2, 360.4], [300.5, 15.5]])
    radii = np.array([12.2, 15.1, 9.7, 10.4])
    colors = ["r", "b", "lime", "y"]
    ground = np.full((400, 600, 3), GROUND[0, 0])
    ours = Canvas(ground).draw_circles(centers, radii, "w", "-", 3, colors, 0.7).get_image()
    circles = PatchCollection(
        [Circle(center, radius) for center, radius in zip(centers, radii, strict=True)],
        edgecolors=[(1, 1, 1, 0.7)],
        facecolors=[to_rgba(color, 0.7) for color in colors],
        linewidths=3,
    )
    assert_images_close(ours, in_a_figure([circles], 600, 400))


positions = st.floats(-500, 500, allow_nan=False, width=32)


@settings(max_examples=60, deadline=None)
@given(
    corners=st.lists(st.tuples(positions, positions), min_size=2, max_size=2),
    width=st.floats(0.3, 12),
    alpha=st.floats(0, 1),
    style=st.sampled_from(STYLES),
)
@pytest.mark.filterwarnings("ignore:.*out of bounds")
def test_boxes_anywhere_are_matplotlibs_where_they_are_seen(corners, width, alpha, style):
    (x1, x2), (y1, y2) = (sorted(c) for c in zip(*corners, strict=True))
    ours = Canvas(GROUND).draw_bboxes(np.array([x1, y1, x2, y2]), "r", style, width, alpha=alpha)
    artist = PolyCollection(
        [corners_of(x1, y1, x2, y2)],
        edgecolors=[(1, 0, 0, alpha)],
        facecolors="none",
        linestyles=style,
        linewidths=width,
    )
    if style == "-":  # where the dashes begin on a box that is clipped is matplotlib's affair
        assert_images_close(ours.get_image(), in_a_figure([artist]), tolerance=1)
    else:
        assert ours.get_image().shape == GROUND.shape


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    points=st.lists(st.tuples(positions, positions), min_size=1, max_size=5),
    size=st.floats(0, 400),
)
@pytest.mark.filterwarnings("ignore:.*out of bounds")
def test_nothing_fails_on_any_image(height, width, points, size):
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    xy = np.array(points)
    canvas.draw_points(xy, "r", sizes=size).draw_circles(xy, np.full(len(xy), size / 10), "b")
    canvas.draw_polygons(xy, face_colors="g").draw_lines(xy, xy[:, ::-1], "w")
    canvas.draw_texts(["x"] * len(xy), xy, bboxes={"facecolor": "b"})
    canvas.draw_binary_masks(np.ones((height, width), bool), "w", 0.5)
    assert canvas.get_image().shape == (height, width, 3)
    assert canvas.get_image().min() >= 127


def test_masks_are_exact_to_one_level():
    rng = np.random.default_rng(1)
    ground = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    mask = rng.random((HEIGHT, WIDTH)) > 0.5
    for alpha in (0, 0.25, 0.5, 0.8, 1):
        drawn = Canvas(ground).draw_binary_masks(mask, (200, 30, 90), alpha).get_image()
        inside = ground * (1 - alpha) + np.array([200, 30, 90]) * alpha
        assert np.abs(drawn - inside)[mask].max() <= 1
        assert (drawn == ground)[~mask].all()


def test_one_mask_color_and_opacity_each():
    masks = np.zeros((2, HEIGHT, WIDTH), bool)
    masks[0, :20], masks[1, 40:] = True, True
    drawn = Canvas(np.full_like(GROUND, 100)).draw_binary_masks(masks, ["r", "b"], [0.5, 1.0])
    assert np.abs(drawn.get_image()[5, 5].astype(int) - [178, 50, 50]).max() <= 1
    assert drawn.get_image()[80, 5].tolist() == [0, 0, 255]
