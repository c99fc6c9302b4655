"""What is filled without Agg has Agg's pixels."""

import numpy as np
import pytest

from viz_core import Canvas
from viz_core.drawing import boxes
from viz_core.drawing.fillings import fill
from viz_core.drawing.surface import Surface

RAMP = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize("opacity", [0.001, 0.003, 0.25, 0.5, 0.501, 0.8, 0.99, 1])
def test_each_value_becomes_what_agg_makes_of_it(opacity):
    image = np.repeat(np.tile(RAMP[:, None], 300)[..., None], 3, axis=2)
    for value in range(0, 256, 5):
        color = (value, 255 - value, (value * 7) % 256, opacity)
        surface = Surface(image)
        fill(surface, 0, 0, 300, 256, color)
        by_agg = Canvas(image[:, :9])  # too small for anything else
        by_agg.draw_bboxes([0, 0, 9, 256], "none", face_colors=[color[:3]], alpha=opacity)
        assert (surface.pixels[:, :9] == by_agg.get_image()).all()
        assert (surface.pixels == surface.pixels[:, :1]).all()


@pytest.mark.filterwarnings("ignore:.*out of bounds")
@pytest.mark.parametrize("seed", range(12))
def test_large_boxes_look_as_agg_draws_them(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (900, 900, 3), np.uint8)
    corners = np.sort(rng.uniform(-300, 1100, (6, 2, 2)), axis=1).reshape(-1, 4)
    corners[rng.random((6, 4)) < 0.3] //= 1
    corners[0] = (30.5, -20.2, 870.2, 880.7)
    looks = {
        "edge_colors": [("none", "w", (9, 99, 0, 99))[i] for i in rng.integers(0, 3, 6)],
        "face_colors": list(map(tuple, rng.integers(0, 256, (6, 4)).tolist())),
        "line_widths": [float(width) for width in 10 ** rng.uniform(-1, 1.5, 6)],
        "line_styles": [("-", "--", ":")[i] for i in rng.integers(0, 3, 6)],
        "alpha": [float(alpha) for alpha in rng.choice([0.3, 1], 6)],
    }
    calls = []
    looks["face_colors"][0] = (9, 200, 30, int(rng.choice([99, 255])))
    monkeypatch.setattr(boxes, "fill", lambda *part: (calls.append(part), fill(*part)))
    found = Canvas(image).draw_bboxes(corners, **looks).get_image()
    monkeypatch.setattr(boxes, "LARGE", 10_000)
    few = len(calls)
    assert few
    assert (found == Canvas(image).draw_bboxes(corners, **looks).get_image()).all()
    assert len(calls) == few
