"""What a kind becomes where a backend lacks it: the same numbers, in another form.

The one table of it is `FALLBACKS`. Nobody but a recorder calls these functions, once a record.
"""

from __future__ import annotations

import math
import os
import tempfile
import textwrap
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.images import as_image, over_white
from viz_core.kinds.evaluation import Hparam, PRCurve
from viz_core.kinds.figures import DrawnFigure
from viz_core.kinds.plain_text import (
    as_csv,
    as_json_line,
    as_markdown,
    confusion_matrix_numbers,
    histogram_numbers,
    pr_curve_numbers,
)
from viz_core.kinds.tables import Cell
from viz_core.typing import Image, Kind, Scalar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from viz_core.kinds.annotated import Annotated
    from viz_core.kinds.histograms import Histogram
    from viz_core.kinds.videos import Video

__all__ = ["FALLBACKS", "Fallback", "draw_annotated"]

Made: TypeAlias = "list[tuple[Kind, tuple[Any, ...]]]"
"""Records of other kinds, each with what its method gets."""

#: Frames of a video that an image shows, and classes of a confusion matrix whose numbers are
#: written into it.
_FRAMES, _CLASSES = 9, 20

#: An axis of larger numbers is in these.
_LARGEST = 1e300

#: Letters of a title and of a label; half as many where they may be wide, as Chinese ones.
_TITLE, _LABEL = 120, 24


class Fallback(NamedTuple):
    """One way to keep a kind.

    Attributes:
        kinds: Those that it becomes, all of which a backend must keep.
        render: Takes what the method of the kind gets, by position.
    """

    kinds: tuple[Kind, ...]
    render: Callable[..., Made]


def _images_as_image(name: str, images: Sequence[Image], step: int) -> Made:
    return [("image", (name, _grid(images), step))]


def _grid(images: Sequence[Image]) -> Image:
    """Return images side by side on white, in about as many rows as columns."""
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    height = max(image.shape[0] for image in images)
    width = max(image.shape[1] for image in images)
    gap = 2 if len(images) > 1 else 0
    grid = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = row * (height + gap), column * (width + gap)
        grid[top : top + image.shape[0], left : left + image.shape[1]] = over_white(image)
    return grid


def _figure_as_image(name: str, figure: DrawnFigure, step: int) -> Made:
    return [("image", (name, figure.image, step))]


def _with_numbers(
    render: Callable[..., Made], numbers: Callable[..., dict[str, Any]], *record: Any
) -> Made:
    """Return a figure and a file of its numbers, `<name>_<step>.json`."""
    name, *_, step = record
    return [*render(*record), *_file(as_json_line(numbers(*record)), f"{name}_{step}.json")]


def _histogram_as_figure(name: str, histogram: Histogram, step: int) -> Made:
    figure, axes = _axes(name, step)
    unit = _LARGEST if abs(histogram.edges).max() > _LARGEST else 1  # or the axis has no length
    axes.stairs(histogram.counts, histogram.edges / unit, fill=True)
    axes.set_xlabel("" if unit == 1 else f"in {unit:g}")
    axes.set_ylabel(f"count, {histogram.missing} not finite" if histogram.missing else "count")
    return [("figure", (name, figure, step))]


def _pr_curve_as_figure(name: str, curve: PRCurve, step: int) -> Made:
    figure, axes = _axes(name, step)
    axes.plot(curve.recall, curve.precision, ".-")
    axes.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    return [("figure", (name, figure, step))]


def _confusion_matrix_as_figure(
    name: str, matrix: npt.NDArray[np.float64], classes: Sequence[str], step: int
) -> Made:
    few = len(classes) <= _CLASSES
    side = max(4.8, 2.5 + 0.42 * len(classes))  # inches: 5 letters each
    figure, axes = _axes(name, step, (side, side) if few else None)
    axes.imshow(matrix, cmap="Blues", vmin=0)
    axes.set(xlabel="predicted", ylabel="true")
    if few:
        names, families = _legible(classes, _LABEL)
        how: dict[str, Any] = {"family": families, "parse_math": False, "size": 8}
        axes.set_xticks(range(len(classes)), names, rotation=90, **how)
        axes.set_yticks(range(len(classes)), names, **how)
        # In the axes, whose place does not depend on them: matplotlib need not measure each.
        inside: dict[str, Any] = {"ha": "center", "va": "center", "size": 8, "in_layout": False}
        for row, column in np.ndindex(matrix.shape):
            value = matrix[row, column]
            color = "white" if value > matrix.max() / 2 else "black"
            axes.text(column, row, _short(value), color=color, **inside)
    return [("figure", (name, figure, step))]


def _short(value: float) -> str:
    """Return a count or a share in five letters."""
    for least, unit, text in ((1e8, 1, "{:.0e}"), (1e6, 1e6, "{:.1f}M"), (1e5, 1e3, "{:.0f}k")):
        if value >= least:
            return text.format(value / unit)
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.2f}"


def _axes(
    name: str, step: int, size: tuple[float, float] | None = None
) -> tuple[DrawnFigure, Axes]:
    """Return a figure of a size in inches, with a title in lines as wide as it at most."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="tight")
    axes = figure.add_subplot()
    (title,), families = _legible([name], _TITLE)
    letters = _TITLE // (2 if title.isascii() else 4)
    while True:
        lines = textwrap.wrap(title, letters)
        last = f"{lines.pop()}, step {step}"
        lines += [last] if len(last) <= letters else last.rsplit(", ", 1)
        text = figure.suptitle("\n".join(lines), family=families, parse_math=False)
        share = text.get_window_extent().width / figure.bbox.width
        if share <= 1 or letters == 1:
            return DrawnFigure(figure), axes
        letters = max(1, min(letters - 1, int(letters / share)))


def _legible(texts: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Return texts as short lines, and the families of the fonts that have their characters."""
    from matplotlib.font_manager import FontProperties

    from viz_core.drawing.font_fallback import cover

    lines = []
    for text in texts:
        line, room = " ".join(text.split()), most if text.isascii() else most // 2
        lines.append(line if len(line) <= room else f"{line[: room - 1]}…")
    covered = [cover(line, FontProperties()) for line in lines]
    families = dict.fromkeys(name for _, font in covered for name in font.get_family())
    return [line for line, _ in covered], [*families]


def _text_as_file(name: str, text: str, step: int) -> Made:
    return _file(text, f"{name}_{step}.md")


def _html_as_file(name: str, html: str, step: int) -> Made:
    return _file(html, f"{name}_{step}.html")


def _table_as_text(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], step: int
) -> Made:
    return [("text", (name, as_markdown(columns, rows), step))]


def _table_as_file(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], step: int
) -> Made:
    return _file(as_csv(columns, rows), f"{name}_{step}.csv")


def _video_as_image(name: str, video: Video, step: int, _: float) -> Made:
    """Return frames from the whole of a video, side by side; it is read twice, never held."""
    count = sum(1 for _ in video.frames())
    stride = max(1, math.ceil(count / _FRAMES))
    return _images_as_image(name, [*islice(video.frames(), 0, None, stride)], step)


def _video_as_file(name: str, video: Video, step: int, _: float) -> Made:
    return [("file", (video.path, f"{name}_{step}.{video.format}"))]


def _hparams_as_config_and_scalars(
    hparams: Mapping[str, Hparam], metrics: Mapping[str, Scalar]
) -> Made:
    from viz_core.config.normalize import as_config

    made: Made = [("config", (as_config(hparams),))]
    return [*made, ("scalars", (dict(metrics), 0, None))] if metrics else made


def _annotations_as_image(name: str, annotated: Annotated, step: int) -> Made:
    return [("image", (name, draw_annotated(annotated), step))]


def draw_annotated(annotated: Annotated) -> Image:
    """Return a drawing of both sides, or of the only one, with the title above it."""
    from viz_core.annotations.layouts import draw_layout
    from viz_core.drawing.grid import make_grid

    image, layout, truth, prediction = annotated.image, annotated.layout, *annotated.sides
    if callable(layout):
        drawn = as_image(layout(image, truth, prediction), "what draws a sample returns")
    else:
        if annotated.truth is None or annotated.prediction is None:
            layout, prediction = "prediction", prediction if annotated.truth is None else truth
        drawn = draw_layout(
            image,
            truth,
            prediction,
            layout=layout,
            style=annotated.style,
            classes=annotated.classes,
            skeleton=annotated.skeleton,
        )
    return make_grid([drawn], [annotated.title], padding=0) if annotated.title else drawn


class _Temporary(type(Path())):  # type: ignore[misc]  # the path of this system
    """The path of a file that goes with it; `Path` itself cannot be watched."""


def _file(text: str, name: str) -> Made:
    suffix = f".{name.rpartition('.')[2]}"
    descriptor, path = tempfile.mkstemp(suffix, "viz-")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    temporary = _Temporary(path)
    weakref.finalize(temporary, Path(path).unlink, missing_ok=True)
    return [("file", (temporary, name))]


def _drawn(
    render: Callable[..., Made], numbers: Callable[..., dict[str, Any]]
) -> tuple[Fallback, ...]:
    """Return the ways to keep numbers that are drawn: the figure alone only where there are no files."""
    both = Fallback(("figure", "file"), partial(_with_numbers, render, numbers))
    return both, Fallback(("figure",), render)


#: By kind, what it becomes where a backend lacks it: the first that the backend keeps, itself or as
#: yet another kind.
FALLBACKS: Mapping[Kind, tuple[Fallback, ...]] = {
    "figure": (Fallback(("image",), _figure_as_image),),
    "images": (Fallback(("image",), _images_as_image),),
    "histogram": _drawn(_histogram_as_figure, histogram_numbers),
    "pr_curve": _drawn(_pr_curve_as_figure, pr_curve_numbers),
    "confusion_matrix": _drawn(_confusion_matrix_as_figure, confusion_matrix_numbers),
    "text": (Fallback(("file",), _text_as_file),),
    "html": (Fallback(("file",), _html_as_file),),
    "table": (Fallback(("text",), _table_as_text), Fallback(("file",), _table_as_file)),
    "video": (Fallback(("image",), _video_as_image), Fallback(("file",), _video_as_file)),
    "annotations": (Fallback(("image",), _annotations_as_image),),
    "hparams": (Fallback(("config", "scalars"), _hparams_as_config_and_scalars),),
}
