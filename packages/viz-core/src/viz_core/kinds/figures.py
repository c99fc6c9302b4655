"""Figures, from whatever draws one."""

from __future__ import annotations

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
    """

    __slots__ = ("_drawn", "figure")

    def __init__(self, figure: object) -> None:
        self.figure: Any = figure
        self._drawn: SharedImage | Exception | None = None

    @property
    def image(self) -> Image:
        """What it looks like, as `add_image` gets an image; encoded once for several backends."""
        self.draw()
        if isinstance(self._drawn, Exception):
            raise self._drawn
        assert self._drawn is not None
        return self._drawn.image

    def draw(self) -> int:
        """Draw the figure as it is now, unless it was drawn; return the bytes of its image.

        What goes wrong is raised where the image is asked for: each backend fails by itself.
        """
        if self._drawn is None:
            try:
                self._drawn = SharedImage(_draw(self.figure))
            except Exception as error:  # noqa: BLE001  # whatever it is, each backend has it
                self._drawn = error
        return 0 if isinstance(self._drawn, Exception) else self._drawn.image.nbytes


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
        if hasattr(figure, "plot") and not hasattr(figure, "dtype"):
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


def _draw_plotly(figure: Any) -> Image:
    import io

    from PIL import Image as Pillow

    try:
        data: bytes = figure.to_image(format="png")
    except Exception as error:  # whatever is missing, which plotly says itself
        raise TypeError(
            f"plotly cannot draw this figure as an image ({shortened(str(error))}); pip install "
            "kaleido, or record the page itself with add_html(name, figure)"
        ) from error
    return np.array(Pillow.open(io.BytesIO(data)).convert("RGBA"))
