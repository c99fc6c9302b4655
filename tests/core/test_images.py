"""Images: which are taken, what they become, and what is refused in which words."""

import io
import re
from pathlib import Path

import matplotlib.backends.backend_agg
import matplotlib.pyplot
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import viz_core
from viz_core import (
    Canvas,
    LocalVisBackend,
    Visualizer,
    as_image,
    as_images,
    draw_featmap,
    to_uint8,
)


def test_an_image_that_is_right_is_the_same_memory():
    image = np.zeros((4, 6, 3), np.uint8)
    assert as_image(image) is image


@pytest.mark.parametrize(
    ("given", "pixel"),
    [
        (np.full((2, 3), 7, np.uint8), [7, 7, 7]),
        (np.full((2, 3, 1), 7, np.int64), [7, 7, 7]),
        (np.full((2, 3, 3), True), [255, 255, 255]),
        (np.full((2, 3, 3), 0.5, np.float64), [128, 128, 128]),
        (np.full((2, 3, 3), 1.0, np.float16), [255, 255, 255]),
        (np.full((2, 3, 4), 200, np.uint16), [200, 200, 200, 200]),
    ],
)
def test_every_dtype_and_layout_becomes_uint8_with_channels_last(given, pixel):
    image = as_image(given)
    assert image.dtype == np.uint8
    assert image.shape[:2] == (2, 3)
    assert image.flags.c_contiguous
    assert image[1, 2].tolist() == pixel


def test_a_view_becomes_contiguous():
    bgr = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert as_image(bgr[..., ::-1])[0, 0].tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            np.full((4, 4, 3), 255, np.float32),
            r"image of dtype float32 must lie in 0\.\.1, got 255\.\.255 in shape \(4, 4, 3\); "
            "divide it by 255 or convert it to uint8",
        ),
        (np.full((4, 4, 3), 300), r"image of dtype int64 must lie in 0\.\.255, got 300"),
        (np.full((4, 4, 3), -1), r"got -1\.\.-1"),
        (np.full((4, 4, 3), np.nan), r"got nan\.\.nan"),
        (np.zeros((0, 4, 3)), r"must not be empty, got shape \(0, 4, 3\)"),
        (np.zeros((3, 8, 8)), r"got \(3, 8, 8\); move the channels last with \.transpose"),
        (np.zeros((2, 8, 8, 3)), "one image of the batch at a time"),
        (np.zeros((8, 8, 2)), r"got \(8, 8, 2\)"),
    ],
)
def test_a_wrong_image_names_its_dtype_shape_and_range(given, text):
    with pytest.raises(ValueError, match=text):
        as_image(given)


def test_complex_numbers_are_no_image():
    with pytest.raises(TypeError, match="got complex128"):
        as_image(np.zeros((4, 4, 3), complex))


@pytest.mark.parametrize(
    ("mode", "pixel"),
    [
        ("1", [255, 255, 255]),
        ("L", [200, 200, 200]),
        ("LA", [200, 200, 200, 40]),
        ("P", [204, 0, 51]),
        ("RGB", [200, 10, 30]),
        ("RGBA", [200, 10, 30, 40]),
        ("CMYK", [200, 10, 30]),
        ("YCbCr", [200, 10, 30]),
    ],
)
def test_an_image_of_pillows_keeps_its_colors_in_every_mode(mode, pixel):
    red = Image.new("RGBA", (3, 2), (200, 10, 30, 40))
    if mode in ("1", "L", "LA"):
        red = Image.new("LA", (3, 2), (200, 40))
    if mode == "1":
        red = red.point(lambda _: 255)
    image = as_image(
        red.convert("RGB").convert(mode) if mode in ("P", "YCbCr") else red.convert(mode)
    )
    assert image.shape[:2] == (2, 3)
    assert abs(image[1, 2].astype(int) - pixel).max() <= 2


def test_what_is_clear_in_a_palette_is_clear():
    image = Image.new("P", (3, 2))
    image.info["transparency"] = 0
    assert as_image(image)[0, 0, 3] == 0


@pytest.mark.parametrize("mode", ["I", "I;16", "F", "I;16B"])
def test_an_image_of_pillows_with_large_numbers_names_what_scales_them(mode):
    numbers = np.array([[0, 900], [1800, 3600]], np.float32)
    image = Image.fromarray(numbers)
    if mode != "F":
        dtype = {"I": "i4", "I;16": "<u2", "I;16B": ">u2"}[mode]
        image = Image.frombuffer(mode, (2, 2), numbers.astype(dtype).tobytes(), "raw", mode, 0, 1)
    with pytest.raises(ValueError, match=r"viz_core\.to_uint8\(image, low=0, high=3600\)"):
        as_image(image)
    assert to_uint8(image)[..., 0].tolist() == [[0, 64], [128, 255]]


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_a_color_that_stands_for_clear_is_clear(mode):
    file = io.BytesIO()
    image = Image.new(mode, (3, 2))
    image.save(file, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    assert as_image(Image.open(file))[0, 0, 3] == 0


@pytest.mark.parametrize("mode", ["RGBa", "La", "PA", "RGBX", "HSV"])
def test_even_rare_modes_of_pillows_are_images(mode):
    made = Image.new("LA" if mode == "La" else "RGBA", (3, 2))
    image = made.convert("RGB").convert(mode) if mode in ("HSV", "RGBX") else made.convert(mode)
    assert as_image(image).shape == (2, 3, 3 if mode in ("HSV", "RGBX") else 4)


class OnlyDLPack:
    """An array of a library that numpy does not know but by DLPack."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class OnlyArray:
    """An array that says how to make one of numpy's, as those of JAX do."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class OnlyInterface:
    """An array that shows its memory, as an image of Pillow's does."""

    def __init__(self, array):
        self.array = array

    @property
    def __array_interface__(self):
        return self.array.__array_interface__


PHOTO = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)

TAKEN = {
    "pillow": Image.fromarray(PHOTO),
    "lists": PHOTO.tolist(),
    "dlpack": OnlyDLPack(PHOTO),
    "array": OnlyArray(PHOTO),
    "interface": OnlyInterface(PHOTO),
    "opaque pillow": Image.fromarray(PHOTO).convert("RGBA"),
    "big-endian": PHOTO.astype(">u2"),
}


def on_overlay(image):
    return draw_featmap(np.zeros((3, 24, 32)), image, alpha=0)


def on_canvas(image):
    return Canvas().set_image(image).get_image()


def on_new_canvas(image):
    return Canvas(image).get_image()


def on_add_image(image, folder):
    with Visualizer(vis_backends=dict(type="LocalVisBackend"), save_dir=folder) as visualizer:
        visualizer.add_image("image", image)
    return np.asarray(Image.open(next(folder.rglob("*.png"))).convert("RGB"))


def on_backend(image, folder):
    backend = LocalVisBackend(save_dir=str(folder))
    backend.add_image("image", image)
    backend.close()
    return np.asarray(Image.open(next(folder.rglob("*.png"))).convert("RGB"))


def taken_by(place, image, folder):
    return place(image, folder) if place in (on_add_image, on_backend) else place(image)


PLACES = [on_overlay, on_canvas, on_new_canvas, on_add_image, on_backend]


@pytest.mark.parametrize("make", TAKEN)
@pytest.mark.parametrize("place", PLACES)
def test_every_place_takes_images_of_every_make(place, make, tmp_path):
    assert (taken_by(place, TAKEN[make], tmp_path) == PHOTO).all()


REFUSED = {
    "none": (None, r"got None; cv2\.imread gives None for a file that it cannot read"),
    "text": ("cat", r"got str: 'cat'; read the file first, as with PIL\.Image\.open"),
    "path": (Path("cat.png"), r"got PosixPath: .*; read the file first, as with PIL\.Image\.open"),
    "bytes": (b"\x89PNG", r"got bytes: .*; decode the file first, as with PIL\.Image\.open\(io\."),
    "figure": (Figure(), r"got Figure: .*; draw it first, as with canvas = .*buffer_rgba"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("place", PLACES)
def test_every_place_says_of_what_is_no_image_what_to_do(place, kind, tmp_path):
    image, text = REFUSED[kind]
    if image is None and place in (on_overlay, on_new_canvas):
        return  # which need none
    with pytest.raises(TypeError, match=text):
        taken_by(place, image, tmp_path)


def test_what_lends_no_memory_that_numpy_reads_says_where_it_must_be():
    class OnADevice:
        def __dlpack__(self, **options):
            raise BufferError("it is on device 2")

        def __dlpack_device__(self):
            return (2, 0)

    with pytest.raises(TypeError, match=r"image of OnADevice .*device.*; move it to the CPU first"):
        as_image(OnADevice())


@pytest.mark.parametrize("make", [Figure, matplotlib.pyplot.figure])
def test_the_advice_for_a_figure_works(make):
    figure = make(figsize=(0.4, 0.3), facecolor="r")
    with pytest.raises(TypeError) as told:
        as_image(figure)
    setup, result = re.search(
        r"as with (canvas = .*draw\(\)), and pass (.*)$", str(told.value)
    ).groups()
    names = {"matplotlib": matplotlib, "numpy": np, "figure": figure}
    exec(setup, names)
    for place in (on_overlay, on_canvas):
        if place is on_overlay:
            drawn = draw_featmap(np.zeros((1, 30, 40)), eval(result, names), alpha=0)
        else:
            drawn = place(eval(result, names))
        assert drawn.shape == (30, 40, 3)
        assert (drawn == [255, 0, 0]).all()
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize(
    "image",
    [
        np.linspace(-4, 4, 24 * 32 * 3).reshape(24, 32, 3),
        np.linspace(0, 65535, 24 * 32).reshape(24, 32).astype(np.uint16),
        np.linspace(-9999, 9999, 24 * 32).reshape(24, 32).astype(np.int32),
        np.linspace(0, 4000, 24 * 32).reshape(24, 32, 1).astype(np.float32),
        np.random.default_rng(0).random((24, 32, 10)),
        np.random.default_rng(0).random((10, 24, 32)),
        np.random.default_rng(0).random((24, 32, 2)),
        np.full((24, 32, 3), np.nan),
    ],
    ids=lambda image: f"{image.dtype} {image.shape}",
)
def test_the_advice_for_numbers_of_another_range_works(image):
    with pytest.raises(ValueError, match=r"viz_core\.to_uint8\(") as told:
        as_image(image)
    call = re.search(r"viz_core\.to_uint8\(.*\)", str(told.value)).group()
    scaled = eval(call.replace("low=..., high=...", ""), {"viz_core": viz_core, "image": image})
    assert scaled.shape == (24, 32, 3)
    assert scaled.dtype == np.uint8
    if np.isfinite(image).all():
        assert scaled.min() < 2
        assert scaled.max() > 253


def test_levels_are_the_nearest_between_low_and_high():
    numbers = np.array([[-2.0, -1, -0.5, 0, 0.25, 1, 3]])
    levels = to_uint8(numbers, low=-1, high=1)
    assert levels.shape == (1, 7, 3)
    assert levels[0, :, 0].tolist() == [0, 0, 64, 128, 159, 255, 255]
    assert (levels == levels[..., :1]).all()


def test_the_default_range_is_that_of_all_bands_that_are_finite():
    numbers = np.zeros((1, 4, 3))
    numbers[0, :, 0], numbers[0, :, 1] = [np.nan, np.inf, -np.inf, 0], [0, 1, 2, 4]
    numbers[0, :, 2] = [8, 8, 8, 8]
    levels = to_uint8(numbers)[0]
    assert levels[:, 0].tolist() == [0, 255, 0, 0]
    assert levels[:, 1].tolist() == [0, 32, 64, 128]
    assert levels[:, 2].tolist() == [255] * 4


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64, np.float16, np.float32, np.float64])
def test_numbers_of_every_dtype_have_a_range(dtype):
    assert to_uint8(np.array([[0, 1]], dtype))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("value", [0, 7, -3.5, np.nan, np.inf])
def test_an_image_of_one_value_is_black(value):
    black = to_uint8(np.full((2, 2), value), *([] if np.isfinite(value) else [0, 0]))
    assert not black.any() or value == np.inf


def test_the_largest_floats_are_no_trouble():
    far = np.finfo(np.float64).max
    assert to_uint8(np.array([[-far, 0, far]]))[0, :, 0].tolist() == [0, 128, 255]


def test_bands_are_chosen_in_their_order():
    image = np.arange(10.0).repeat(4).reshape(10, 2, 2).transpose(1, 2, 0)
    assert to_uint8(image, 0, 9, bands=(9, 0, 3))[0, 0].tolist() == [255, 0, 85]
    assert to_uint8(image, 0, 9, bands=3)[0, 0].tolist() == [85, 85, 85]
    assert to_uint8(image, [0, 0, 3], [9, 1, 6], bands=[9, 0, 3])[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((np.zeros((2, 2, 10)),), ValueError, r"bands must say which of the 10 channels"),
        ((np.zeros((2, 2, 4)),), ValueError, r"bands must say which of the 4 channels"),
        (
            (np.zeros((2, 2, 10)), None, None, (0, 1, 10)),
            ValueError,
            r"in 0\.\.9, .*got \(0, 1, 10",
        ),
        ((np.zeros((2, 2, 10)), None, None, (0, 1)), ValueError, "one or three numbers"),
        ((np.zeros((2, 2, 10)), None, None, (0.5, 1, 2)), ValueError, "one or three numbers"),
        ((np.zeros((2, 2)), 3, 1), ValueError, "low must be at most high, got 3 and 1"),
        ((np.zeros((2, 2)), np.nan, 1), ValueError, "low must be one finite number"),
        ((np.zeros((2, 2)), 0, [1, 2]), ValueError, "high must be one finite number"),
        ((np.zeros((2, 2, 2, 2)),), ValueError, r"must have shape .*got \(2, 2, 2, 2\)"),
        ((np.zeros((0, 2)),), ValueError, r"got \(0, 2, 1\)"),
        ((np.zeros((2, 2), complex),), TypeError, "must hold real numbers, got dtype complex128"),
        ((None,), TypeError, "got None; cv2"),
    ],
)
def test_what_cannot_be_scaled_says_why(arguments, error, text):
    with pytest.raises(error, match=text):
        to_uint8(*arguments)


SMALL = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)


@pytest.mark.parametrize(
    "given",
    [np.stack([SMALL] * 2), [SMALL] * 2, (image for image in [SMALL] * 2), SMALL[None, ..., 0]],
    ids=["array", "list", "iterator", "gray"],
)
def test_several_images(given):
    images = as_images(given)
    assert len(images) in (1, 2)
    assert all((image[..., 0] == SMALL[..., 0]).all() for image in images)
    assert all(image.shape == (6, 8, 3) for image in images)


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        (SMALL, ValueError, r"got \(6, 8, 3\), as of one image; pass images\[None\]"),
        (SMALL[..., :1], ValueError, "as of one image"),
        (np.zeros((2, 2)), ValueError, r"\(N, H, W\), \(N, H, W, C\)"),
        (Image.new("RGB", (4, 4)), TypeError, "got Image: .*record one image with add_image"),
        ([], ValueError, "must hold an image, got none"),
        (None, TypeError, "must be an array, a tensor or a list of images, got NoneType"),
        ("ab", TypeError, "got str"),
        ([SMALL, None], TypeError, r"images\[1\] must be an array"),
    ],
)
def test_what_are_no_images_is_named(wrong, error, text):
    with pytest.raises(error, match=text):
        as_images(wrong)
