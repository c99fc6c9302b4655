"""The images of pages are files, which say what is on them to who does not see them."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def gallery(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    import gallery

    yield gallery
    gallery.start_page(Path())


def test_images_of_a_page_lie_beside_it_with_all_their_pixels(gallery, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 30, 40, 3), np.uint8)
    gallery.start_page(tmp_path / "page")
    written = [gallery.as_html(image, alt='a "quoted" box <1>', width=20) for image in images]
    for image, html in zip(images, written, strict=True):
        assert 'loading="lazy" width="20" height="15"' in html
        assert 'alt="a &quot;quoted&quot; box &lt;1&gt;"' in html
        path = tmp_path / "page" / re.search(r'src="([^"]+)"', html)[1]
        np.testing.assert_array_equal(np.asarray(Image.open(path)), image)
    gallery.start_page(tmp_path / "next")
    assert re.search(r'src="drawn-1\.', gallery.as_html(images[0], alt="noise"))


def test_an_image_without_a_description_is_refused(gallery):
    with pytest.raises(ValueError, match="alt must say what is on the image"):
        gallery.as_html(np.zeros((2, 2, 3), np.uint8), alt=" ")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda path: path.stem)
def test_no_two_images_of_a_page_say_the_same(page):
    said = re.findall(r'^print\(as_html\(.*\balt="([^"]+)"', page.read_text(), re.M)
    assert (
        len(set(said)) == len(said) == len(re.findall(r"^print\(as_html\(", page.read_text(), re.M))
    )
