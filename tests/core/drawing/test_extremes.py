"""Every drawing call ends soon and in little memory, whatever numbers it is given."""

import json
import re

import numpy as np
import pytest

from viz_core import Canvas
from viz_core.drawing import clipping, points
from viz_core.drawing.clipping import Window, clip_line, huge_circle
from viz_core.testing.processes import run_python

pytestmark = pytest.mark.xdist_group("extremes")

#: Calls with numbers from the extremes of what floats hold. A call that takes 30 s ends the program.
SCRIPT = """
import faulthandler, json, resource, sys, warnings
import numpy as np
from viz_core import Canvas, draw_featmap
from viz_core.drawing import work

work.MOST //= 10  # as much is refused, in a tenth of the time
warnings.simplefilter("error")
warnings.filterwarnings("ignore", ".*(out of bounds|No installed font|spatial dimensions)")
rng = np.random.default_rng(0)
canvas = Canvas(np.zeros((240, 320, 3), np.uint8))
LENGTHS = [0, 1e-300, 1e-9, 1e-3, 0.05, 0.3, 2, 50, 700, 1e4, 1e5, 1e9, 1e100, 1.7e308]
SIGNED = LENGTHS + [-length for length in LENGTHS]
MILLION = 1_000_000

def some(values, *shape):
    return rng.choice(values, shape)

def style(**more):
    return dict(
        line_widths=rng.choice(LENGTHS), line_styles=str(rng.choice(["-", "--", "-.", ":"])), **more
    )

def faces():
    return dict(face_colors=str(rng.choice(["none", "r"])), alpha=rng.choice([0, 1e-9, 0.5, 1]))

def letters(font_sizes=None, rotation=None, **more):
    if font_sizes is None:
        font_sizes = rng.choice(LENGTHS)
    if rotation is None:
        rotation = rng.choice(SIGNED)
    return dict(font_sizes=font_sizes, rotations=rotation, **more)

def background():
    shape = rng.choice(["square", "round", "round,rounding_size=1e9", "round,pad=1e-9"])
    looks = dict(pad=rng.choice(LENGTHS), linewidth=rng.choice(LENGTHS), linestyle="--")
    return dict(looks, boxstyle=str(shape)) if rng.random() < 0.5 else looks

def fuzz():
    yield "draw_bboxes", (np.sort(some(SIGNED, 2, 2), axis=0).reshape(4),), style(**faces())
    yield "draw_polygons", (some(SIGNED, rng.integers(1, 9), 2),), style(**faces())
    turned = np.concatenate([some(SIGNED, 2), some(LENGTHS, 2), some(SIGNED, 1)])
    yield "draw_rotated_bboxes", (turned,), style(**faces())
    rings = [some(SIGNED, rng.integers(1, 9), 2) for _ in range(3)]
    yield "draw_polygons", ([rings],), style(**faces())
    yield "draw_polylines", (rings,), style(fade=bool(rng.random() < 0.5))
    joints = dict(visibility=some([0, 1, 2], 4), sizes=rng.choice(LENGTHS))
    joints["line_widths"] = rng.choice(LENGTHS)
    yield "draw_keypoints", (some([*SIGNED, np.nan], 3, 4, 2), [(0, 1), (1, 2), (3, 0)]), joints
    size = [None, rng.choice(LENGTHS)][rng.integers(2)]
    yield "draw_legend", ({str(i): "r" for i in range(rng.integers(1, 99))},), dict(font_sizes=size)
    yield "draw_circles", (some(SIGNED, 2), rng.choice(LENGTHS)), style(**faces())
    yield "draw_lines", (some(SIGNED, 2), some(SIGNED, 2)), style()
    marker = str(rng.choice(["o", "x", "*", "$hi$", ","]))
    yield "draw_points", (some(SIGNED, 3, 2),), dict(marker=marker, sizes=rng.choice(LENGTHS))
    yield "draw_texts", ("car: 10.5", some(SIGNED, 2)), letters()
    yield "draw_texts", ("a\\nb", some([5, -1e4, 1e300], 2)), letters(12, bboxes=background())
    yield "draw_texts", ("a", (5, 5)), letters(12, 0, bboxes=dict(background(), edgecolor="none"))
    yield "measure_texts", ("car: 10.5", rng.choice(LENGTHS)), {}
    offsets = np.floor(some([0, -3, 2**40, -(2**62), 1e300], 1, 2))
    yield "draw_binary_masks", (np.ones((1, 5, 7), bool),), dict(offsets=offsets, alphas=1e-300)

def many():
    for text in ("a" * MILLION, "1" * MILLION, "a\\n" * MILLION, "\\n" * MILLION, " " * MILLION):
        for rotation in (0, 45, 90):
            yield "draw_texts", (text, (5, 5)), letters(rotation=rotation, font_sizes=10)
        yield "measure_texts", (text,), {}
    yield "draw_texts", ("".join(map(chr, range(0x4E00, 0x4E00 + 1000))), (5, 5)), {}
    yield "draw_texts", ("a" * 999, (5, 5)), {}
    yield "draw_points", ((5, 5),), dict(marker="$" + "a" * MILLION + "$")
    yield "draw_texts", ("a" * 390, (5, 5)), letters(10, 45)
    yield "draw_texts", ("abcd", (5, 5)), letters(500, 45)
    for count in (9000, 100_000, MILLION):
        for reach in (1, 1e4, 1e300):
            corners = rng.uniform(-reach, 240 * reach, (count, 2))
            for line_style in ("-", ":"):
                looks = dict(line_styles=line_style, line_widths=0.3, face_colors="r")
                yield "draw_polygons", (corners,), looks
                del looks["face_colors"]
                yield "draw_polylines", (corners,), dict(looks, fade=line_style == "-")
    for looks in (
        dict(),
        dict(colors=rng.integers(0, 256, (MILLION // 10, 3))),
        dict(sizes=rng.uniform(0, 100, MILLION // 10)),
    ):
        yield "draw_points", (rng.uniform(0, 240, (MILLION // 10, 2)),), looks

def counts():
    words = ["".join(map(chr, row)) for row in rng.integers(97, 123, (2000, 6))]
    for count in (100, 2000, 50_000):
        for reach in (1, 300, 1e300):
            corners = rng.uniform(-reach, reach, (count, 4))
            boxes = np.sort(corners.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
            looks = style(**faces())
            yield "draw_bboxes", (boxes,), looks
            yield "draw_circles", (corners[:, :2], np.abs(corners[:, 2])), looks
            yield "draw_lines", (corners[:, :2], corners[:, 2:]), style()
            yield "draw_polygons", (list(corners.reshape(-1, 2, 2)),), looks
            colors, sizes = rng.integers(0, 256, (count, 4)), np.abs(corners[:, 2]).clip(0, 1e6)
            yield "draw_points", (corners[:, :2],), dict(colors=colors, sizes=sizes)
            masks = [np.ones((int(rng.choice([1, 50, 240])), 320), bool)] * count
            yield "draw_binary_masks", (masks,), dict(offsets=np.floor(corners[:, :2].clip(-9, 99)))
            turns = [float(turn) for turn in corners[:, 0].clip(-360, 360)]
            some = words * (count // len(words) + 1)
            for looks in (dict(), dict(rotations=turns), dict(bboxes=background())):
                yield "draw_texts", (some[:count], corners[:, :2]), dict(looks, font_sizes=10)
            sizes = [float(size) for size in np.abs(corners[:, 0]).clip(1, 500)]
            yield "draw_texts", (["a: 7"] * count, corners[:, :2]), dict(font_sizes=sizes)
            yield "measure_texts", (some[:count],), {}

def maps():
    sizes = [(2**40, 2**40), (1, 2**40), (2**40, 1), (1, 65536), (65536, 1), (8000, 8000)]
    for size in sizes:
        for reduction in ("squeeze_mean", "select_max", "norm", "pca", None):
            yield "draw_featmap", size, dict(channel_reduction=reduction, resize_shape=size)
    for arrangement in ((2**40, 2**40), (1, 2**40), (2**62, 1)):
        for topk in (-(2**62), 3, 2**62):
            looks = dict(channel_reduction=None, topk=topk, arrangement=arrangement)
            yield "draw_featmap", arrangement, looks
    yield "draw_featmap", (), dict(channels=[0] * MILLION, arrangement=(1000, 1000))

def tried():
    for _ in range(150):
        yield from fuzz()
    yield from many()
    yield from counts()
    for name, _, looks in maps():
        yield name, (np.arange(48.0, dtype=np.float32).reshape(3, 4, 4),), looks

done = {}
for name, arguments, looks in tried():
    faulthandler.dump_traceback_later(30, exit=True)
    try:
        draw_featmap(*arguments, **looks) if name == "draw_featmap" else getattr(canvas, name)(
            *arguments, **looks
        )
        result = "drawn"
    except ValueError as error:
        result = str(error)
    except Exception as error:
        shown = f"{arguments!r}"[:200]
        result = f"{type(error).__name__}: {error} ({name} of {shown} with {looks})"
    done.setdefault(name, []).append(result)
faulthandler.cancel_dump_traceback_later()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"done": done, "peak": peak}))
"""

METHODS = """
draw_bboxes draw_rotated_bboxes draw_polygons draw_circles draw_lines draw_polylines draw_points
draw_keypoints draw_legend draw_texts measure_texts draw_binary_masks
"""


@pytest.fixture(scope="module")
def tried():
    """Return what became of each call, by the method's name, and the most bytes it took."""
    run = run_python(SCRIPT, imports=["viz_core.drawing.texts"], timeout=600)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.mark.parametrize("method", [*METHODS.split(), "draw_featmap"])
def test_every_call_draws_or_names_the_bound(tried, method):
    results = tried["done"][method]
    assert results.count("drawn") > 5
    bounds = r"at most [\d,]+|above 0|must lie in 0..1|has room for|must be 1 or 3"
    assert [
        result for result in results if result != "drawn" and not re.search(bounds, result)
    ] == []


def test_no_call_takes_more_memory_than_a_large_image(tried):
    assert tried["peak"] < 900e6  # 192 MB of it for the largest map


def drawn(method, *arguments, **style):
    canvas = Canvas(np.zeros((60, 80, 3), np.uint8))
    getattr(canvas, method)(*arguments, **style)
    return canvas.get_image().astype(int)


def clipped(monkeypatch, margin, method, *arguments, **style):
    with monkeypatch.context() as patch:
        patch.setattr(clipping, "_MARGIN", margin)
        return drawn(method, *arguments, **style)


@pytest.mark.filterwarnings("ignore:.*out of bounds")
@pytest.mark.parametrize("seed", range(20))
def test_what_is_clipped_looks_the_same_inside(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    corners = rng.normal(40, 10 ** rng.uniform(1.5, 3.5), (7, 2))
    style = {"line_widths": 3, "face_colors": "r", "edge_colors": "w", "alpha": 0.7}
    line = {"line_widths": 3, "colors": "w"}
    radius = 10 ** rng.uniform(2.5, 4)
    center = rng.uniform(0, 60, 2) + radius * np.array([np.cos(seed), np.sin(seed)])
    for method, arguments, looks in (
        ("draw_polygons", (corners,), style),
        ("draw_bboxes", (np.sort(corners[:2], axis=0).reshape(4),), style),
        ("draw_lines", (corners[:2, 0], corners[:2, 1]), line),
        ("draw_circles", (center, radius), style),
    ):
        near = clipped(monkeypatch, 20, method, *arguments, **looks)
        most = 32 if method == "draw_circles" else 6  # Agg's own are an eighth of a pixel off
        assert np.abs(near - drawn(method, *arguments, **looks)).max() <= most, method


@pytest.mark.filterwarnings("ignore:.*out of bounds")
@pytest.mark.parametrize("far", [1e5, 1e15, 1e100, 1.7e308])
def test_shapes_from_beyond_the_numbers_are_where_they_belong(far):
    ends = np.array([-far, far])
    diagonal = drawn("draw_lines", ends, ends)[..., 1]
    assert diagonal.any(axis=1).all()
    assert np.abs(diagonal.argmax(axis=1) - np.arange(60)).max() <= 1
    level = drawn("draw_lines", ends, [30.0, 30.0])[..., 1]
    assert (level.argmax(axis=0) == 30).all()
    fill = {"face_colors": "r", "edge_colors": "none", "alpha": 1}
    halves = [
        drawn("draw_bboxes", [-far, -far, 40, far], **fill),
        drawn("draw_polygons", [[-far, -far], [40, -far], [40, far], [-far, far]], **fill),
        drawn("draw_polygons", [[40, -far], [40, far], [-far, 0]], **fill),
    ]
    for half in halves:
        assert half[:, :40, 0].min() == 255
        assert not half[:, 41:].any()
    assert drawn("draw_circles", [40, 30], far, **fill)[..., 0].min() == 255
    assert not drawn("draw_circles", [-far, -far], far / 2, **fill).any()


@pytest.mark.filterwarnings("ignore:.*out of bounds")
def test_the_edge_of_a_huge_circle_is_at_its_radius():
    fill = {"face_colors": "r", "edge_colors": "none", "alpha": 1}
    for far in (1e6, 1e9, 1e13):
        half = drawn("draw_circles", [40 - far, 30], far, **fill)
        assert half[:, :39, 0].min() == 255
        assert not half[:, 41:].any()


def test_what_is_clipped_has_few_corners_and_all_near():
    window = Window.around(640, 480)
    line = clip_line(np.random.default_rng(0).normal(0, 1e300, (500, 2)), window)
    assert len(line) <= 5 * 500
    assert window.holds(*line.min(axis=0), *line.max(axis=0))
    circle = huge_circle(-1e100, 5, 1e100, window)
    assert len(circle) < 1000
    assert np.abs(circle).max() < 2e5


@pytest.mark.parametrize("width", [0.05, 0.2])
def test_dashes_finer_than_pixels_are_a_fainter_line(width):
    solid, dashed = (
        drawn("draw_lines", [0, 80], [30.5, 30.5], "w", line_styles=style, line_widths=width)
        for style in ("-", ":")
    )
    assert 0.25 * solid.max() <= dashed.max() <= 0.5 * solid.max()


def test_a_line_that_is_too_thin_to_be_seen_is_not_drawn():
    for width in (1e-300, 1e-9, 1e-5):
        for style in ("-", "--"):
            looks = {"line_widths": width, "line_styles": style}
            assert not drawn("draw_bboxes", [5, 5, 50, 50], **looks).any()
            assert not drawn("draw_lines", [5, 50], [5, 50], **looks).any()


@pytest.mark.parametrize("pad", [99, 101, 10_000])
def test_a_wide_pad_is_behind_the_whole_image_and_the_letter(pad):
    image = drawn("draw_texts", "a", [40, 30], 10, "w", bboxes={"facecolor": "r", "pad": pad})
    assert (image[..., 0] == 255).all()
    assert (image[[0, 0, -1, -1], [0, -1, 0, -1]] == [255, 0, 0]).all()
    assert image[..., 1].max() > 200


def test_markers_of_many_sizes_are_few_sprites_of_nearly_those_sizes(monkeypatch):
    rng = np.random.default_rng(0)
    sizes = rng.uniform(1, 400, 3000)
    places = np.full((3000, 2), 30.0)
    made, make = [], points.make_sprite

    def make_sprite(*look):
        made.append(look)
        return make(*look)

    monkeypatch.setattr(points, "make_sprite", make_sprite)
    drawn("draw_points", places, sizes=sizes)
    assert len(made) <= 16 * 20 * 100 / 72 + 1
    for size in sizes[:10]:  # the last alone is seen
        looks = {"sizes": [*sizes, size], "colors": [(0, 0, 0)] * 3000 + [(255, 255, 255)]}
        many = drawn("draw_points", [*places, (30, 30)], **looks)
        alone = drawn("draw_points", [30, 30], "w", sizes=size)
        assert np.abs(many - alone).max() <= 12


HUGE = 10**400  # an int that no float holds


@pytest.mark.parametrize(
    ("method", "arguments", "looks"),
    [
        ("draw_bboxes", ([1, 1, 5, 5],), {"line_widths": HUGE}),
        ("draw_bboxes", ([1, 1, 5, 5],), {"alpha": [HUGE]}),
        ("draw_circles", ([1, 1], HUGE), {}),
        ("draw_points", ([1, 1],), {"sizes": -HUGE}),
        ("draw_points", ([1, 1], (HUGE, 0, 0)), {}),
        ("draw_texts", ("a", [1, 1], HUGE), {}),
        ("draw_texts", ("a", [1, 1]), {"rotations": HUGE}),
        ("draw_texts", ("a", [1, 1]), {"bboxes": {"pad": HUGE}}),
        ("draw_bboxes", ([1, 1, 5, HUGE],), {}),
        ("draw_binary_masks", (np.ones((1, 2, 2), bool),), {"offsets": [[HUGE, 0]]}),
    ],
)
def test_an_int_beyond_all_floats_is_refused_as_what_it_is(method, arguments, looks):
    with pytest.raises(
        (TypeError, ValueError), match=r"must (be finite|hold numbers|be numbers in 0)"
    ):
        drawn(method, *arguments, **looks)
