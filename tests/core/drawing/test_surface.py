"""Surfaces: what Agg draws comes back into the picture, and nothing else changes."""

import numpy as np
import pytest

from viz_core import Canvas
from viz_core.drawing import surface


def draw(shape, seed=0):
    """Return a noisy picture and the same with circles that go through Agg."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(0, 256, (*shape, 3), np.uint8)
    canvas = Canvas(ground)
    size = np.array(shape[::-1])
    # Inside, so that nothing is warned of, and not at the border, so that only a part is copied.
    centers = size * rng.uniform(0.3, 0.7, (4, 2))
    canvas.draw_circles(centers, size.min() * rng.uniform(0.05, 0.25, 4), "r", line_widths=1)
    return ground, canvas.get_image()


@pytest.mark.parametrize("shape", [(40, 60), (1, 9), (9, 1), (1, 1), (5, 4200)])
def test_without_writing_in_order_the_pixels_are_the_same(shape, monkeypatch):
    assert surface.WRITES_IN_ORDER
    ground, fast = draw(shape)
    monkeypatch.setattr(surface, "WRITES_IN_ORDER", False)
    _, plain = draw(shape)
    assert (fast != ground).any()
    assert (fast == plain).all()


def test_what_agg_does_not_touch_stays_as_it_was():
    ground = np.random.default_rng(1).integers(0, 256, (50, 70, 3), np.uint8)
    drawn = Canvas(ground).draw_circles(np.array([20, 20]), np.array([5]), "r").get_image()
    changed = np.argwhere((drawn != ground).any(axis=-1))
    assert changed.min() >= 12
    assert changed.max() <= 28
