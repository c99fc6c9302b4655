"""The backend that records to MLflow, through a journal."""

# ruff: noqa: ARG002  # a backend accepts every argument that callers may pass

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_backend_mlflow import records
from viz_backend_mlflow.client import may_connect
from viz_backend_mlflow.exit import close_at_exit, current_status, has_ended
from viz_backend_mlflow.experiment import BoundMlflow
from viz_backend_mlflow.journal import JOURNALS, Journal
from viz_backend_mlflow.kinds import MLflowKinds
from viz_backend_mlflow.names import masked
from viz_backend_mlflow.paths import absolute, find_work_files, state_folder
from viz_backend_mlflow.run_spec import RunSpec, flatten, select
from viz_backend_mlflow.session import Pace, Session
from viz_core import (
    Budget,
    ImageEncoder,
    RecordingWarning,
    get_rank,
    sync_to_disk,
    warn_user,
)
from viz_core.typing import Image, ImageFormat, Scalar

if TYPE_CHECKING:
    from viz_core import RunConfig

__all__ = ["MLflowVisBackend"]

#: Steps are 64-bit integers in MLflow.
_LARGEST_STEP = 2**63 - 1


class MLflowVisBackend(MLflowKinds):
    """Records every kind of record but graphs in a run of MLflow.

    Every record goes to a journal first, a file on this machine, so that no call waits for
    MLflow. A thread sends the journal in batches. A batch that cannot be sent stays in the
    journal, and is sent when MLflow answers again, or by
    `python -m viz_backend_mlflow sync <save_dir>`. Killing the process loses the scalars of the
    last 0.1 s, which wait in memory to be written together, and no other record.

    Without a `tracking_uri`, here or in the environment, the run is in the database
    `<save_dir>/mlflow.db`, which is made in the background, in some seconds, with its artifacts
    beside it; `mlflow ui --backend-store-uri sqlite:///<save_dir>/mlflow.db` shows it. With a
    `tracking_uri` and without a `save_dir`, the journal is in
    `$XDG_STATE_HOME/viz-backend-mlflow`, or in `~/.local/state/viz-backend-mlflow`.

    Args:
        save_dir: The folder of the run.
        exp_name: The experiment, made if there is none; by default `MLFLOW_EXPERIMENT_NAME`, or
            `MLFLOW_EXPERIMENT_ID` beside `MLFLOW_TRACKING_URI`, else `'Default'`.
        run_name: The name of the run; MLflow invents one by default.
        tags: Tags of the run, values by name.
        params: Parameters of the run, besides those of the config.
        tracking_uri: The URL of a server, or of a database, as MLflow takes it;
            `MLFLOW_TRACKING_URI` by default.
        artifact_suffix: `close` uploads the files with these endings, from the config's
            `work_dir`, or from `save_dir` if the config has none.
        tracked_config_keys: The values of the config that become parameters, by key or by path,
            as `'model.depth'`; all of them by default.
        artifact_location: Where an experiment that is made has its artifacts; MLflow's default
            by default.
        run_id: A run to resume, `MLFLOW_RUN_ID` by default. It keeps its name and its
            experiment. `'active'` is the run that is active in MLflow at the first record, which
            stays the program's to end.
        interval: Seconds between two batches.
        batch_size: As many points are sent at once, before the interval has passed.
        timeout: Seconds that a request to a server may take, and that `experiment`, `flush` and
            `close` wait for one; for a database that is a file they wait 120 s.
        image_format: `'png'`, or `'webp'`, which is smaller and lossy; of that MLflow's page shows
            the images under "Model metrics", but no preview under "Artifacts". It shows no `'jpg'`.
        quality: 1 to 100, of `'webp'`; 90 by default.
        max_side: Pixels of an image's longer side at most: a larger one is made smaller; any by
            default.
        budget_mb: Megabytes of images, figures, videos, pages, texts, tables and files that are sent
            by one process. What does not fit is left out, which is told once, and by `close`; numbers
            are always sent. Any by default.

    Raises:
        TypeError: If `quality` or `max_side` is not a whole number.
        ValueError: If `tracking_uri` is a folder, if `interval`, `batch_size` or `timeout` is not
            positive, or if an option of images is wrong.
    """

    #: What must be installed, for `viz backends`.
    tracker = "mlflow"

    _copied = ("_header", "_run_spec", "_work_dir")

    def __init__(
        self,
        save_dir: str | os.PathLike[str] | None = None,
        exp_name: str | None = None,
        run_name: str | None = None,
        tags: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        tracking_uri: str | None = None,
        artifact_suffix: str | Sequence[str] = (".json", ".log", ".py", "yaml"),
        tracked_config_keys: Sequence[str] | None = None,
        artifact_location: str | None = None,
        *,
        run_id: str | None = None,
        interval: float = 1.0,
        batch_size: int = 1000,
        timeout: float = 10.0,
        image_format: ImageFormat = "png",
        quality: int | None = None,
        max_side: int | None = None,
        budget_mb: float | None = None,
    ) -> None:
        super().__init__(save_dir)
        self._budget = Budget(budget_mb, "MLflowVisBackend")
        self._encode = ImageEncoder(
            image_format,
            quality,
            max_side,
            formats=("png", "webp"),
            reason="MLflow's page shows no others; give this backend an image_format= of its own",
        )
        self._pace = Pace(interval, batch_size, timeout)
        self._run_spec = RunSpec(
            exp_name=exp_name,
            run_name=run_name,
            tags=tags,
            params=params,
            tracking_uri=tracking_uri,
            artifact_location=artifact_location,
            run_id=run_id,
        )
        suffixes = [artifact_suffix] if isinstance(artifact_suffix, str) else artifact_suffix
        self._suffixes = tuple(suffixes)
        self._tracked_keys = None if tracked_config_keys is None else list(tracked_config_keys)
        self._header: dict[str, Any] | None = None
        self._work_dir: str | None = None
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._points = records.Points()
        self._images = records.ImageNames()
        self._pid = os.getpid()
        self._is_copy = False

    @property
    def needs_save_dir(self) -> bool:  # type: ignore[override]  # it depends on the config
        """Whether the run is in a database in `save_dir`."""
        return self._run_spec.tracking_uri is None and not self._run_spec.joins_active_run

    @property
    def is_open(self) -> bool:
        """Whether this process has a journal open."""
        return self._session is not None and self._pid == os.getpid()

    def open_experiment(self) -> BoundMlflow:
        """Return the module `mlflow`, bound to the run of this backend.

        Raises:
            ConnectionError: If MLflow cannot be reached within `timeout`.
        """
        return self._opened().open_run()

    def add_config(self, config: RunConfig, **kwargs: object) -> None:
        """Record the config as parameters, and its source as the artifact `config.py`.

        A value of more than 6000 characters is cut, and is whole in the artifact
        `params/<name>.txt`. A parameter of a resumed run keeps its value; a new value is in the
        tag `viz.changed.<name>`.
        """
        params = flatten(config)
        if self._tracked_keys is not None:
            params = select(params, self._tracked_keys)
        if isinstance(config.get("work_dir"), str):
            self._work_dir = absolute(config["work_dir"])
        session = self._opened()
        session.append(records.params(params))
        session.append(records.text("config.py", masked(config.pretty_text)))

    def add_image(self, name: str, image: Image, step: int = 0, **kwargs: object) -> None:
        """Record an image, by default losslessly."""
        _check_step(step)
        data = self._encode(image).data
        if not self._budget.takes(len(data)):
            return
        session = self._opened()
        with self._lock:
            known = self._images.of(name, step)
        session.append(records.image(name, step, *known, session.keep_file(data)))

    def _keep(self, folder: str, name: str, ending: str, content: bytes | Path) -> None:
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        if not self._budget.takes(size):
            return
        session = self._opened()
        session.append(records.file(folder, name, ending, session.keep_file(content)))

    def _keep_params(self, params: Mapping[str, Any]) -> None:
        self._opened().append(records.params({name: str(v) for name, v in params.items()}))

    def add_scalars(
        self, scalar_dict: Mapping[str, Scalar], step: int = 0, **kwargs: object
    ) -> None:
        """Record scalars of one step.

        Args:
            scalar_dict: Ints and floats by name.
            step: Steps come in any order and may repeat.
            **kwargs: Not used.

        Raises:
            ValueError: If `step` does not fit into 64 bits.
        """
        _check_step(step)
        if step > self._last_step:
            self._last_step = step
        session = self._opened()
        with self._lock:
            points, infinite = self._points.stamp(scalar_dict, step)
        session.append_points(records.scalars(points, step), len(points))
        for name, value in infinite.items():
            _warn(
                f"{name!r} is {value}, which MLflow stores as the largest float; the tag "
                f"'viz.infinite.{name}' says so"
            )

    def flush(self, sync: bool = False) -> None:
        """Send the journal.

        Args:
            sync: Also wait until the disk has the journal, and the artifacts beside a database
                that is a file; after `close` too.

        Raises:
            OSError: If the journal cannot be written.

        Warns:
            RecordingWarning: If not all of it was sent within `timeout`.
        """
        unsent = self._opened().flush(sync) if self.is_open else None
        if sync and self._header is not None:
            sync_to_disk(self._journal_folder(self._header))
            if self._header["artifacts"] is not None:
                sync_to_disk(self._header["artifacts"], self._header["started"] * 1_000_000)
        if unsent:
            _warn(unsent)

    def close(self) -> None:
        """Send the journal and end the run; the next record goes on in the same run.

        The status of the run is FINISHED; FAILED while an exception is handled, after one that
        ended the program and after `sys.exit(1)`; KILLED after Ctrl-C. The run of a program that
        was killed becomes KILLED by the next run in the same folder, or by `sync`.

        Raises:
            OSError: If the journal cannot be written; the backend stays open.

        Warns:
            RecordingWarning: If not all of it was sent within `timeout`.
        """
        super().close()
        self._budget.tell()
        if not self.is_open:
            return
        with self._lock:
            session = self._opened()
            if not self._is_copy:
                for file in find_work_files(self._work_dir, self.save_dir, self._suffixes):
                    session.append(records.artifact(*file))
                if not self._run_spec.joins_active_run:
                    session.append(records.status(current_status(), _now()))
            self._session = None
        try:
            header, unsent = session.end()
        except BaseException:  # as Ctrl-C, or a full disk
            if not self.is_open:
                self._session = session
            raise
        if not self._is_copy:
            self._header = {**header, "resumes": False}
        if unsent:
            _warn(unsent)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what a copy has of the other, unopened, to record to the same run."""
        self.__dict__.update(state)
        self._is_copy = self._header is not None

    def _opened(self) -> Session:
        """Return the session, which is opened at the first record and again after a close."""
        if self._pid != os.getpid():
            parent = self._session
            self._start()
            if parent is not None:  # the child records to its parent's run, and the parent sends
                self._session, self._is_copy = parent.in_child(), True
        if self._session is not None:
            return self._session
        with self._lock:
            if self._session is None:
                self._session = self._open()
            return self._session

    def _open(self) -> Session:
        directory = None if self.save_dir is None else self.directory
        header = self._header
        if header is None:
            rank = get_rank() if self.ranks == "all" else None
            header = self._run_spec.header(directory, rank)
        if has_ended():
            header = {**header, "ended": True}
        journal = Journal(self._journal_folder(header), header)
        if self._is_copy:
            return Session(journal, self._pace, sends=False)
        if self._header is not None:
            if not (self._run_spec.joins_active_run or has_ended()):
                journal.append(records.status("RUNNING", _now()))
        elif self._run_spec.params:
            journal.append(records.params(self._run_spec.params))
        folder = None if directory is None else journal.folder.parent
        session = Session(journal, self._pace, sends=may_connect(), folder=folder)
        self._header = header
        if may_connect():
            close_at_exit(self)
        return session

    def _journal_folder(self, header: Mapping[str, Any]) -> Path:
        folder = state_folder() if self.save_dir is None else self.directory / JOURNALS
        return folder / str(header["key"])


def _check_step(step: int) -> None:
    if abs(step) > _LARGEST_STEP:
        raise ValueError(f"step must fit into 64 bits for MLflow, got {step}")


def _warn(message: str) -> None:
    warn_user(f"MLflowVisBackend: {message}", RecordingWarning)


def _now() -> int:
    return time.time_ns() // 1_000_000
