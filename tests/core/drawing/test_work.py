"""What would take seconds is refused before anything is drawn, and what people draw is not."""

import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path

from viz_core import Canvas
from viz_core.drawing import text_work, work

RNG = np.random.default_rng(0)

ONE_PIXEL, TEN_PIXELS = 0.72, 7.2  # in points
FILL = {"edge_colors": "none", "face_colors": "r"}
THIN = {"line_widths": ONE_PIXEL, "alpha": 1}
SQUARE = [[50, 50], [150, 50], [150, 150], [50, 150]]
SPIKES = [[10, 50], [110, 50]] * 50 + [[10, 50]]
MASK = np.ones((1, 10, 10), bool)
EDGED = {"pad": 7.2, "linewidth": ONE_PIXEL}

# Of a new line in a new font: of three letters, 21 pixels wide and 15 high.
TEXT = 10_000_000 + 10_000 + 600_000 + 3 * 120_000 + 100_000 + 315 * (2 + 16 + 16)

#: Each call with the steps that it is, on an image of 400 x 300.
COUNTED = {
    "box, blended": (
        lambda c: c.draw_bboxes([10, 10, 110, 60], **FILL, alpha=0.5),
        16_000 + 300 * 30 + 5000 * 8,
    ),
    "box, replaced": (
        lambda c: c.draw_bboxes([10, 10, 110, 60], **FILL, alpha=1),
        16_000 + 300 * 30 + 5000,
    ),
    "box that is not seen": (
        lambda c: c.draw_bboxes([500, 10, 1e300, 60], **THIN),
        16_000 + 2 * 51 * 30 + 0,
    ),
    "box half in the image": (
        lambda c: c.draw_bboxes([-1e300, 10, 50, 60], **FILL),
        16_000 + 200 * 30 + 2500 * 8,
    ),
    "outline of a box": (
        lambda c: c.draw_bboxes([10, 10, 109, 59], **THIN),
        16_000 + 300 * 30 + 300,
    ),
    "dashes": (
        lambda c: c.draw_bboxes([10, 10, 109, 59], **THIN, line_styles=":"),
        16_000 + 300 * 130 + 300,
    ),
    "line": (
        lambda c: c.draw_lines([10, 109], [50, 50], line_widths=ONE_PIXEL),
        15_000 + 101 * 90 + 101,
    ),
    "wide line": (
        lambda c: c.draw_lines([200, 200], [0, 300], line_widths=TEN_PIXELS),
        15_000 + 310 * 90 + 3100,
    ),
    "line that covers the image": (
        lambda c: c.draw_lines([200, 200], [0, 300], line_widths=10_000),
        15_000 + 700 * 90 + 2 * 120_000,
    ),
    "two circles": (
        lambda c: c.draw_circles([[200, 100], [200, 200]], 49.5, line_widths=ONE_PIXEL),
        2 * (16_000 + 400 * 110 + 400 * 8),
    ),
    "square": (lambda c: c.draw_polygons(SQUARE, **THIN), 28_000 + 400 * 120 + 400 + 4 * 1500),
    "line from far away": (
        lambda c: c.draw_lines([-1e5, 1], [50, 50], line_widths=ONE_PIXEL),
        15_000 + 130_000 + 2.5 * 90 + 2.5,
    ),
    "spikes": (lambda c: c.draw_polygons(SPIKES, **THIN), 28_000 + 10_000 * 500 + 404 + 101 * 1500),
    "filled spikes": (
        lambda c: c.draw_polygons(SPIKES, **FILL),
        28_000 + 10_000 * 500 + 101 * 1500,
    ),
    "points of one color": (
        lambda c: c.draw_points(np.full((1000, 2), 50.0), "w", "s"),
        1000 * 1000 + 250_000 + 5 * 100 + 4 * 6 / 0.72 * 120 + 1000 * 5 * (6 / 0.72 + 4) ** 2,
    ),
    "points of two colors and opacities": (
        lambda c: c.draw_points([[5, 5], [9, 9]], ["w", (9, 9, 9, 9)], "s"),
        2 * (2500 + 250_000 + 5 * 100 + 4 * 6 / 0.72 * 120 + 5 * (6 / 0.72 + 4) ** 2),
    ),
    "large point": (
        lambda c: c.draw_points([200, 150], "w", "s", 99**2),
        1000 + 45_000 + 5 * 100 + 4 * 99 / 0.72 * 120 + 9 * (100 / 0.72) ** 2,
    ),
    "text": (lambda c: c.draw_texts("abc", [5, 5], TEN_PIXELS), TEXT),
    "text, measured": (lambda c: c.measure_texts("abc", TEN_PIXELS), TEXT),
    "scores": (
        lambda c: c.draw_texts(["abc12.5", "abc7"], [[5, 5]] * 2, TEN_PIXELS),
        TEXT + 10_000 + (7 + 4 - 3) * 7 * 15 * 2,
    ),
    "two colors": (
        lambda c: c.draw_texts(["abc"] * 2, [[5, 5]] * 2, TEN_PIXELS, ["r", "w"]),
        TEXT + 10_000 + 100_000 + 315 * (2 + 16),
    ),
    "two lines": (
        lambda c: c.draw_texts("abc\nabc", [5, 5], TEN_PIXELS),
        TEXT + 10_000 + 30_000 + 315 * 2,
    ),
    "turned": (
        lambda c: c.draw_texts("ab7", [5, 5], TEN_PIXELS, rotations=45),
        TEXT + 30_000 + (36**2 / 2 - 315) * (2 + 16 + 16),
    ),
    "edge of a background": (
        lambda c: c.draw_texts("abc", [5, 5], TEN_PIXELS, bboxes=EDGED),
        TEXT + 30_000 + 80_000 + (42 * 36 - 315) * 2 + 156 * 100 + (42 * 36 + 156) * 8,
    ),
    "mask": (
        lambda c: c.draw_binary_masks(MASK, offsets=[[5, 5]]),
        20_000 + 100 * 0.2 + 100 * 7,
    ),
    "mask by columns": (
        lambda c: c.draw_binary_masks(MASK.repeat(2, 2)[..., ::2], offsets=[[395, 5]]),
        20_000 + 50 * 3 + 50 * 7,
    ),
}


def refused(draw):
    """Return the steps that a call is refused for; its image is as it was."""
    canvas = Canvas(np.zeros((300, 400, 3), np.uint8))
    with pytest.raises(ValueError, match="steps of work in one call, got") as error:
        draw(canvas)
    assert not canvas.get_image().any()
    return int(re.search(r"got ([\d,]+)", str(error.value))[1].replace(",", ""))


@pytest.mark.filterwarnings("ignore:.*out of bounds")
@pytest.mark.parametrize("name", COUNTED)
def test_a_call_is_so_much_work_and_refused_where_less_is_allowed(monkeypatch, name):
    draw, steps = COUNTED[name]
    monkeypatch.setattr(work, "MOST", math.ceil(steps) - 1)
    assert refused(draw) == pytest.approx(steps, abs=1)
    monkeypatch.setattr(work, "MOST", math.ceil(steps) + 1)
    draw(Canvas(np.zeros((300, 400, 3), np.uint8)))


@pytest.mark.filterwarnings("ignore:.*out of bounds")
@pytest.mark.parametrize("seed", range(20))
def test_shapes_that_are_little_work_at_a_glance_are_so_when_counted(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-50, 450, (3, 2))
    style = {
        "line_widths": 10 ** rng.uniform(-2, 4),
        "line_styles": str(rng.choice(["-", ":"])),
        "face_colors": str(rng.choice(["none", "r"])),
        "alpha": float(rng.choice([0.5, 1])),
    }
    line = {"line_widths": style["line_widths"], "line_styles": style["line_styles"]}
    for draw in (
        lambda c: c.draw_bboxes(np.sort(corners[:2], axis=0).reshape(4), **style),
        lambda c: c.draw_polygons(corners, **style),
        lambda c: c.draw_circles(corners, 10 ** rng.uniform(0, 3), **style),
        lambda c: c.draw_lines(corners[:2, 0], corners[:2, 1], **line),
    ):
        monkeypatch.setattr(work, "MOST", 0)
        state = rng.bit_generator.state
        steps = refused(draw)
        monkeypatch.setattr(work, "MOST", steps - 1)
        rng.bit_generator.state = state
        assert refused(draw) == steps


@pytest.mark.parametrize("seed", range(12))
def test_texts_that_are_little_work_at_a_glance_are_so_when_counted(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    letters = [*"abc \u2190\n"] if seed % 2 else [*"xyz"]
    texts = ["".join(rng.choice(letters, rng.integers(1, 60))) for _ in range(rng.integers(1, 9))]
    style = {
        "font_sizes": rng.choice([5.0, 12.0, 40.0], len(texts)).tolist(),
        "rotations": float(rng.choice([0, 45])),
        "bboxes": [None, {"pad": 99, "edgecolor": "none"}, {"boxstyle": "round"}][seed % 3],
    }
    counted = []
    monkeypatch.setattr(text_work, "check_work", lambda *call: counted.append(call[-1]))

    def draw():
        counted.clear()
        Canvas(np.zeros((300, 400, 3), np.uint8)).draw_texts(
            texts, np.zeros((len(texts), 2)), **style
        )
        return counted

    monkeypatch.setattr(text_work, "work", SimpleNamespace(MOST=0))
    steps = draw()[-1]
    monkeypatch.setattr(text_work, "work", SimpleNamespace(MOST=steps - 1))
    assert draw()[-1] == steps


def test_two_billion_steps_are_allowed():
    work.check_work("x", 9, 2_000_000_000)
    text = (
        "x must be at most 2,000,000,000 steps of work in one call, got 2,000,000,001 for 9; draw"
    )
    with pytest.raises(ValueError, match=text):
        work.check_work("x", 9, 2_000_000_001)


def scattered(count, width=640, height=480):
    return RNG.uniform(0, 1, (count, 2)) * (width, height)


def boxes(count, width=640, height=480):
    return np.sort(RNG.uniform(0, 1, (count, 2, 2)) * (width, height), axis=1).reshape(-1, 4)


COUNT = 100_000
COLORS = RNG.integers(0, 256, (COUNT, 3))
WORDS = [f"word {number}." for number in range(3000)]

#: What took 2.5 to 100 seconds.
TOO_MUCH = {
    "lines": lambda c: c.draw_lines(*RNG.uniform(0, 480, (2, COUNT, 2))),
    "dashed lines": lambda c: c.draw_lines(*RNG.uniform(0, 480, (2, COUNT, 2)), line_styles="--"),
    "filled boxes": lambda c: c.draw_bboxes(boxes(COUNT), face_colors="r"),
    "dashed boxes": lambda c: c.draw_bboxes(boxes(COUNT), line_styles=":"),
    "filled circles": lambda c: c.draw_circles(scattered(COUNT), 30, face_colors="r"),
    "small polygons": lambda c: c.draw_polygons([[[1, 1], [9, 1], [9, 9]]] * COUNT),
    "turned boxes": lambda c: c.draw_rotated_bboxes([[300, 200, 400, 300, 30]] * 60_000),
    "lines of many points": lambda c: c.draw_polylines(RNG.uniform(0, 480, (50_000, 3, 2))),
    "lines that fade": lambda c: c.draw_polylines(scattered(12_000).reshape(6000, 2, 2), fade=True),
    "large lines that fade": lambda c: c.draw_polylines([[[0, 0], [400, 300]]] * 999, fade=True),
    "a line of many points that fades": lambda c: c.draw_polylines(scattered(COUNT), fade=True),
    "limbs": lambda c: c.draw_keypoints(scattered(COUNT).reshape(-1, 2, 2), [(0, 1)] * 2),
    "keypoints": lambda c: c.draw_keypoints(scattered(2_100_000)),
    "points of many sizes": lambda c: c.draw_points(
        scattered(COUNT), COLORS, sizes=[*range(1, 3001)] * 34
    ),
    "points of many opacities": lambda c: c.draw_points(
        scattered(COUNT), RNG.integers(0, 256, (COUNT, 4)), sizes=RNG.uniform(1, 1600, COUNT)
    ),
    "a polygon of many corners": lambda c: c.draw_polygons(np.full((1_400_000, 2), 5.0)),
    "numerals that letters reach into": lambda c: c.draw_texts(
        [f"f{number}" for number in range(4000)],
        scattered(4000),
        font_properties=FontProperties(style="italic"),
    ),
    "a marker of many corners": lambda c: c.draw_points(
        scattered(30), marker=Path(RNG.uniform(-1, 1, (1000, 2))), sizes=1e6
    ),
    "texts with an edge": lambda c: c.draw_texts(
        ["a"] * COUNT, scattered(COUNT), bboxes={"pad": 1}
    ),
    "texts of sizes of their own": lambda c: c.draw_texts(
        ["a"] * 500, scattered(500), list(np.linspace(8, 20, 500))
    ),
    "different texts": lambda c: c.draw_texts([f"{word}x" for word in WORDS], scattered(3000)),
    "turned texts": lambda c: c.draw_texts(WORDS, scattered(3000), rotations=45),
    "turned each": lambda c: c.draw_texts(
        ["a"] * 9000, scattered(9000), rotations=list(np.linspace(1, 89, 9000))
    ),
    "different texts, measured": lambda c: c.measure_texts([f"{word}x" for word in WORDS]),
    "masks": lambda c: c.draw_binary_masks([np.ones((300, 400), bool)] * 5000),
    "empty masks": lambda c: c.draw_binary_masks([np.zeros((300, 400), bool)] * 90_000),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_would_take_seconds_is_refused_before_anything_is_drawn(name):
    assert refused(TOO_MUCH[name]) > work.MOST


#: What people draw, and more of it than most.
LABELS = {"bboxes": {"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}}
ALLOWED = {
    "100,000 small boxes": (640, 480, lambda c: c.draw_bboxes(boxes(COUNT, 8, 8))),
    "1,000 boxes, each half of the image": (
        1920,
        1080,
        lambda c: c.draw_bboxes(np.tile([0.0, 0, 1360, 760], (1000, 1))),
    ),
    "100 boxes, each filling 4K": (
        3840,
        2160,
        lambda c: c.draw_bboxes(np.tile([0.0, 0, 3840, 2160], (100, 1)), face_colors="r"),
    ),
    "10,000 boxes in 4K": (3840, 2160, lambda c: c.draw_bboxes(boxes(10_000, 640, 480))),
    "1,000,000 points": (640, 480, lambda c: c.draw_points(scattered(1_000_000))),
    "100,000 points in colors": (640, 480, lambda c: c.draw_points(scattered(COUNT), COLORS)),
    "10,000 labels": (
        1920,
        1080,
        lambda c: c.draw_texts(
            [f"{word} {score:.1f}" for word in WORDS[:90] for score in range(112)][:10_000],
            scattered(10_000),
            **LABELS,
        ),
    ),
    "10,000 labels with an edge": (
        640,
        480,
        lambda c: c.draw_texts(["person: 87.3"] * 10_000, scattered(10_000), bboxes={"pad": 1}),
    ),
    "60 masks in 4K": (
        3840,
        2160,
        lambda c: c.draw_binary_masks([np.ones((1080, 1920), bool)] * 60, offsets=[[9, 9]] * 60),
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_people_draw_is_allowed(monkeypatch, name):
    width, height, draw = ALLOWED[name]
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    monkeypatch.setattr(work, "MOST", 2_000_000_000)
    draw(canvas)
    assert canvas.get_image().any()
