"""Figures, from whatever draws one."""

from __future__ import annotations

import io
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from viz_core.convert import shortened
from viz_core.files.encoding import SharedImage
from viz_core.typing import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DrawnFigure", "as_figure"]


class DrawnFigure:
    """A figure that is drawn once, when its image is first asked for.

    Args:
        figure: One of matplotlib's or plotly's.
        svg: Whether to draw it as SVG too.
    """

    __slots__ = ("_drawn", "_is_svg", "_svg", "figure")

    def __init__(self, figure: object, *, svg: bool = False) -> None:
        self.figure: Any = figure
        self._is_svg = svg
        self._drawn: SharedImage | Exception | None = None
        self._svg: bytes | Exception = b""

    @property
    def image(self) -> Image:
        """What it looks like, as `add_image` gets an image; encoded once for several backends."""
        self.draw()
        if isinstance(self._drawn, Exception):
            raise self._drawn
        assert self._drawn is not None
        return self._drawn.image

    @property
    def svg(self) -> bytes:
        """The same as SVG, in which letters are outlines; empty if nobody asked for it."""
        self.draw()
        if isinstance(self._svg, Exception):
            raise self._svg
        return self._svg

    def draw(self) -> int:
        """Draw the figure as it is now, unless it was drawn; return the bytes of what it became.

        What goes wrong is raised where the image is asked for: each backend fails by itself.
        """
        if self._drawn is None:
            if self._is_svg:
                try:
                    self._svg = _draw_svg(self.figure)
                except Exception as error:  # noqa: BLE001  # whatever it is, each backend has it
                    self._svg = error
            try:
                self._drawn = SharedImage(_draw(self.figure))
            except Exception as error:  # noqa: BLE001  # whatever it is, each backend has it
                self._drawn = error
        size = 0 if isinstance(self._drawn, Exception) else self._drawn.image.nbytes
        return size + (0 if isinstance(self._svg, Exception) else len(self._svg))


def as_figure(figure: object, name: str = "figure") -> DrawnFigure:
    """Return a figure of any make, to be drawn without pyplot.

    Args:
        figure: One of matplotlib's, `(figure, axes)` as torchmetrics returns, axes, what has one as
            `.figure_` or `.figure`, as the displays of scikit-learn and seaborn's grids, pyplot
            itself for its current figure, or one of plotly's.
        name: What it is called in an error.

    Raises:
        TypeError: If it has no figure.
    """
    if isinstance(figure, DrawnFigure):
        return figure
    found = _find(figure)
    if found is None:
        hint = "pass a figure of matplotlib or plotly, (figure, axes), or what has a .figure"
        if hasattr(figure, "plot"):
            hint = f"call its plot() first, and pass what that returns, or the {name} it drew on"
        elif hasattr(figure, "shape") or hasattr(figure, "getbands"):
            hint = "record an image with add_image"
        raise TypeError(
            f"{name} must be a figure, got {type(figure).__name__}: {shortened(figure)}; {hint}"
        )
    return DrawnFigure(found)


def _find(value: Any) -> Any:
    """Return the figure of something, or None."""
    if isinstance(value, ModuleType):
        return value.gcf() if hasattr(value, "gcf") else None
    if isinstance(value, type):
        return None
    if isinstance(value, np.ndarray):  # axes, as of plt.subplots
        return _find(value.flat[0]) if value.dtype == object and value.size else None
    if isinstance(value, (tuple, list)):
        return next((found for item in value if (found := _find(item)) is not None), None)
    if _is_figure(value):
        return value
    for attribute in ("figure_", "figure", "fig"):
        inner = getattr(value, attribute, None)
        while inner is not None and not _is_figure(inner) and hasattr(inner, "figure"):
            inner = inner.figure if inner.figure is not inner else None  # a figure in a figure
        if _is_figure(inner):
            return inner
    return None


def _is_figure(value: object) -> bool:
    ours = hasattr(value, "savefig") and hasattr(value, "set_canvas")
    return ours or (hasattr(value, "to_plotly_json") and hasattr(value, "to_image"))


def _draw(figure: Any) -> Image:
    if hasattr(figure, "to_plotly_json"):
        return _draw_plotly(figure)
    return _draw_with_agg(figure)


def _draw_with_agg(figure: Figure) -> Image:
    """Return what a figure of matplotlib looks like, and leave it with the canvas it had."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    before: Any = figure.canvas
    try:
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.array(canvas.buffer_rgba())
    finally:
        figure.set_canvas(before)
    return pixels[..., :3].copy() if (pixels[..., 3] == 255).all() else pixels


def _draw_svg(figure: Any) -> bytes:
    if hasattr(figure, "to_plotly_json"):
        return _of_plotly(figure, "svg")
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    before: Any = figure.canvas
    dpi = figure.dpi
    file = io.BytesIO()
    try:
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(file, metadata={"Date": None})
    finally:
        figure.dpi = dpi  # which SVG sets to 72; its canvas has no window that would follow
        figure.set_canvas(before)
    return file.getvalue()


def _draw_plotly(figure: Any) -> Image:
    from PIL import Image as Pillow

    return np.array(Pillow.open(io.BytesIO(_of_plotly(figure, "png"))).convert("RGBA"))


def _of_plotly(figure: Any, file_format: str) -> bytes:
    try:
        data: bytes = figure.to_image(format=file_format)
    except Exception as error:  # whatever is missing, which plotly says itself
        raise TypeError(
            f"plotly cannot draw this figure as an image ({shortened(str(error))}); pip install "
            "kaleido, or record the page itself with add_html(name, figure)"
        ) from error
    return data
