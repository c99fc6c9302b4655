"""The methods by which a kind is recorded: what they take, what it means, and its converter.

A visualizer, a recorder and the door of a backend that is used alone have all of them from here.
What a backend gets stands in `kept`; what a kind becomes where a backend lacks it, in `fallbacks`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from viz_core.convert import as_name, as_step, take_global_step
from viz_core.typing import ArrayLike, Kind, ScalarDict, ScalarLike

if TYPE_CHECKING:
    from viz_core.annotations.names import Names
    from viz_core.annotations.style import StyleLike
    from viz_core.kinds.annotated import Layout, Skeleton
    from viz_core.kinds.histograms import Histogram
    from viz_core.kinds.videos import Video

__all__ = ["RecordedKinds"]

# The converters are imported when a kind is recorded: most programs record few of them.


class RecordedKinds:
    """Records each kind by `_record_kind`, checked and converted.

    Where nothing is recorded, as on other ranks, names and steps are checked and nothing is done.

    `step` is any whole number, in any order; `global_step` is another name of it. The same name and
    step again replaces what was recorded, but for histograms, which are all kept. `**kwargs` are
    passed on to the backends.
    """

    def _record_kind(self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        """Record values, in the order in which `KeptKinds` has them as arguments."""
        raise NotImplementedError

    def _is_recorded(self) -> bool:
        """Return whether records are to be made here; not on a rank that does not record."""
        return True

    def add_images(
        self,
        name: str,
        images: ArrayLike | Iterable[ArrayLike],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Record several images that belong together, such as a batch.

        Args:
            name: Any unicode; `/` makes groups.
            images: RGB of shape (N, H, W) or (N, H, W, C), a tensor also (N, C, H, W), or images of
                any sizes, each as `add_image` takes it.
            step: Any whole number, in any order.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If there is no image, or one is wrong. Nothing is recorded then.
        """
        from viz_core.images import as_images

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            self._record_kind("images", (name, as_images(images), step), kwargs)

    def add_figure(
        self, name: str, figure: object, step: int = 0, *, svg: bool = False, **kwargs: object
    ) -> None:
        """Record a figure, without pyplot; it stays open, and is the caller's to close.

        Args:
            name: Any unicode; `/` makes groups.
            figure: One of matplotlib's, `(figure, axes)` as torchmetrics returns, axes, what has
                one as `.figure_` or `.figure`, as displays of scikit-learn, or one of plotly's.
            step: Any whole number, in any order.
            svg: Whether local files have it as SVG too.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError: If it has no figure.
        """
        from viz_core.kinds.figures import DrawnFigure, as_figure

        name, step = as_name(name), _step(step, kwargs)
        if not self._is_recorded():
            return
        drawn = as_figure(figure)
        if svg:
            drawn = DrawnFigure(drawn.figure, svg=True)
            kwargs["svg"] = True  # so that it is told where nobody keeps one
        self._record_kind("figure", (name, drawn, step), kwargs)

    def add_histogram(
        self,
        name: str,
        values: ArrayLike | tuple[ArrayLike, ArrayLike] | Histogram,
        step: int = 0,
        bins: int | ArrayLike = 64,
        **kwargs: object,
    ) -> None:
        """Record how values are distributed.

        Args:
            name: Any unicode; `/` makes groups.
            values: Numbers of any shape, of an array or a tensor; or edges and counts, as
                `np.histogram` returns them.
            step: Any whole number, in any order.
            bins: How many, 1 to 512, from the smallest value to the largest, or their edges.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If there is no real number, or edges or counts are none.

        Warns:
            RecordingWarning: If values are NaN or infinite, which are in no bin.
        """
        from viz_core.kinds.histograms import as_histogram

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            histogram = as_histogram(values, bins, name)
            self._record_kind("histogram", (name, histogram, step), kwargs)

    def add_text(self, name: str, text: str, step: int = 0, **kwargs: object) -> None:
        """Record a text.

        Args:
            name: Any unicode; `/` makes groups.
            text: Markdown, which most trackers render.
            step: Any whole number, in any order.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If `text` is no string, or not valid unicode.
        """
        from viz_core.kinds.documents import as_text

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            self._record_kind("text", (name, as_text(text), step), kwargs)

    def add_table(
        self,
        name: str,
        columns: object = None,
        rows: Iterable[object] | None = None,
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Record a table.

            add_table("worst", [{"id": 7, "loss": 0.9}, {"id": 2, "loss": 0.8}], step=3)
            add_table("worst", ["id", "loss"], [[7, 0.9], [2, 0.8]], step=3)
            add_table("worst", dataframe, step=3)

        Args:
            name: Any unicode; `/` makes groups.
            columns: The names of the columns, or without `rows` the whole table: a list of dicts, a
                dict of columns, or a DataFrame of pandas or polars.
            rows: A cell for each column in each: strings, numbers, bools or None; other objects are
                their text.
            step: Any whole number, in any order.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If it is no table, or a cell is an array. Nothing is recorded.
        """
        from viz_core.kinds.tables import as_table

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            table = as_table(columns, rows)
            self._record_kind("table", (name, table.columns, table.rows, step), kwargs)

    def add_video(
        self,
        name: str,
        frames: ArrayLike | Iterable[ArrayLike] | str | os.PathLike[str] | Video,
        step: int = 0,
        fps: float = 4,
        **kwargs: object,
    ) -> None:
        """Record a video, encoded at once and once, whoever keeps it.

        It is H.264 if PyAV is installed, else VP9 by OpenCV, else a GIF.

        Args:
            name: Any unicode; `/` makes groups.
            frames: Shape (T, H, W) or (T, H, W, C), a tensor also (T, C, H, W); a list or an
                iterator of images of one size, which is never in memory as a whole; or the path of
                a video.
            step: Any whole number, in any order.
            fps: Frames a second; a file has its own.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If there is no frame, sizes differ, or one is wrong.
            FileNotFoundError: If there is no such file.
        """
        from viz_core.kinds.videos import as_video

        kwargs.pop("out_type", None)  # by which mmaction2's visualizer tells its own backends
        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            video = as_video(frames, fps)
            self._record_kind("video", (name, video, step, video.fps), kwargs)

    def add_html(self, name: str, html: object, step: int = 0, **kwargs: object) -> None:
        """Record a page.

        Args:
            name: Any unicode; `/` makes groups.
            html: A string, or what has `to_html()` or `_repr_html_()`, as figures of plotly.
            step: Any whole number, in any order.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If it is no page, or not valid unicode.
        """
        from viz_core.kinds.documents import as_html

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            self._record_kind("html", (name, as_html(html), step), kwargs)

    def add_file(
        self, path: str | os.PathLike[str], name: str | None = None, **kwargs: object
    ) -> None:
        """Record a copy of a file, such as a checkpoint.

        Args:
            path: A file that exists.
            name: What it is called in the run, by default as it is; `/` makes groups. The same name
                again replaces it.
            **kwargs: Passed on to the backends.

        Raises:
            TypeError: If `path` is no path.
            FileNotFoundError, IsADirectoryError: If there is no such file.
        """
        from viz_core.kinds.documents import as_file

        if self._is_recorded():
            self._record_kind("file", as_file(path, name), kwargs)

    def add_hparams(
        self, hparams: object, metrics: ScalarDict | None = None, **kwargs: object
    ) -> None:
        """Record hyperparameters, and the final metrics that they led to.

        Args:
            hparams: What `add_config` takes; groups become `outer.inner`.
            metrics: What `add_scalars` takes.
            **kwargs: Passed on to the backends.

        Raises:
            TypeError, ValueError: If they are no mapping, or a metric is no number.
        """
        from viz_core.kinds.evaluation import as_hparams

        if self._is_recorded():
            self._record_kind("hparams", tuple(as_hparams(hparams, metrics)), kwargs)

    def add_pr_curve(
        self,
        name: str,
        labels: ArrayLike,
        predictions: ArrayLike,
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Record the curve of precision and recall of a binary classifier.

        Args:
            name: Any unicode; `/` makes groups.
            labels: 0 or 1, or bools, of any shape.
            predictions: Probabilities in 0..1, of the same shape.
            step: Any whole number, in any order.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If shapes differ, or values are out of range.
        """
        from viz_core.kinds.evaluation import as_pr_curve

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            self._record_kind("pr_curve", (name, as_pr_curve(labels, predictions), step), kwargs)

    def add_confusion_matrix(
        self,
        name: str,
        matrix: ArrayLike | object,
        classes: Sequence[str] | Mapping[int, str] | None = None,
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Record a confusion matrix.

        Args:
            name: Any unicode; `/` makes groups.
            matrix: Shape (C, C), counts or shares: rows are true classes, columns predicted ones.
            classes: C names; by default the numbers from 0.
            step: Any whole number, in any order.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If it is no such matrix, or the names do not fit.
        """
        from viz_core.kinds.evaluation import as_confusion_matrix

        name, step = as_name(name), _step(step, kwargs)
        if self._is_recorded():
            found = as_confusion_matrix(matrix, classes)
            self._record_kind("confusion_matrix", (name, *found, step), kwargs)

    def add_annotations(
        self,
        name: str,
        image: ArrayLike,
        truth: object = None,
        prediction: object = None,
        step: int = 0,
        *,
        classes: Names | None = None,
        skeleton: Skeleton | None = None,
        caption: str | None = None,
        score: ScalarLike | None = None,
        layout: Layout = "side_by_side",
        style: StyleLike | None = None,
        **kwargs: object,
    ) -> None:
        """Record what is annotated on an image: as vectors, or drawn where a backend has none.

        Args:
            name: Any unicode; `/` makes groups.
            image: RGB, as `add_image` takes it.
            truth: What [`as_annotations`][viz_core.as_annotations] takes; None has none.
            prediction: What it takes, of a model.
            step: Any whole number, in any order.
            classes: Names of the classes, in a list or by label; by default, as the palette and
                `skeleton_links`, from the visualizer's `dataset_meta`.
            skeleton: The pairs of keypoints that are joined, from 0.
            caption: What is said of the image.
            score: How bad the prediction is; NaN is worst.
            layout: Of a drawing, as of [`Samples`][viz_core.Samples]; or what is called with the
                image and both sides, and returns an image.
            style: Of a drawing, as `as_style` takes it.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If something is of another kind. Nothing is recorded then.
        """
        from viz_core.kinds.annotated import as_annotated

        name, step = as_name(name), _step(step, kwargs)
        if not self._is_recorded():
            return
        meta = getattr(self, "dataset_meta", None)
        annotated = as_annotated(
            image, truth, prediction, classes, skeleton, caption, score, layout, style, meta
        )
        self._record_kind("annotations", (name, annotated, step), kwargs)


def _step(step: Any, extra: dict[str, Any]) -> int:
    return take_global_step(step, extra) if extra else as_step(step)
