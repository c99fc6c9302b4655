"""The backend that writes TensorBoard's event files."""

# ruff: noqa: ARG002  # a backend accepts every argument that callers may pass

from __future__ import annotations

import logging
import math
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from viz_backend_tensorboard import events, plugin_events
from viz_backend_tensorboard.event_file import EventFile
from viz_backend_tensorboard.events import config_markdown
from viz_core import (
    BaseVisBackend,
    Budget,
    ImageEncoder,
    RecordingWarning,
    as_step,
    sync_to_disk,
    warn_user,
    write_whole,
)
from viz_core.typing import Image, ImageFormat, Scalar

if TYPE_CHECKING:
    from viz_core import DrawnFigure, Histogram, PRCurve, RunConfig, Video

__all__ = ["TensorboardVisBackend"]

_logger = logging.getLogger(__name__)

#: The folder of pages, which local files in the same folder have no kind for.
_PAGES = "tensorboard_html"

#: Values from here on become infinite in float32: half a digit above its largest.
_FLOAT32_LIMIT = 2.0**128 - 2.0**103


class TensorboardVisBackend(BaseVisBackend):
    """Writes every kind of record but files to TensorBoard's event files.

    The files lie in `save_dir` itself; `tensorboard --logdir <save_dir>` shows them. A record is
    in the file when the call returns, so that killing the process loses none. A forked child
    writes files of its own. A record for which the disk has no room raises, and leaves nothing.

    Only `experiment` and `add_graph` need torch; nothing needs TensorFlow. Scalars are stored as float32, as TensorBoard
    does. Every point is stored, also where steps go back or repeat; TensorBoard's default view
    shows the points of a name up to where its steps go back, `tensorboard --load_fast=false`
    shows all. `index.jsonl` beside the files says which run wrote which; a second run in the
    folder is told once, unless it resumes.

    Args:
        save_dir: The folder of the run.
        resume: The step at which a crashed run in the same folder goes on. TensorBoard then
            hides what that run recorded at this step or later; the files keep it.
        image_format: `'png'`, or `'jpg'`, which is smaller and lossy, and has white where an image
            is transparent. TensorBoard serves no `'webp'`.
        quality: 1 to 100, of `'jpg'`; 90 by default.
        max_side: Pixels of an image's longer side at most: a larger one is made smaller; any by
            default.
        budget_mb: Megabytes of images, figures, videos, pages, texts, tables and files that are sent
            by one process. What does not fit is left out, which is told once, and by `close`; numbers
            are always sent. Any by default.

    Raises:
        TypeError, ValueError: If `resume` is not a whole number, or an option of images is wrong.
    """

    needs_save_dir = True

    #: What must be installed, for `viz backends`.
    tracker = "tensorboard"

    _copied = ("_events",)

    def __init__(
        self,
        save_dir: str | os.PathLike[str] | None = None,
        *,
        resume: int | None = None,
        image_format: ImageFormat = "png",
        quality: int | None = None,
        max_side: int | None = None,
        budget_mb: float | None = None,
    ) -> None:
        super().__init__(save_dir)
        self._budget = Budget(budget_mb, "TensorboardVisBackend")
        self._encode = ImageEncoder(
            image_format,
            quality,
            max_side,
            formats=("png", "jpg"),
            reason="TensorBoard serves no others; give this backend an image_format= of its own",
        )
        if isinstance(resume, bool):
            raise TypeError(
                f"resume must be the step at which the run goes on, got {resume!r}; "
                "pass the step of the checkpoint, as in resume=1200"
            )
        self._resumes = resume is not None
        self._unsynced_index: Path | None = None
        self._unsynced_pages = False
        self._hparams: tuple[dict[str, Any] | None, set[str] | None] = (None, None)
        self._events = EventFile(
            self._locate, None if resume is None else as_step(resume), self._note_opened
        )

    def _locate(self) -> Path:
        self.enter_run()  # before there is a file, which would be taken for another run's
        return self.directory

    def _note_opened(self, path: str) -> None:
        index = self.enter_run()
        index.note(os.path.relpath(path, index.folder), 0)
        self._unsynced_index = index.path
        if not self._resumes:
            index.tell()

    @property
    def is_open(self) -> bool:
        """Whether this process has an event file open."""
        return self._events.is_open or super().is_open

    def open_experiment(self) -> Any:
        """Return torch's `SummaryWriter`, writing through this backend's file.

        Raises:
            ModuleNotFoundError: If torch is not installed.
        """
        try:
            from viz_backend_tensorboard.summary_writer import DurableSummaryWriter
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            raise ModuleNotFoundError(
                "TensorboardVisBackend.experiment is torch's SummaryWriter, and torch is not "
                "installed; pip install torch. Images, scalars and configs do without it",
                name="torch",
            ) from error
        return DurableSummaryWriter(self._events)

    def add_config(self, config: RunConfig, **kwargs: object) -> None:
        """Write the config as the text `config`: a table, and its source below.

        That of a second run in the folder is at step 1, beside the first's.
        """
        step = self.enter_run().number - 1
        self._events.write(events.text("config/text_summary", config_markdown(config), step))

    def add_graph(
        self,
        model: object,
        data_batch: object = None,
        *,
        verbose: bool = False,
        use_strict_trace: bool = True,
        **kwargs: object,
    ) -> None:
        """Write the graph of a torch `model`, traced with `data_batch`.

        Args:
            model: A `torch.nn.Module`. It is in eval mode while traced.
            data_batch: A tensor, or a tuple of the arguments of `model`. With None there is
                nothing to trace with, and no graph is written.
            verbose: Whether torch prints the graph.
            use_strict_trace: Whether torch refuses a model that returns dicts or lists.
            **kwargs: Not used.
        """
        if data_batch is None:
            _logger.info("no graph of %s is written: it takes an input", type(model).__name__)
            return
        options = {"verbose": verbose, "use_strict_trace": use_strict_trace}
        self.experiment.add_graph(model, data_batch, **options)

    def add_image(self, name: str, image: Image, step: int = 0, **kwargs: object) -> None:
        """Write an image, by default losslessly."""
        self._send(events.image(name, *self._encode(image), step))

    def add_scalars(
        self, scalar_dict: Mapping[str, Scalar], step: int = 0, **kwargs: object
    ) -> None:
        """Write scalars of one step as one event.

        Args:
            scalar_dict: Ints and floats by name.
            step: Steps come in any order and may repeat.
            **kwargs: Not used.

        Warns:
            RecordingWarning: For a value that float32 cannot hold, which becomes infinite.
        """
        values = dict(scalar_dict)
        for name, value in scalar_dict.items():
            if abs(value) >= _FLOAT32_LIMIT and abs(value) != math.inf:
                values[name] = math.inf if value > 0 else -math.inf
                self._warn(f"{name!r} is recorded as infinite: {value!r} does not fit float32")
        self._events.write(events.scalars(values, step))

    def add_images(
        self, name: str, images: Sequence[Image], step: int = 0, **kwargs: object
    ) -> None:
        """Write images as samples of one tag."""
        encoded = [self._encode(image) for image in images]
        height, width, _ = encoded[0].shape
        data = [image.data for image in encoded]
        self._send(plugin_events.images(name, data, (width, height), step))

    def add_figure(self, name: str, figure: DrawnFigure, step: int = 0, **kwargs: object) -> None:
        """Write what the figure looks like as an image."""
        self.add_image(name=name, image=figure.image, step=step)

    def add_histogram(
        self, name: str, histogram: Histogram, step: int = 0, **kwargs: object
    ) -> None:
        """Write a histogram for the pages of histograms and distributions."""
        self._events.write(plugin_events.histogram(name, histogram, step))

    def add_text(self, name: str, text: str, step: int = 0, **kwargs: object) -> None:
        """Write a text, which the page renders as Markdown."""
        self._send(events.text(name, text, step))

    def add_table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Write a table for the page of texts: 1,000 rows, and how many there are besides."""
        self._send(plugin_events.table(name, columns, rows, step))

    def add_video(
        self, name: str, frames: Video, step: int = 0, fps: float = 4, **kwargs: object
    ) -> None:
        """Write a video as a GIF, which moves on the page of images."""
        video = frames.in_format("gif")
        height, width, _ = next(video.frames()).shape
        data = video.path.read_bytes()
        self._send(plugin_events.images(name, [data], (width, height), step))

    def add_html(self, name: str, html: str, step: int = 0, **kwargs: object) -> None:
        """Write a page as a file in `tensorboard_html`, whose path a text has: it shows no HTML."""
        content = html.encode()
        if not self._budget.takes(len(content)):
            return
        folder = self.directory / _PAGES
        folder.mkdir(exist_ok=True)
        file = f"{quote(name, safe='')[:200]}_{zlib.crc32(name.encode()):08x}_{step}.html"
        write_whole(folder / file, content)
        self._unsynced_pages = True
        self._events.write(events.text(name, f"`{folder / file}`", step))

    def add_hparams(
        self,
        hparams: Mapping[str, str | bool | int | float],
        metrics: Mapping[str, Scalar],
        **kwargs: object,
    ) -> None:
        """Write hyperparameters for the page of these, in the same run.

        The final metrics are scalars too, called `hparam/<name>`, as `<name>` is that of a curve.
        They may come in a later call.

        Warns:
            RecordingWarning: If hyperparameters or the names of metrics differ from those before:
                TensorBoard shows the first of a run.
        """
        shown, results = self._hparams
        if shown is None:
            self._events.write(plugin_events.hparams(hparams))
            shown = dict(hparams)
        if metrics:
            scalars = {plugin_events.METRIC.format(key): value for key, value in metrics.items()}
            self.add_scalars(scalar_dict=scalars)
            if results is None:
                for event in plugin_events.results(shown, [*metrics]):
                    self._events.write(event)
                results = {*metrics}
        self._hparams = shown, results
        if shown != hparams or (metrics and results != {*metrics}):
            self._warn(
                "TensorBoard shows the first hyperparameters of a run, and the metrics that came "
                "with them first: those of this call are others; record them to another save_dir"
            )

    def add_pr_curve(self, name: str, curve: PRCurve, step: int = 0, **kwargs: object) -> None:
        """Write a curve for the page of curves of precision and recall."""
        self._events.write(plugin_events.pr_curve(name, curve, step))

    def _send(self, event: Any) -> None:
        """Write what may be large, if there is room for it."""
        if self._budget.takes(event.ByteSize()):
            self._events.write(event)

    def flush(self, sync: bool = False) -> None:
        """Do nothing, as every record is written at once.

        Args:
            sync: Wait until the disk has the records, so that a power cut costs none.
        """
        if sync:
            self._events.sync()
            if self._unsynced_pages:
                self._unsynced_pages = False
                sync_to_disk(self.directory / _PAGES)
            index, self._unsynced_index = self._unsynced_index, None
            if index is not None:
                sync_to_disk(index)

    def close(self) -> None:
        """Close the files. The next record begins another, which is of the same run."""
        writer = self._experiment if super().is_open else None
        super().close()
        if writer is not None:
            writer.close()
        self._events.close()
        self._budget.tell()

    @staticmethod
    def _warn(message: str) -> None:
        warn_user(f"TensorboardVisBackend: {message}", RecordingWarning)
