"""Texts on the Axes that are drawn without matplotlib, compared with MMEngine."""

import numpy as np
import pytest
from alike import difference
from matplotlib.text import Text
from mmengine.visualization import Visualizer as MMEngineVisualizer

from viz_mmdet_adapter.mmengine import Visualizer

IMAGE = np.kron(
    np.random.default_rng(0).integers(60, 200, (12, 16, 3), np.uint8),
    np.ones((10, 10, 1), np.uint8),
)

PLAIN = {
    "two lines": dict(s="score\n0.75", size=14, family="monospace", color="white", va="top"),
    "centered": dict(
        s="a\nlonger line", size=12, ha="center", va="center", multialignment="center"
    ),
    "round": dict(s="cat", color="w", bbox=dict(facecolor="k", alpha=0.5, boxstyle="Round")),
    "corners": dict(s="cat", bbox=dict(boxstyle="round,pad=0.5,rounding_size=0.2", fc="y")),
    "square": dict(s="cat", color=(1, 0, 0, 0.5), bbox=dict(fc=(0, 0, 1), ec="r", lw=3, pad=6)),
    "a hardly visible background": dict(
        s="cat", size=20, bbox=dict(fc="k", ec="none", alpha=0.003)
    ),
    "translucent": dict(s="cat", alpha=0.4, weight="bold", style="italic", size=25),
    "one level": dict(s="cat", color=(1 / 255, 1 / 255, 1 / 255), size=25),
}
OTHER = {
    "turned": dict(s="cat", rotation=30),
    "math": dict(s="$x^2$"),
    "clipped": dict(s="cat", clip_on=True),
    "fractions of the axes": dict(s="cat", fraction=True),
    "spaced": dict(s="a\nb", linespacing=3),
    "wrapped": dict(s="cat " * 9, wrap=True),
    "an arrow": dict(s="cat", bbox=dict(boxstyle="rarrow", fc="y")),
    "a dashed border": dict(s="cat", bbox=dict(ls="--", fc="y")),
    "outside": dict(s="cat", x=-3),
    "huge": dict(s="c", size=600),
    "a huge border": dict(s="c", bbox=dict(pad=200, fc="y")),
    "lines to the right": dict(s="a\nlonger", multialignment="right"),
}


def drawn(cls, how):
    how = {"x": np.int32(40), "y": 60.5, **how}
    visualizer = cls(image=IMAGE)
    if how.pop("fraction", None):
        how.update(x=0.3, y=0.5, transform=visualizer.ax_save.transAxes)
    visualizer.ax_save.text(how.pop("x"), how.pop("y"), how.pop("s"), **how)
    return visualizer.get_image()


@pytest.mark.parametrize("name", [*PLAIN, *OTHER])
def test_they_are_where_and_as_matplotlib_sets_them(name):
    ours, theirs = (
        drawn(cls, {**PLAIN, **OTHER}[name]) for cls in (Visualizer, MMEngineVisualizer)
    )
    assert (ours != IMAGE).any()
    # Letters stand on other parts of a pixel than matplotlib's.
    assert difference(ours, theirs) < (0.3 if name in PLAIN else 0.02)


@pytest.mark.parametrize("name", [*PLAIN, *OTHER])
def test_matplotlib_draws_only_what_draw_texts_has_not(monkeypatch, name):
    asked = []
    draw = Text.draw
    monkeypatch.setattr(Text, "draw", lambda *args: asked.append(1) or draw(*args))
    drawn(Visualizer, {**PLAIN, **OTHER}[name])
    assert bool(asked) == (name in OTHER)


def test_what_is_changed_later_is_drawn_anew():
    visualizer = Visualizer(image=IMAGE)
    text = visualizer.ax_save.text(40, 60, "cat", size=20)
    before = visualizer.get_image()
    text.set_text("dog")
    changed = visualizer.get_image()
    assert (changed != before).any()
    text.remove()
    assert (visualizer.get_image() == IMAGE).all()
