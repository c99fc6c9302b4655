"""The site's logo is what the canvas draws."""

from pathlib import Path

import numpy as np
from PIL import Image

from viz_core.testing import assert_images_close

DOCS = Path(__file__).parents[2] / "docs"


def on(color, image):
    """Return an image with alpha as it is seen on a color."""
    alpha = image[..., 3:] / 255
    return np.round(image[..., :3] * alpha + color * (1 - alpha)).astype(np.uint8)


def test_the_stored_logo_is_what_the_script_draws(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    import logo

    for name, drawn in (("logo", logo.draw_logo()), ("favicon", logo.draw_favicon())):
        stored = np.asarray(Image.open(DOCS / f"images/{name}.png"))
        assert stored.shape == drawn.shape
        assert_images_close(on(0, stored), on(0, drawn))
        assert_images_close(on(255, stored), on(255, drawn))
        assert 0.1 < stored[..., 3].mean() / 255 < 0.9
