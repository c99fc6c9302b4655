"""One call from a feature map to an image."""

import inspect
import subprocess
import sys
import warnings

import numpy as np
import pytest

from viz_core import VizWarning
from viz_core.featmap import draw_featmap

MAGENTA = [255, 0, 255]
LOWEST, HIGHEST = [0, 0, 128], [128, 0, 0]


def ramp(height=40, width=60):
    return np.linspace(0, 1, height * width, dtype=np.float32).reshape(1, height, width)


def gray(featmap, *args, **kwargs):
    """Levels before coloring: matplotlib's ``gray`` shows level 7 as (7, 7, 7)."""
    drawn = draw_featmap(featmap, *args, colormap="gray", **kwargs)
    assert (drawn == drawn[..., :1]).all()
    return drawn[..., 0]


def resampled(plane, shape):
    """A plane at ``shape``, bilinearly, in float64."""

    def stretched(line, size):
        places = (np.arange(size) + 0.5) * len(line) / size - 0.5
        return np.interp(places, np.arange(len(line)), line)

    columns = np.apply_along_axis(stretched, 0, plane, shape[0])
    return np.apply_along_axis(stretched, 1, columns, shape[1])


def levels(plane):
    return (plane - plane.min()) / (plane.max() - plane.min()) * 255


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_the_signature_is_the_one_users_know():
    parameters = inspect.signature(draw_featmap).parameters.values()
    positional = {p.name: p.default for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}
    assert positional == {
        "featmap": inspect.Parameter.empty,
        "overlaid_image": None,
        "channel_reduction": "squeeze_mean",
        "topk": 10,
        "arrangement": (5, 2),
        "resize_shape": None,
        "alpha": 0.5,
    }
    assert {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} == {
        "normalize",
        "colormap",
        "channels",
    }


def test_importing_brings_in_neither_matplotlib_nor_pillow_nor_torch():
    code = (
        "import sys, viz_core.featmap, viz_core.featmap.capture; "
        "print([m for m in ('matplotlib', 'PIL', 'torch') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_drawing_and_captions_need_no_pyplot_and_no_random_numbers():
    code = (
        "import sys, numpy as np; from viz_core.featmap import draw_featmap; "
        "state = np.random.get_state()[1].tolist(); "
        "draw_featmap(np.ones((3, 30, 90)), None, None, 3); "
        "assert state == np.random.get_state()[1].tolist(); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


def test_the_colors_run_from_dark_blue_to_dark_red():
    drawn = draw_featmap(ramp())
    assert drawn.dtype == np.uint8
    assert drawn.shape == (40, 60, 3)
    assert drawn[0, 0].tolist() == LOWEST
    assert drawn[-1, -1].tolist() == HIGHEST


@pytest.mark.parametrize("how", ["squeeze_mean", "select_max", "norm"])
@pytest.mark.parametrize("value", [0, 3.5, -2])
def test_a_constant_map_is_drawn_in_the_lowest_color(how, value):
    drawn = draw_featmap(np.full((4, 5, 6), value), None, how, resize_shape=(9, 11))
    assert (drawn == LOWEST).all()


def test_constant_components_are_black():
    assert (draw_featmap(np.full((4, 5, 6), 0.1), None, "pca", resize_shape=(9, 9)) == 0).all()


def test_a_map_with_one_direction_leaves_the_other_components_black():
    drawn = draw_featmap(np.concatenate([ramp(), 2 * ramp()]), None, "pca")
    assert drawn[..., 0].max() == 255
    assert (drawn[..., 1:] == 0).all()


@pytest.mark.parametrize(
    "dtype",
    ["bool", "int8", "uint8", "int64", "float16", "float32", "float64", ">f4", "longdouble"],
)
def test_every_real_dtype_is_drawn_to_the_nearest_level(dtype):
    featmap = (np.maximum(noise(30, 9, 8), 0) * 10).astype(dtype)
    expected = levels(resampled(featmap.astype(np.float64).mean(0), (20, 30)))
    assert np.abs(gray(featmap, resize_shape=(20, 30)) - expected).max() <= 0.51


@pytest.mark.parametrize("scale", [1e-42, 1e-30, 1, 1e30, 3e38, -3e38])
@pytest.mark.parametrize("how", ["squeeze_mean", "select_max", "norm"])
def test_the_scale_of_the_values_does_not_matter(scale, how):
    featmap = (ramp(9, 8) * np.float64(scale)).astype(np.float32)
    plane = np.abs(featmap[0]) if how == "norm" else featmap[0]
    expected = levels(resampled(plane.astype(np.float64), (20, 30)))
    drawn = gray(np.concatenate([featmap, featmap]), None, how, resize_shape=(20, 30))
    assert np.abs(drawn - expected).max() <= 0.51


@pytest.mark.parametrize(("dtype", "offset"), [("float32", -1e5), ("float64", 1e9)])
def test_small_differences_beside_a_large_mean_are_seen(dtype, offset):
    featmap = ramp(9, 8).astype(dtype) + np.dtype(dtype).type(offset)
    expected = levels(resampled(featmap[0].astype(np.float64), (80, 90)))
    assert np.abs(gray(featmap, resize_shape=(80, 90)) - expected).max() <= 0.51


@pytest.mark.parametrize("shape", [(3, 8), (8, 3), (3, 9), (9, 3)])
def test_small_differences_are_seen_where_a_smaller_image_leaves_out_what_is_large(shape):
    featmap = ramp(8, 8).copy()
    axis = shape.index(3)
    featmap[0].swapaxes(0, axis)[[2, 5]] = -1e6  # 8 to 3 pixels reads the others
    expected = levels(resampled(featmap[0].astype(np.float64), shape))
    assert np.abs(gray(featmap, resize_shape=shape) - expected).max() <= 0.51


def test_what_float64_rounds_is_not_drawn():
    featmap = 3 + 1e-14 * noise(1, 9, 8).astype(np.float64)
    assert (draw_featmap(featmap) == LOWEST).all()


def test_selects_the_channel_with_the_largest_sum():
    featmap = noise(5, 8, 9)
    featmap[3] += 2
    assert (draw_featmap(featmap, None, "select_max") == draw_featmap(featmap[3:4])).all()


def test_shrinking_can_change_which_channel_is_the_largest():
    featmap = np.zeros((2, 8, 8), np.float32)
    featmap[0, 0, 0] = 100  # 8 to 2 pixels reads rows and columns 1, 2, 5 and 6
    featmap[1, 1:3, 1:3] = 1
    shrunk = gray(featmap, None, "select_max", resize_shape=(2, 2))
    assert shrunk.tolist() == [[255, 0], [0, 0]]


@pytest.mark.parametrize("alpha", [0, 0.001, 0.1, 0.3, 0.4, 0.5, 0.6, 0.725, 0.999, 1])
@pytest.mark.parametrize("shape", [(40, 60), (300, 400)])
@pytest.mark.parametrize("how", ["squeeze_mean", "pca"])
def test_colors_and_image_are_blended_to_the_nearest_level(alpha, shape, how):
    image = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    heat = draw_featmap(ramp(), None, how, resize_shape=shape).astype(float)
    drawn = draw_featmap(ramp(), image, how, resize_shape=shape, alpha=alpha)
    assert np.abs(drawn - ((1 - alpha) * image + alpha * heat)).max() <= 0.5001


@pytest.mark.parametrize("width", [100, 400])
def test_small_and_large_images_have_the_same_colors(width):
    levels = np.resize(np.arange(256, dtype=np.float32), (1, 100, width))
    drawn = draw_featmap(levels)
    expected = draw_featmap(np.arange(256, dtype=np.float32).reshape(1, 1, 256))[0]
    assert (drawn == expected[levels[0].astype(int)]).all()


@pytest.mark.parametrize(
    "image",
    [
        np.full((40, 60), 51, np.uint8),
        np.full((40, 60, 3), 51, np.uint8),
        np.full((40, 60), 0.2),
        np.full((40, 60, 3), 0.2, np.float32),
    ],
)
def test_images_may_be_gray_or_rgb_and_bytes_or_floats(image):
    expected = draw_featmap(ramp(), np.full((40, 60, 3), 51, np.uint8))
    given = image.copy()
    assert (draw_featmap(ramp(), image) == expected).all()
    assert (image == given).all()


def test_alpha_of_an_image_is_laid_over_white():
    clear = np.zeros((4, 4, 4), np.uint8)
    clear[2:, :, 3] = 255
    drawn = draw_featmap(np.zeros((1, 4, 4)), clear, alpha=0)
    assert drawn[:, 0, 0].tolist() == [255, 255, 0, 0]


def test_a_map_of_another_size_is_resampled_to_the_image_with_a_warning():
    image = np.zeros((80, 30, 3), np.uint8)
    image[:, 15:] = 200
    with pytest.warns(
        UserWarning,
        match=r"overlaid_image: \(80, 30\) and featmap: \(40, 60\) are not same.*"
        r"pass resize_shape=\(80, 30\)",
    ):
        drawn = draw_featmap(ramp(), image, alpha=0.5)
    assert (drawn == draw_featmap(ramp(), image, alpha=0.5, resize_shape=(80, 30))).all()


def test_the_warning_points_at_the_caller():
    with pytest.warns(UserWarning, match="are not same") as caught:
        draw_featmap(ramp(), np.zeros((8, 8), np.uint8))
    assert [warning.filename for warning in caught] == [__file__]


def test_resize_shape_resamples_map_and_image():
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, 30:] = 200
    drawn = draw_featmap(ramp(), image, resize_shape=(20, 120), alpha=0)
    assert drawn.shape == (20, 120, 3)
    assert (drawn[:, :55] == 0).all()
    assert (drawn[:, 65:] == 200).all()


def test_the_image_is_resampled_bilinearly():
    image = np.random.default_rng(1).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    drawn = draw_featmap(ramp(), image, resize_shape=(20, 30), alpha=0)
    for channel in range(3):
        expected = resampled(image[..., channel].astype(np.float64), (20, 30))
        assert np.abs(drawn[..., channel] - expected).max() <= 1.01  # Pillow rounds twice


def test_a_large_image_has_no_seams():
    drawn = gray(np.arange(4, dtype=np.float32).reshape(1, 4, 1), resize_shape=(1000, 300))
    assert (np.diff(drawn[:, 0].astype(int)) >= 0).all()
    assert (np.diff(drawn[:, 0].astype(int)) <= 1).all()
    assert (drawn == drawn[:, :1]).all()


def test_jet_is_that_of_opencv():
    drawn = draw_featmap(np.arange(256, dtype=np.float32).reshape(1, 1, 256))[0]
    opencv = {
        0: (0, 0, 128),
        16: (0, 0, 192),
        32: (0, 0, 255),
        64: (0, 128, 255),
        96: (2, 255, 254),
        128: (130, 255, 126),
        160: (255, 252, 0),
        192: (255, 124, 0),
        224: (252, 0, 0),
        240: (188, 0, 0),
        255: (128, 0, 0),
    }
    assert np.abs(drawn[list(opencv)].astype(int) - list(opencv.values())).max() <= 1


@pytest.mark.parametrize("name", ["viridis", "magma", "jet", "tab10"])
def test_any_colormap_of_matplotlib_is_taken(name):
    from matplotlib import colormaps

    levels = np.arange(256, dtype=np.float32).reshape(1, 16, 16)
    expected = np.asarray(colormaps[name](np.arange(256) / 255))[:, :3] * 255
    assert np.abs(draw_featmap(levels, colormap=name).reshape(-1, 3) - expected).max() <= 0.5


def test_three_channels_are_one_image():
    channels = noise(3, 6, 7)
    expected = np.tensordot((0.114, 0.587, 0.299), levels(channels.astype(np.float64)), 1)
    assert np.abs(gray(channels, None, None, topk=-1) - expected).max() <= 0.51
    assert (gray(channels[:1], None, None, topk=0) == gray(channels[:1])).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("how", ["squeeze_mean", "norm", "pca"])
def test_what_is_not_finite_is_marked_and_does_not_spread(bad, how):
    featmap = noise(4, 10, 12)
    featmap[2, 5, 6] = bad
    with pytest.warns(VizWarning, match=r"has 1 values .* in 1 of 4 channels \(2\)") as caught:
        drawn = draw_featmap(featmap, None, how, resize_shape=(40, 48))
    assert len(caught) == 1
    assert caught[0].filename == __file__
    marked = (drawn == MAGENTA).all(-1)
    assert marked[20:24, 24:28].all()
    assert marked.sum() == 16


@pytest.mark.parametrize(
    ("how", "offset"), [("squeeze_mean", 0), ("squeeze_mean", 1e5), ("norm", 0)]
)
@pytest.mark.parametrize("shape", [(36, 43), (20, 24)])
def test_the_rest_is_drawn_as_if_what_is_not_finite_were_not_there(how, offset, shape):
    plane = np.abs(noise(10, 12)) + np.float32(offset)
    hole = np.zeros((10, 12), bool)
    hole[3:5, 4] = hole[0, 0] = True
    hole[5::2, 6:] = hole[5:, 6::2] = True  # and pixels with no other beside them
    featmap = np.stack([plane, plane])
    featmap[1, hole] = np.nan
    with pytest.warns(VizWarning):
        drawn = draw_featmap(featmap, None, how, resize_shape=shape, colormap="gray")
    there = 1 - hole.astype(np.float64)
    weights = resampled(there, shape)
    shown = (drawn == drawn[..., :1]).all(-1)
    values = resampled(plane * there, shape)[shown] / weights[shown]
    assert np.abs(drawn[shown][:, 0] - levels(values)).max() <= 0.51


@pytest.mark.parametrize("how", ["squeeze_mean", "norm"])
@pytest.mark.parametrize("value", [1, 0.1, -0.7])
def test_a_constant_map_with_holes_is_drawn_in_the_lowest_color(how, value):
    featmap = np.full((4, 10, 12), value, np.float32)
    featmap[1, 3:5, 4] = np.nan
    with pytest.warns(VizWarning):
        drawn = draw_featmap(featmap, None, how, resize_shape=(36, 43))
    assert np.unique(drawn.reshape(-1, 3), axis=0).tolist() == [LOWEST, MAGENTA]


def test_channels_are_selected_by_what_is_finite():
    featmap = noise(3, 6, 6)
    featmap[1] += 5
    featmap[0, 0, 0] = np.inf
    with pytest.warns(VizWarning):
        drawn = draw_featmap(featmap, None, "select_max")
    assert (drawn == draw_featmap(featmap[1:2])).all()


def test_a_channel_that_is_not_finite_is_told_even_if_another_is_selected():
    featmap = noise(3, 6, 6)
    featmap[0, 0, 0] = np.nan
    featmap[1] += 5
    with pytest.warns(VizWarning, match=r"in 1 of 3 channels \(0\)"):
        drawn = draw_featmap(featmap, None, "select_max")
    assert (drawn == draw_featmap(featmap[1:2])).all()


@pytest.mark.parametrize("how", ["squeeze_mean", "select_max", "norm", "pca"])
def test_a_map_of_nothing_finite_is_all_mark(how):
    with pytest.warns(VizWarning):
        drawn = draw_featmap(np.full((4, 5, 6), np.nan), None, how, resize_shape=(9, 11))
    assert (drawn == MAGENTA).all()


def test_three_channels_are_marked_where_one_is_not_finite():
    featmap = noise(3, 6, 7)
    featmap[0, 1, 2], featmap[2, 3, 4] = np.nan, np.inf
    with pytest.warns(VizWarning):
        drawn = draw_featmap(featmap, None, None, topk=-1)
    assert np.argwhere((drawn == MAGENTA).all(-1)).tolist() == [[1, 2], [3, 4]]


def test_the_mark_stands_out_from_every_color_map_and_over_an_image():
    featmap = ramp()
    featmap[0, 3, 4] = np.nan
    with pytest.warns(VizWarning):
        over_image = draw_featmap(featmap, np.zeros((40, 60, 3), np.uint8))
    assert over_image[3, 4].tolist() == MAGENTA
    with pytest.warns(VizWarning):
        spring = draw_featmap(featmap, colormap="spring").astype(int)
    others = np.delete(spring.reshape(-1, 3), 3 * 60 + 4, axis=0)
    assert np.abs(others - spring[3, 4]).sum(1).min() > 150


def test_the_map_and_the_channels_are_left_as_they_were():
    featmap = noise(3, 6, 6)
    featmap[1, 2, 3] = np.nan
    before, chosen = featmap.copy(), [1, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VizWarning)
        for how in ("squeeze_mean", "select_max", "norm", "pca"):
            draw_featmap(featmap, None, how, resize_shape=(9, 9))
        draw_featmap(featmap, channels=chosen)
    np.testing.assert_array_equal(featmap, before)
    assert chosen == [1, 0]
