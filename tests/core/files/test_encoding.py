import io
from collections import Counter
from pathlib import Path
from threading import get_ident

import numpy as np
import pytest
from PIL import Image

from viz_core import BaseVisBackend, LocalVisBackend, Visualizer, encode_png
from viz_core.files import encoding

NOISE = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)


@pytest.fixture
def encoded(monkeypatch):
    """Count what is encoded, by the size of the image."""
    counts = Counter()
    as_png = encoding.as_png

    def counted(image):
        counts[image.shape[:2]] += 1
        return as_png(image)

    monkeypatch.setattr(encoding, "as_png", counted)
    return counts


class Stranger:
    """A backend of somebody else's, by position, which keeps arrays and files."""

    def __init__(self):
        self.images, self.files = [], []

    def add_image(self, title, pixels, number=0, note=None):
        assert note is None
        assert type(pixels) is np.ndarray
        self.images.append(pixels)
        self.files.append(encode_png(pixels))


class Heir(BaseVisBackend):
    """A backend that inherits ours, and encodes twice."""

    def add_image(self, image, **_):
        assert encode_png(image) is encode_png(image)


@pytest.mark.parametrize("background", [False, True])
def test_an_image_is_encoded_once_however_many_backends_want_it(tmp_path, encoded, background):
    stranger = Stranger()
    backends = [
        dict(type=LocalVisBackend, name=str(i), save_dir=tmp_path / str(i), max_side=side)
        for i, side in enumerate((None, 45, 45))
    ]
    visualizer = Visualizer(vis_backends=[*backends, stranger, Heir()], background=background)
    image = NOISE.copy()
    for step in range(3):
        visualizer.add_image("a", image, step)
        image += 1  # what was recorded stays what it was
    visualizer.close()
    assert encoded == {(60, 90): 3, (30, 45): 3}
    for step, data in enumerate(stranger.files):
        assert (tmp_path / f"0/vis_image/a_{step}.png").read_bytes() == data
        read = np.asarray(Image.open(io.BytesIO(data)))
        np.testing.assert_array_equal(read, NOISE + np.uint8(step))


def test_what_a_backend_keeps_is_encoded_as_it_is_by_then(encoded):
    stranger = Stranger()
    visualizer = Visualizer(vis_backends=[stranger])
    visualizer.add_image("a", NOISE.copy())
    stranger.images[0][:] = 7
    read = np.asarray(Image.open(io.BytesIO(encode_png(stranger.images[0]))))
    assert (read == 7).all()
    assert encoded == {(60, 90): 2}


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
@pytest.mark.parametrize(
    ("shape", "most", "size"),
    [
        ((200, 100, 3), 50, (25, 50)),
        ((100, 200, 4), 50, (50, 25)),
        ((1, 400, 3), 50, (50, 1)),
        ((50, 20, 3), 50, (20, 50)),
    ],
)
def test_larger_images_are_made_smaller(tmp_path, kind, shape, most, size):
    gray = np.full(shape, 100, np.uint8)
    backend = LocalVisBackend(tmp_path, image_format=kind, max_side=most)
    backend.add_image("a", gray[..., :3])
    read = Image.open(tmp_path / f"vis_image/a_0.{kind}")
    assert read.size == size
    np.testing.assert_allclose(np.asarray(read).astype(int), 100, atol=2)


def test_a_smaller_image_is_the_mean_of_what_it_was(tmp_path):
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    backend = LocalVisBackend(tmp_path, max_side=8)
    backend.add_image("a", stripes)
    read = np.asarray(Image.open(tmp_path / "vis_image/a_0.png"))
    np.testing.assert_allclose(read.astype(int), 100, atol=5)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"max_side": 0}, ValueError, "max_side must be at least 1, got 0"),
        ({"max_side": 2.5}, TypeError, r"max_side must be a whole number, got 2\.5"),
        ({"quality": "90", "image_format": "jpg"}, TypeError, "quality must be a whole number"),
        ({"quality": 101, "image_format": "webp"}, ValueError, r"quality must be in 1\.\.100"),
    ],
)
def test_wrong_options_raise_at_once(options, error, message):
    with pytest.raises(error, match=message):
        LocalVisBackend(**options)


def test_no_file_need_be_open_for_a_jpg(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(24, "Too many open files")

    for folder, patch in (("a", None), ("b", refuse)):
        if patch:
            monkeypatch.setattr("os.memfd_create", patch, raising=False)
        LocalVisBackend(tmp_path / folder, image_format="jpg").add_image("x", NOISE)
    a, b = (Path(tmp_path, f, "vis_image/x_0.jpg").read_bytes() for f in "ab")
    assert a == b


def test_in_the_background_the_caller_encodes_nothing(tmp_path, monkeypatch):
    threads = set()
    as_png = encoding.as_png
    monkeypatch.setattr(encoding, "as_png", lambda i: threads.add(get_ident()) or as_png(i))
    backends = [dict(type=LocalVisBackend), Heir()]
    with Visualizer(vis_backends=backends, save_dir=tmp_path, background=True) as visualizer:
        visualizer.add_image("a", NOISE)
    assert len(threads) == 1
    assert get_ident() not in threads
