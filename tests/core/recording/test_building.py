"""How images are stored: what the visualizer says, and what a backend's own config does."""

import numpy as np
import pytest
from PIL import Image

from viz_core import BaseVisBackend, LocalVisBackend, Visualizer, VizWarning

GRAY = np.full((40, 80, 3), 99, np.uint8)


class Mine(LocalVisBackend):
    """A user's, which passes on what it does not know."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)


class Pages(BaseVisBackend):
    """One that serves a single format."""

    def __init__(self, save_dir=None, image_format="webp"):
        super().__init__(save_dir)
        if image_format != "webp":
            raise ValueError(f"image_format must be 'webp', got {image_format!r}")


def sizes_by_file(folder):
    found = {}
    for path in folder.rglob("vis_image/*"):
        with Image.open(path) as image:
            found[path.relative_to(folder).as_posix()] = (image.format, image.size)
    return found


@pytest.mark.parametrize("cls", [LocalVisBackend, Mine, "LocalVisBackend"])
def test_a_backend_stores_images_as_the_visualizer_says(tmp_path, cls):
    visualizer = Visualizer(
        vis_backends=[dict(type=cls)],
        save_dir=tmp_path,
        image_format="jpg",
        quality=50,
        max_side=20,
    )
    visualizer.add_image("a", GRAY)
    assert sizes_by_file(tmp_path) == {"vis_data/vis_image/a_0.jpg": ("JPEG", (20, 10))}


def test_what_a_backends_config_says_wins(tmp_path):
    own = ({}, {"image_format": "png"}, {"image_format": "webp", "max_side": 60}, {"quality": 1})
    visualizer = Visualizer(
        vis_backends=[
            dict(type=LocalVisBackend, name=str(i), save_dir=tmp_path / str(i), **options)
            for i, options in enumerate(own)
        ],
        image_format="jpg",
        quality=90,
        max_side=20,
    )
    noise = np.random.default_rng(0).integers(0, 256, GRAY.shape, dtype=np.uint8)
    visualizer.add_image("a", noise)
    assert sizes_by_file(tmp_path) == {
        "0/vis_image/a_0.jpg": ("JPEG", (20, 10)),
        "1/vis_image/a_0.png": ("PNG", (20, 10)),
        "2/vis_image/a_0.webp": ("WEBP", (60, 30)),
        "3/vis_image/a_0.jpg": ("JPEG", (20, 10)),
    }
    best, worst = (tmp_path / f"{i}/vis_image/a_0.jpg" for i in (0, 3))
    assert worst.stat().st_size < best.stat().st_size


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"image_format": "gif"}, ValueError, "image_format must be 'png', 'jpg' or 'webp'"),
        ({"quality": 80}, ValueError, "quality=80 has no meaning for png"),
        ({"max_side": 0}, ValueError, "max_side must be at least 1"),
        ({"max_side": "9"}, TypeError, "max_side must be a whole number"),
    ],
)
@pytest.mark.parametrize("backends", [None, LocalVisBackend("unused")])
def test_wrong_options_raise_with_or_without_backends(options, error, message, backends):
    with pytest.raises(error, match=message):
        Visualizer(vis_backends=backends, **options)


def test_a_format_that_a_backend_cannot_serve_raises_unless_it_has_its_own(tmp_path):
    with pytest.raises(ValueError, match="image_format must be 'webp', got 'jpg'"):
        Visualizer(vis_backends=[dict(type=Pages)], save_dir=tmp_path, image_format="jpg")
    own = dict(type=Pages, image_format="webp")
    Visualizer(vis_backends=[own], save_dir=tmp_path, image_format="jpg", quality=80)


class Simple:
    """A stranger's, which takes no options."""

    def add_image(self, name, image, step=0):
        pass


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        (dict(type=Simple), "Simple, which takes no such argument"),
        (Simple(), "Simple, which was made before"),
        (LocalVisBackend("unused"), "LocalVisBackend, which was made before: give it there"),
    ],
)
def test_who_cannot_be_told_is_named(backend, why):
    with pytest.warns(VizWarning, match=f"image_format='webp', max_side=9 of the .*{why}"):
        Visualizer(vis_backends=[backend], image_format="webp", max_side=9)
