"""torch's `SummaryWriter`, writing through this package's event files."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch.utils.tensorboard.summary import hparams
from torch.utils.tensorboard.writer import FileWriter, SummaryWriter

from viz_backend_tensorboard.event_file import EventFile

__all__ = ["DurableSummaryWriter"]


class _EventWriter:
    """The event writer of torch's `FileWriter`."""

    def __init__(self, events: EventFile) -> None:
        self._events = events
        self.add_event = events.write
        self.close = events.close
        self.reopen = events.close  # the next write opens another file

    def get_logdir(self) -> str:
        return str(self._events.directory())

    def flush(self) -> None:
        """Do nothing: every event is written at once."""


class _FileWriter(FileWriter):  # type: ignore[misc]  # torch is not there where types are checked
    """A `FileWriter` without torch's thread and queue."""

    def __init__(self, events: EventFile) -> None:
        # Without super(): torch's opens a file and starts the thread.
        self.event_writer = _EventWriter(events)


class DurableSummaryWriter(SummaryWriter):  # type: ignore[misc]  # as torch is not there
    """A `SummaryWriter` whose events are in the file when the call returns.

    Args:
        events: The file, which other writers may share.
    """

    file_writer: _FileWriter | None
    all_writers: Any  # a dict of writers by folder; None while closed

    def __init__(self, events: EventFile) -> None:
        self._events = events
        super().__init__(log_dir=str(events.directory()))

    def _get_file_writer(self) -> _FileWriter:
        """Return the writer of the run, for which every `add_*` of torch's calls this method."""
        if self.file_writer is None or self.all_writers is None:  # at first, and after close()
            self.file_writer = _FileWriter(self._events)
            self.all_writers = {self.log_dir: self.file_writer}
        return self.file_writer

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Write each scalar as a run of its own, so that one chart shows all, as torch does."""
        directory = self._get_file_writer().get_logdir()
        for tag in tag_scalar_dict:
            run = f"{directory}/{main_tag.replace('/', '_')}_{tag}"
            self.all_writers.setdefault(run, _FileWriter(_event_file_in(run)))
        super().add_scalars(main_tag, tag_scalar_dict, global_step, walltime)

    def add_graph(self, *arguments: Any, **options: Any) -> None:
        """Write the graph of a model, as torch does."""
        with warnings.catch_warnings():
            # They are about how torch traces, which the caller cannot change.
            warnings.filterwarnings("ignore", r"`torch\.jit\.", DeprecationWarning)
            super().add_graph(*arguments, **options)

    def add_hparams(
        self,
        hparam_dict: Mapping[str, Any],
        metric_dict: Mapping[str, Any],
        hparam_domain_discrete: Mapping[str, Any] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """Write hyperparameters and their results as a run of its own, as torch does."""
        summaries = hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        run = f"{self._get_file_writer().get_logdir()}/{run_name or time.time()}"
        with DurableSummaryWriter(_event_file_in(run)) as writer:
            for summary in summaries:
                writer.file_writer.add_summary(summary, global_step)
            for name, value in metric_dict.items():
                writer.add_scalar(name, value, global_step)


def _event_file_in(directory: str) -> EventFile:
    def locate() -> Path:
        path = Path(directory)
        path.mkdir(parents=True, exist_ok=True)
        return path

    return EventFile(locate)
