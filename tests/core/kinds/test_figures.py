"""What has a figure, and how it is drawn."""

import io
import types
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from viz_core import DrawnFigure, as_figure, encode_png


@pytest.fixture
def figure():
    figure = Figure((2, 1), dpi=50)
    figure.add_subplot().plot([1, 2])
    return figure


class Display:
    """What matters of scikit-learn's displays."""

    figure_ = None

    def plot(self):
        """Draw."""


def of_display(figure):
    display = Display()
    display.figure_ = figure
    return display


@pytest.mark.parametrize(
    "wrap",
    [
        lambda figure: figure,
        lambda figure: (figure, figure.axes[0]),
        lambda figure: (figure.axes[0], figure),
        lambda figure: figure.axes[0],
        lambda figure: np.array([[figure.axes[0]]], object),
        lambda figure: figure.axes[0].lines[0],
        lambda figure: figure.subfigures(1),
        lambda figure: types.SimpleNamespace(figure=figure),
        lambda figure: types.SimpleNamespace(fig=figure),
        of_display,
    ],
)
def test_whatever_has_a_figure(figure, wrap):
    assert as_figure(wrap(figure)).figure is figure


def test_pyplot_is_its_current_figure(figure):
    pyplot = types.ModuleType("pyplot")
    pyplot.gcf = lambda: figure
    assert as_figure(pyplot).figure is figure


def test_is_drawn_once_as_agg_draws_it_and_keeps_its_canvas(figure):
    canvas = figure.canvas
    drawn = as_figure(figure)
    assert drawn.image is drawn.image
    assert figure.canvas is canvas
    other = FigureCanvasAgg(figure)
    other.draw()
    assert (drawn.image == np.asarray(other.buffer_rgba())[..., :3]).all()
    assert drawn.image.shape == (50, 100, 3)
    assert drawn.image.min() < 100


def test_a_clear_background_stays_clear(figure):
    figure.patch.set_alpha(0)
    image = as_figure(figure).image
    assert image.shape == (50, 100, 4)
    assert image[0, 0, 3] == 0


class OfPlotly:
    def to_plotly_json(self):
        return {}

    def to_image(self, format):  # noqa: A002  # plotly's own name
        raise ValueError("kaleido is missing")


def test_plotly_says_what_it_lacks():
    with pytest.raises(
        TypeError, match=r"kaleido is missing'\); pip install kaleido, or .*add_html"
    ):
        _ = as_figure(OfPlotly()).image


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (5, "figure must be a figure, got int: 5; pass a figure of matplotlib"),
        (None, "got NoneType"),
        (Figure, "got type"),
        (np.zeros((4, 4, 3)), "record an image with add_image"),
        (Display(), r"call its plot\(\) first"),
        (types.SimpleNamespace(plot=0, dtype=0), r"call its plot\(\) first"),
        ([], "got list"),
        (types, "got module"),
    ],
)
def test_what_has_none_is_named(wrong, text):
    with pytest.raises(TypeError, match=text):
        as_figure(wrong)


def test_it_is_drawn_as_svg_if_that_is_asked_for(figure):
    before = figure.canvas
    drawn = DrawnFigure(figure, svg=True)
    size = drawn.draw()
    figure.axes[0].set_title("later")
    assert (figure.canvas, figure.dpi) == (before, 50)
    assert size == drawn.image.nbytes + len(drawn.svg)
    root = ElementTree.fromstring(drawn.svg)  # our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height")) == ("144pt", "72pt")
    expected = io.BytesIO()
    as_drawn = Figure((2, 1), dpi=50)
    as_drawn.add_subplot().plot([1, 2])
    as_drawn.savefig(expected, format="svg", dpi=50)
    theirs = ElementTree.fromstring(expected.getvalue())
    assert paths(root) == paths(theirs)
    assert as_figure(figure).svg == b""


def paths(root):
    return [path.get("d") for path in root.iter("{http://www.w3.org/2000/svg}path")]


def test_an_svg_that_cannot_be_drawn_costs_no_image():
    png = encode_png(np.zeros((1, 1, 4), np.uint8))
    plotly = types.SimpleNamespace(
        to_plotly_json=dict, to_image=lambda **given: png if given["format"] == "png" else 1 / 0
    )
    drawn = DrawnFigure(plotly, svg=True)
    assert drawn.image.shape == (1, 1, 4)
    with pytest.raises(TypeError, match=r"plotly cannot draw .*division by zero.*kaleido"):
        _ = drawn.svg
