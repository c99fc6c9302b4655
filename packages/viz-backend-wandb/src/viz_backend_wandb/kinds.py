"""The kinds of records that W&B has objects for, as these."""

# ruff: noqa: ARG002  # a backend accepts every argument that callers may pass

from __future__ import annotations

import html as html_module
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from viz_backend_wandb.keys import (
    as_json_config,
    as_json_scalar,
    to_file_path,
    to_image_key,
    to_key,
    to_table_key,
)
from viz_backend_wandb.overlays import as_boxes, as_masks
from viz_core import BaseVisBackend, Budget, ImageEncoder
from viz_core.typing import Image, Scalar

if TYPE_CHECKING:
    from viz_backend_wandb.run import OpenRun
    from viz_core import Annotated, DrawnFigure, Histogram, PRCurve, Video

__all__ = ["WandbKinds"]

#: Images in one row, and bins of a histogram, at most; W&B leaves out what is more, or raises.
_IMAGES, _BINS = 108, 512

#: What its page plays.
_VIDEOS = ("mp4", "webm", "gif", "ogg")

_TEXT = '<pre style="white-space: pre-wrap">{}</pre>'


class WandbKinds(BaseVisBackend):
    """Records each kind as W&B's own object; the subclass opens the run.

    A name that is too long for a file is cut and ends in a hash.
    """

    _encode: ImageEncoder
    _budget: Budget
    _is_told_of_shapes = False

    def _record(self, call: Callable[[OpenRun], None]) -> None:
        """Call a function with the open run."""
        raise NotImplementedError

    @staticmethod
    def _warn(message: str) -> None:
        """Tell the user."""
        raise NotImplementedError

    def _log(self, name: str, step: int, make: Callable[[Path], Any], size: int = 0) -> None:
        """Record what `make` makes, in a folder that is there meanwhile, if there is room."""
        key, _ = to_image_key(name)
        if self._budget.takes(size):
            self._record(lambda run: run.log_media(key, make, step, size))

    def add_images(
        self, name: str, images: Sequence[Image], step: int = 0, **kwargs: object
    ) -> None:
        """Record images side by side; of more than 108 the others are `<name>/108` and so on."""
        files = [self._encode(image).data for image in images]

        def make(part: Sequence[bytes]) -> Callable[[Path], Any]:
            def images(folder: Path) -> Any:
                import wandb

                paths = [folder / f"{i}.{self._encode.image_format}" for i in range(len(part))]
                for path, data in zip(paths, part, strict=True):
                    path.write_bytes(data)
                return [wandb.Image(str(path)) for path in paths]

            return images

        for start in range(0, len(files), _IMAGES):
            part = files[start : start + _IMAGES]
            size = sum(map(len, part))
            self._log(f"{name}/{start}" if start else name, step, make(part), size)

    def add_figure(self, name: str, figure: DrawnFigure, step: int = 0, **kwargs: object) -> None:
        """Record what the figure looks like as an image."""
        self.add_image(name=name, image=figure.image, step=step)

    def add_histogram(
        self, name: str, histogram: Histogram, step: int = 0, **kwargs: object
    ) -> None:
        """Record a histogram; of more than 512 bins, which W&B does not take, several are one."""
        edges, counts = histogram.edges, histogram.counts
        width = math.ceil(len(counts) / _BINS)
        if width > 1:
            counts = np.add.reduceat(counts, np.arange(0, len(counts), width))
            edges = np.append(edges[:-1:width], edges[-1])

        def make(_: Path) -> Any:
            import wandb

            return wandb.Histogram(np_histogram=(counts, edges))

        self._log(name, step, make)

    def add_text(self, name: str, text: str, step: int = 0, **kwargs: object) -> None:
        """Record a text, as it is, in a page of HTML."""
        self.add_html(name=name, html=_TEXT.format(html_module.escape(text)), step=step)

    def add_html(self, name: str, html: str, step: int = 0, **kwargs: object) -> None:
        """Record a page of HTML, which W&B shows in a frame."""

        def make(_: Path) -> Any:
            import wandb

            return wandb.Html(html, inject=False)

        self._log(name, step, make, len(html))

    def add_table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Record a table as rows of one table of all steps, with `global_step` as first column.

        Only its rows are sent. With other columns it is a table of its own, `<name>~2` and so on.
        """
        if self._budget.takes(len(str(rows)) if self._budget else 0):
            self._record(
                lambda run: run.log_rows(to_table_key(name, run.run.id), columns, rows, step)
            )

    def add_video(
        self, name: str, frames: Video, step: int = 0, fps: float = 4, **kwargs: object
    ) -> None:
        """Record a video as the file that it is; one that its page cannot play as a GIF."""
        video = frames.in_format(*_VIDEOS)

        def make(_: Path) -> Any:
            import wandb

            return wandb.Video(str(video.path), format=video.format)

        self._log(name, step, make, video.path.stat().st_size)

    def add_file(self, path: Path, name: str, **kwargs: object) -> None:
        """Record a copy of a file, as `files/<name>` of the run."""

        def save(run: OpenRun) -> None:
            run.save(to_file_path(name), lambda copy: shutil.copyfile(path, copy), size)

        size = path.stat().st_size
        if self._budget.takes(size):
            self._record(save)

    def add_hparams(
        self,
        hparams: Mapping[str, str | bool | int | float],
        metrics: Mapping[str, Scalar],
        **kwargs: object,
    ) -> None:
        """Record hyperparameters in the run's config, and final metrics in its summary."""
        values = as_json_config(hparams)
        summary = {to_key(name): as_json_scalar(value) for name, value in metrics.items()}
        self._record(lambda run: run.update_config(values))
        if summary:
            self._record(lambda run: run.update_summary(summary))

    def add_pr_curve(self, name: str, curve: PRCurve, step: int = 0, **kwargs: object) -> None:
        """Record a curve as W&B's own chart of it."""
        points = zip(curve.recall.tolist(), curve.precision.tolist(), strict=True)
        rows = [[name, recall, precision] for recall, precision in points]
        fields = {"x": "recall", "y": "precision", "class": "class"}
        titles = {"title": f"{name}, step {step}", "x-axis-title": "Recall"}
        self._chart(
            name,
            step,
            "wandb/area-under-curve/v0",
            (["class", "recall", "precision"], rows),
            fields,
            {**titles, "y-axis-title": "Precision"},
        )

    def add_confusion_matrix(
        self,
        name: str,
        matrix: npt.NDArray[np.float64],
        classes: Sequence[str],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Record a confusion matrix as W&B's own chart of it."""
        columns = ["Actual", "Predicted", "nPredictions"]
        rows = [
            [classes[row], classes[column], float(matrix[row, column])]
            for row, column in np.ndindex(matrix.shape)
        ]
        fields = {column: column for column in columns}
        titles = {"title": f"{name}, step {step}"}
        self._chart(name, step, "wandb/confusion_matrix/v1", (columns, rows), fields, titles)

    def add_annotations(
        self, name: str, annotated: Annotated, step: int = 0, **kwargs: object
    ) -> None:
        """Record an image with boxes and masks that W&B's page shows and hides.

        Of turned boxes and keypoints, which it has not, it gets the boxes around them.

        Warns:
            RecordingWarning: Once, if there are such.
        """
        sides = annotated.sides
        is_coarse = any(s.keypoints is not None or s.rotated_bboxes is not None for s in sides)
        if is_coarse and not self._is_told_of_shapes:
            self._is_told_of_shapes = True
            self._warn(
                "W&B has neither turned boxes nor keypoints: of those it gets the boxes around "
                "them; local files and drawings have all"
            )
        encoded = self._encode(annotated.image)
        caption = f"{annotated.title or name}, step {step}"  # its slider has another step

        def make(folder: Path) -> Any:
            import wandb

            path = folder / f"image.{self._encode.image_format}"
            path.write_bytes(encoded.data)
            return wandb.Image(
                str(path),
                caption=caption,
                boxes=as_boxes(annotated),
                masks=as_masks(annotated, *encoded.shape[:2]),
            )

        self._log(name, step, make, len(encoded.data))

    def _chart(
        self,
        name: str,
        step: int,
        kind: str,
        table: tuple[list[str], list[list[Any]]],
        fields: Mapping[str, str],
        titles: Mapping[str, str],
    ) -> None:
        def make(_: Path) -> Any:
            import wandb

            columns, rows = table
            data = wandb.Table(columns=columns, data=rows)
            return wandb.plot_table(kind, data, dict(fields), dict(titles))

        if self._budget.takes(0):
            self._record(lambda run: run.log_media(to_table_key(name, run.run.id), make, step, 0))
