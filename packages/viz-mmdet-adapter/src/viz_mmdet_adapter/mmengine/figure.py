"""The figure over the image, for libraries that draw with matplotlib themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.spines import Spine
from matplotlib.text import Text

from viz_core.typing import Image
from viz_mmdet_adapter.mmengine.plain_texts import as_plain_text

__all__ = ["Artists", "Overlay"]

Artists: TypeAlias = "list[Artist]"

#: What MMEngine adds to the size of its figure, in pixels, since matplotlib cuts what is not whole.
_MORE = 1e-2


class Overlay:
    """A figure of the image's size with one Axes, whose coordinates are the image's pixels.

    What is drawn on it is taken by `take_new`, once, and drawn by `draw`. It stays on the Axes, as
    its users know it, and is hidden where the figure itself is drawn, as by `savefig`: there, the
    image is seen, on which everything is.

    Args:
        arguments: Of the figure.
        get_image: Returns the image with all that was drawn.
    """

    def __init__(self, arguments: Mapping[str, Any], get_image: Callable[[], Image]) -> None:
        self.figure = Figure(**arguments)
        self.figure.set_dpi(100)
        self.canvas = _Canvas(self.figure, self)
        self.axes = self.figure.add_subplot()
        self.figure.subplots_adjust(left=0, right=1, bottom=0, top=1)
        self._get_image = get_image
        self._size = (0, 0)
        self._base: AxesImage | None = None
        self._taken: Artists = []

    def start(self, width: int, height: int) -> None:
        """Start over for an image of this size; the Axes stays the same object."""
        if self._size == (width, height) and self.is_plain:
            for artist in self._artists():
                artist.remove()
        else:
            for axes in self.figure.axes:
                if axes is not self.axes:
                    axes.remove()
            self.axes.cla()
            self.axes.set_axis_off()
            self.figure.subplots_adjust(left=0, right=1, bottom=0, top=1)
            self.figure.set_size_inches((width + _MORE) / 100, (height + _MORE) / 100)
            self._size = (width, height)
            # Its pixels are put in where it is seen.
            self._base = self.axes.imshow(
                np.zeros((1, 1, 3), np.uint8),
                extent=(0, width, height, 0),
                interpolation="none",
                aspect="equal",
            )
            self.axes.set_autoscale_on(False)
        self._taken = []
        self.figure.stale = False

    @property
    def is_plain(self) -> bool:
        """Whether the pixels of the figure are those of the image, and nothing else is on it."""
        width, height = self._size
        if self.figure.axes != [self.axes] or self.axes.axison:
            return False
        if tuple(map(int, self.figure.bbox.size)) != self._size:
            return False
        corners = self._transform(np.array([(0.0, 0.0), (width, height)]))
        return bool(np.abs(corners - [(0, 0), (width, height)]).max() < 0.1)

    def place(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return where in the image points of the Axes are, shape (N, 2)."""
        return self._transform(points)

    def _transform(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        self.axes.apply_aspect()
        placed: npt.NDArray[np.float64] = self.axes.transData.transform(points)
        placed[:, 1] = int(self.figure.bbox.height) - placed[:, 1]
        return placed

    def take_new(self) -> tuple[Artists, bool]:
        """Return what was drawn since the last time, and whether what was taken has changed."""
        there = self._artists()
        known = set(map(id, self._taken))
        new = [artist for artist in there if id(artist) not in known]
        is_changed = len(there) - len(new) < len(known) or any(a.stale for a in self._taken)
        self._taken = there
        self.figure.stale = False
        return new, is_changed

    def as_plain_texts(self, artists: Artists) -> list[dict[str, Any]] | None:
        """Return what `draw_texts` takes for each; None if some are no plain texts."""
        there = [each for each in _in_order(artists) if each.get_figure() is not None]
        texts = [as_plain_text(each, self.axes, *self._size) for each in there]
        if None in texts:
            return None
        for artist in there:
            artist.stale = False
        self.figure.stale = False
        return [text for text in texts if text is not None]

    def draw(self, artists: Artists, renderer: Any) -> None:
        """Draw what was taken, without what was removed since."""
        for artist in _in_order(artists):
            if artist.get_figure() is not None:
                artist.draw(renderer)
        self.figure.stale = False

    def draw_whole(self, image: Image) -> Image:
        """Return the figure with `image` where the Axes shows it, as matplotlib draws it."""
        if self._base is not None and self._base.axes is not None:
            self._base.set_data(image)
        canvas: Any = self.canvas
        FigureCanvasAgg.draw(canvas)  # type: ignore[no-untyped-call]  # not that of ours, which shows the image alone
        self._taken = self._artists()
        self.figure.stale = False
        drawn: Image = np.asarray(canvas.buffer_rgba())[..., :3].copy()
        return drawn

    def _artists(self) -> Artists:
        """Return what was drawn, in its order."""
        axes = self.axes
        on_axes = [
            artist
            for artist in axes.get_children()
            if not isinstance(artist, (Spine, Axis))
            and artist is not axes.patch
            and artist is not self._base
            and not (isinstance(artist, Text) and not artist.get_text())  # as titles
        ]
        kept = (self.figure.patch, *self.figure.axes)
        return on_axes + [a for a in self.figure.get_children() if a not in kept]

    @contextmanager
    def showing_image(self) -> Iterator[None]:
        """Have the figure show the image with all that was drawn, and nothing else."""
        image = self._get_image()
        figure = self.figure
        hidden = [a for a in figure.get_children() if a is not figure.patch and a.get_visible()]
        shown = figure.add_axes((0, 0, 1, 1))
        shown.set_axis_off()
        shown.imshow(image, aspect="auto", interpolation="none")
        for artist in hidden:
            artist.set_visible(False)
        try:
            yield
        finally:
            shown.remove()
            figure.sca(self.axes)
            for artist in hidden:
                artist.set_visible(True)
            figure.stale = False


def _in_order(artists: Artists) -> Artists:
    return sorted(artists, key=Artist.get_zorder)


class _Canvas(FigureCanvasAgg):
    """Draws the image, on which everything is, in whatever way it is asked for it."""

    def __init__(self, figure: Figure, overlay: Overlay) -> None:
        self._overlay = overlay
        super().__init__(figure)

    def draw(self) -> None:
        with self._overlay.showing_image():
            super().draw()  # type: ignore[no-untyped-call]  # matplotlib's

    def print_figure(self, *args: Any, **kwargs: Any) -> Any:
        with self._overlay.showing_image():
            return super().print_figure(*args, **kwargs)

    def print_to_buffer(self) -> Any:
        with self._overlay.showing_image():
            return super().print_to_buffer()  # type: ignore[no-untyped-call]  # matplotlib's
