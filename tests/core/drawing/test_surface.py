"""Surfaces: what Agg draws comes back into the image, and nothing else changes."""

import numpy as np
import pytest

from viz_core import Canvas


def draw(ground):
    """Return an image with circles that go through Agg."""
    height, width, _ = ground.shape
    rng = np.random.default_rng(0)
    # Inside, so that nothing is warned of, and not at the border, so that only a part is copied.
    centers = np.array([width, height]) * rng.uniform(0.3, 0.7, (4, 2))
    radii = min(height, width) * rng.uniform(0.05, 0.25, 4)
    return Canvas(ground).draw_circles(centers, radii, (200, 90, 30), line_widths=1).get_image()


@pytest.mark.parametrize("shape", [(40, 60), (1, 9), (9, 1), (1, 1), (5, 4200)])
def test_each_channel_of_each_pixel_is_blended_with_what_was_there(shape):
    ground = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    black, white = (draw(np.full_like(ground, level)).astype(int) for level in (0, 255))
    kept = (white - black) / 255
    assert kept.min() < 0.6
    assert (
        np.abs(draw(ground) - (black + ground * kept)).max() <= 3
    )  # four circles: Agg rounds down
    untouched = (kept == 1).all(axis=-1)
    assert (draw(ground)[untouched] == ground[untouched]).all()


def test_what_agg_does_not_touch_stays_as_it_was():
    ground = np.random.default_rng(1).integers(0, 256, (50, 70, 3), np.uint8)
    drawn = Canvas(ground).draw_circles(np.array([20, 20]), np.array([5]), "r").get_image()
    changed = np.argwhere((drawn != ground).any(axis=-1))
    assert changed.min() >= 12
    assert changed.max() <= 28
