"""Vector shapes: many of them are drawn in one call of Agg's, as each by itself."""

import sys

import numpy as np
import pytest

from viz_core import Canvas

pytestmark = pytest.mark.filterwarnings("ignore:Warning. The .* is out of bounds")

RNG = np.random.default_rng(3)

TRIANGLE = np.array([[0, 0], [9.5, 2], [3, 8.5]])

DRAW = {
    "lines": lambda canvas, places, **style: canvas.draw_lines(places, places[:, ::-1], **style),
    "circles": lambda canvas, places, **style: canvas.draw_circles(places, 7.3, **style),
    "polygons": lambda canvas, places, **style: canvas.draw_polygons(
        list(places[:, None] + TRIANGLE), **style
    ),
    "dashed boxes": lambda canvas, places, **style: canvas.draw_bboxes(
        np.hstack([places, places + 9.4]), **{"line_styles": "--", **style}
    ),
}


def canvas():
    return Canvas(np.full((90, 120, 3), 50, np.uint8))


def events(draw):
    """Count the calls that drawing makes."""
    count = 0

    def profile(*_):
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        draw()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", [name for name in DRAW if name != "polygons"])
def test_a_shape_more_costs_hardly_a_call_more(shape):
    places = RNG.uniform(0, 80, (3000, 2))
    DRAW[shape](canvas(), places[:2])  # imports
    few, many = (events(lambda n=n: DRAW[shape](canvas(), places[:n])) for n in (1000, 3000))
    assert many - few <= 2000 * 30  # a call of Agg's for each takes 100


@pytest.mark.parametrize("shape", DRAW)
@pytest.mark.parametrize("is_filled", [False, True])
def test_shapes_of_many_styles_are_drawn_as_one_by_one(shape, is_filled):
    count = 40
    places = RNG.uniform(-20, 110, (count, 2))
    style = {
        "line_widths": RNG.uniform(0.2, 5, count).tolist(),
        "line_styles": RNG.choice(["-", "--", "-.", ":"], count).tolist(),
    }
    colors = [tuple(color) for color in RNG.integers(0, 256, (count, 4)).tolist()]
    style["colors" if shape == "lines" else "edge_colors"] = colors
    if is_filled and shape != "lines":
        style["face_colors"] = ["none", (9, 200, 80, 120), "r", "none"] * (count // 4)
    together, apart = canvas(), canvas()
    DRAW[shape](together, places, **style)
    for i in range(count):
        DRAW[shape](apart, places[i : i + 1], **{name: [of[i]] for name, of in style.items()})
    assert (together.get_image() == apart.get_image()).all()
    assert (together.get_image() != canvas().get_image()).any()
