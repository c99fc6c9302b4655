"""A matplotlib Axes over the image, for what has no method of its own."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from viz_core.drawing.surface import DPI, Surface, make_renderer

__all__ = ["make_axes", "render"]


def make_axes(surface: Surface) -> Axes:
    """Return an Axes whose coordinates are the image's pixels."""
    height, width = surface.height, surface.width
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)  # some artists ask the figure's canvas for sizes
    figure.patch.set_visible(False)
    axes: Axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_autoscale_on(False)
    return axes


def render(surface: Surface, axes: Axes) -> None:
    """Draw what is on the Axes onto the image."""
    pixels = surface.pixels
    renderer, layer = make_renderer(surface.width, surface.height)
    layer[..., :3] = pixels
    layer[..., 3] = 255
    figure = axes.get_figure()
    assert figure is not None
    figure.draw(renderer)
    pixels[...] = layer[..., :3]
