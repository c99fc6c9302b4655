"""The methods by which a backend keeps a kind: what they get, by keyword."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import numpy.typing as npt

from viz_core.typing import Image, Kind, Scalar

if TYPE_CHECKING:
    from viz_core.kinds.annotated import Annotated
    from viz_core.kinds.evaluation import Hparam, PRCurve
    from viz_core.kinds.figures import DrawnFigure
    from viz_core.kinds.histograms import Histogram
    from viz_core.kinds.tables import Cell
    from viz_core.kinds.videos import Video

__all__ = ["ARGUMENTS", "KeptKinds", "fits", "for_strangers"]


class KeptKinds:
    """Keeps nothing; override the methods of the kinds that you keep.

    `name` is any unicode, and may contain `/`. `step` is an int; steps come in any order. The same
    name and step again replaces what was kept, but for histograms. `**kwargs` is what the caller
    passed besides.
    """

    def add_images(self, name: str, images: Sequence[Image], step: int = 0, **kwargs: Any) -> None:
        """Keep images that belong together; each as `add_image` gets it, of any size."""

    def add_figure(self, name: str, figure: DrawnFigure, step: int = 0, **kwargs: Any) -> None:
        """Keep a figure, which is drawn when its `image` is first asked for.

        Args:
            name: Any unicode.
            figure: Its `figure` is matplotlib's or plotly's own, which may change later; `svg` is
                SVG as bytes if the caller passed `svg=True`, else empty.
            step: An int.
            **kwargs: What the caller passed besides.
        """

    def add_histogram(self, name: str, histogram: Histogram, step: int = 0, **kwargs: Any) -> None:
        """Keep a histogram: its `edges`, `counts`, and how many values are `missing`."""

    def add_text(self, name: str, text: str, step: int = 0, **kwargs: Any) -> None:
        """Keep a text, which is Markdown."""

    def add_table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        step: int = 0,
        **kwargs: Any,
    ) -> None:
        """Keep a table.

        Args:
            name: Any unicode.
            columns: Their names, each another.
            rows: As many strings, numbers, bools or None as columns in each.
            step: An int.
            **kwargs: What the caller passed besides.
        """

    def add_video(
        self, name: str, frames: Video, step: int = 0, fps: float = 4, **kwargs: Any
    ) -> None:
        """Keep a video, which is a file: `frames.path` in `frames.format`, at `fps`.

        `frames.in_format("gif")` is one in another format, and `frames.frames()` reads it. The file
        may go when the method returns.
        """

    def add_html(self, name: str, html: str, step: int = 0, **kwargs: Any) -> None:
        """Keep a page, a string of `html`."""

    def add_file(self, path: Path, name: str, **kwargs: Any) -> None:
        """Keep a copy of a file, whose absolute `path` exists; the same name replaces it."""

    def add_hparams(
        self, hparams: Mapping[str, Hparam], metrics: Mapping[str, Scalar], **kwargs: Any
    ) -> None:
        """Keep `hparams` by name, and the final `metrics` that they led to, if any."""

    def add_pr_curve(self, name: str, curve: PRCurve, step: int = 0, **kwargs: Any) -> None:
        """Keep a curve of precision and recall over its thresholds."""

    def add_confusion_matrix(
        self,
        name: str,
        matrix: npt.NDArray[np.float64],
        classes: Sequence[str],
        step: int = 0,
        **kwargs: Any,
    ) -> None:
        """Keep a confusion matrix: rows are true classes, columns predicted ones."""

    def add_annotations(
        self, name: str, annotated: Annotated, step: int = 0, **kwargs: Any
    ) -> None:
        """Keep an image and what is annotated on it.

        Args:
            name: Any unicode.
            annotated: Its `image` is as `add_image` gets it; `truth` and `prediction` are
                `Annotations`, or None, and masks COCO's compressed run-length encodings.
            step: An int.
            **kwargs: What the caller passed besides.
        """


#: By kind, the arguments of its method, in their order.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    kind: method.__code__.co_varnames[
        1 : method.__code__.co_argcount
    ]  # a tenth of `inspect`'s time
    for kind in get_args(Kind)
    if (method := getattr(KeptKinds, f"add_{kind}", None)) is not None
}


def _taken(method: Any) -> tuple[frozenset[str], bool]:
    parameters = inspect.signature(method).parameters.values()
    named = frozenset(p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY)
    return named, any(p.kind is p.VAR_KEYWORD for p in parameters)


def fits(kind: Kind, method: Any, *, by_any: bool) -> bool:
    """Return whether a method takes what those of this kind get, by its names.

    Args:
        kind: One of `ARGUMENTS`.
        method: What is called `add_<kind>`, of whoever wrote it, for whatever.
        by_any: Whether `**kwargs` will do in the place of a name.
    """
    named, takes_any = _taken(method)
    missing = set(ARGUMENTS[kind]) - named
    return not missing or (by_any and takes_any)


def for_strangers(kind: Kind, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return values of a kind as they are known elsewhere: frames as an array, a figure as it was.

    Args:
        kind: One of `ARGUMENTS`.
        values: In the order of its arguments.
    """
    if kind == "video":
        name, video, *rest = values
        return (name, np.asarray(video), *rest)
    if kind == "figure":
        name, figure, step = values
        return (name, figure.figure, step)
    return values
