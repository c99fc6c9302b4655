import importlib.util
import io
import sys
import zlib

import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from PIL import Image

from viz_core import Canvas, draw_featmap, encode_png
from viz_core.files import png_filters

HAS_ISAL = importlib.util.find_spec("isal") is not None


@pytest.fixture(scope="module")
def encode_without_isal():
    """What `encode_png` calls where isal is not installed."""
    spec = importlib.util.find_spec("viz_core.files.png")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "isal", None)
        module.as_png(np.zeros((1, 1, 3), np.uint8))  # it asks once
    return module.as_png


def photo(size):
    with get_sample_data("grace_hopper.jpg") as file, Image.open(file) as image:
        return np.asarray(image.resize(size))


def plot(size):
    x = np.linspace(9, size[0] - 9, 90)
    canvas = Canvas(np.full((size[1], size[0], 3), 255, np.uint8))
    for k, color in enumerate("rgb", 1):
        y = (np.sin(x / size[0] * 40 * k) * 0.4 + 0.5) * size[1]
        canvas.draw_lines(np.stack([x[:-1], x[1:]], 1), np.stack([y[:-1], y[1:]], 1), colors=color)
    return canvas.get_image()


def heat(size):
    y, x = np.mgrid[: size[1], : size[0]] / size[0] * 8
    value = (np.sin(x) * np.cos(y) + 1) / 2
    ramp = np.clip(1.5 - abs(4 * value[..., None] - [3, 2, 1]), 0, 1)
    return (ramp * 255).astype(np.uint8)


def noise(size):
    return np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def mask(size):
    y, x = np.mgrid[: size[1], : size[0]]
    return np.uint8([[30, 40, 50], [200, 0, 90]])[
        ((y - size[1] / 2) ** 2 + (x - size[0] / 2) ** 2 < (size[1] / 3) ** 2).astype(int)
    ]


def bars(size):
    """Every row other colors, 100 pixels each: long runs, and nothing like them above."""
    colors = np.random.default_rng(0).integers(0, 256, (size[1], size[0] // 100 + 1, 3), np.uint8)
    return colors.repeat(100, 1)[:, : size[0]]


@pytest.mark.parametrize(("channels", "mode"), [(3, "RGB"), (4, "RGBA")])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (31, 17), (300, 500)])
def test_pillow_reads_the_same_pixels(size, channels, mode, encode_without_isal):
    noisy = np.random.default_rng(0).integers(0, 256, (*size, channels), dtype=np.uint8)
    for image in (noisy, np.full_like(noisy, 200)):
        for pixels in (image, image[::-1, ::-1]):  # contiguous, and not
            for encode in (encode_png, encode_without_isal):
                read = Image.open(io.BytesIO(encode(pixels)))
                assert read.mode == mode
                np.testing.assert_array_equal(np.asarray(read), pixels)


@pytest.mark.parametrize("size", [(64, 64), (640, 480), (1280, 720)])
@pytest.mark.parametrize("make", [photo, plot, heat, noise, mask])
def test_files_are_hardly_larger_than_those_of_runs(make, size, encode_without_isal):
    image = make(size)
    _check_size(image, 1.10 if make is mask else 1.05, encode_without_isal)


def test_runs_that_are_like_nothing_above_them_are_kept_as_runs(encode_without_isal):
    _check_size(bars((640, 480)), 1.10, encode_without_isal)


def _check_size(image, most, encode_without_isal):
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(image)))), image)
    assert len(encode_png(image)) <= most * len(encode_without_isal(image))


def test_isal_makes_files_of_photos_where_it_is_installed(encode_without_isal):
    image = photo((640, 480))
    smaller = len(encode_png(image)) < 0.97 * len(encode_without_isal(image))
    assert smaller == HAS_ISAL


def under_heat(size):
    y, x = np.mgrid[:20, :30]
    blob = np.exp(-((x - 14.0) ** 2 + (y - 9) ** 2) / 30).astype(np.float32)
    return draw_featmap(blob[None], np.asarray(photo(size)))


def grain(size):
    """What differs from column to column more than from row to row."""
    random = np.random.default_rng(0)
    columns = random.integers(0, 200, (1, size[0], 3))
    return (columns + random.integers(0, 9, (size[1], size[0], 3))).astype(np.uint8)


def filters_of(data):
    """Return the number of the filter of each row."""
    image = Image.open(io.BytesIO(data))
    start = data.index(b"IDAT") + 4
    rows = zlib.decompressobj().decompress(data[start:])
    return np.frombuffer(rows, np.uint8).reshape(image.height, -1)[:, 0]


@pytest.mark.filterwarnings("ignore:The spatial dimensions")
@pytest.mark.parametrize(
    ("make", "size", "number"),
    [
        (photo, (1280, 720), 1),
        (under_heat, (1280, 720), 4),
        (under_heat, (640, 480), 1),
        (grain, (1280, 720), 2),
        (grain, (640, 480), 1),
        (mask, (1280, 720), 1),
        (noise, (100_000, 4), 1),
        (noise, (700, 700), 1),
    ],
)
def test_large_images_have_the_filter_that_is_best_for_some_rows(
    make, size, number, encode_without_isal
):
    image = np.asarray(make(size))
    data = encode_png(image)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), image)
    assert (filters_of(data)[1:] == (number if HAS_ISAL else 1)).all()
    if make is under_heat:
        assert len(data) <= 1.05 * len(encode_without_isal(image))
    elif number == 2 and HAS_ISAL:
        assert len(data) < 0.7 * len(encode_without_isal(image))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("height", [1, 2, 32, 33, 34, 70])
@pytest.mark.parametrize("width", [1, 2, 9])
def test_each_filter_is_undone_as_png_says(height, width, channels):
    random = np.random.default_rng(height)
    pixels = random.integers(0, 256, (height, width * channels), dtype=np.uint8)
    pixels[random.random(pixels.shape) < 0.3] = 7  # draws between neighbors
    for rows in (
        png_filters.sub(pixels, channels),
        png_filters.up(pixels),
        png_filters.paeth(pixels, channels),
    ):
        undone = np.zeros((height + 1, channels + pixels.shape[1]), int)
        for y, x in np.ndindex(pixels.shape):
            left, upper = undone[y + 1, x], undone[y, x + channels]
            corner = undone[y, x]
            ahead = left + upper - corner
            nearest = min((left, upper, corner), key=lambda near: abs(ahead - near))
            foretold = (0, left, upper, 0, nearest)[rows[y, 0]]
            undone[y + 1, x + channels] = (foretold + rows[y, 1 + x]) % 256
        np.testing.assert_array_equal(undone[1:, channels:], pixels)
