"""The backend that records to MLflow, by way of a journal."""

# ruff: noqa: ARG002  # a backend takes what callers may pass, also where it means nothing here

from __future__ import annotations

import math
import os
import threading
import time
import uuid
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from viz_backend_mlflow import records
from viz_backend_mlflow.clock import Clock
from viz_backend_mlflow.courier import Courier
from viz_backend_mlflow.endings import close_at_exit, current_status
from viz_backend_mlflow.experiment import BoundMlflow
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.params import flatten, select
from viz_backend_mlflow.places import (
    JOURNALS,
    check_tracking_uri,
    is_own_file,
    local_artifacts,
    local_database,
    state_folder,
)
from viz_backend_mlflow.tracker import Tracker, may_connect
from viz_core import (
    BaseVisBackend,
    RecordingWarning,
    as_image,
    as_name,
    as_scalar,
    as_step,
    get_rank,
)
from viz_core.backends.png import encode_png
from viz_core.configs import as_config
from viz_core.types import ArrayLike

__all__ = ["MLflowVisBackend"]

#: How long a database in ``save_dir`` is waited for, in seconds: making one takes a while.
_LOCAL_PATIENCE = 120.0

#: Steps are 64-bit integers in MLflow.
_LARGEST_STEP = 2**63 - 1


class MLflowVisBackend(BaseVisBackend):
    """Keeps images, numbers and configs in a run of MLflow.

    Every record goes to a journal, a file, first: no call waits for a tracker, and killing the
    process loses none. A thread sends the journal in batches. What cannot be sent stays, and is
    sent when the tracker is back, or by ``python -m viz_backend_mlflow sync <save_dir>``.

    Without a ``tracking_uri`` the run is in ``<save_dir>/mlflow.db``, artifacts beside it, and
    ``mlflow ui --backend-store-uri sqlite:///<save_dir>/mlflow.db`` shows it; making that
    database takes some seconds, in the background. With one and without a ``save_dir``, the
    journal is in ``$XDG_STATE_HOME/viz-backend-mlflow``, or ``~/.local/state/...``.

    Args:
        save_dir: The folder of the run.
        exp_name: The experiment, made if there is none; ``'Default'`` by default.
        run_name: What the run is called; MLflow finds a name otherwise.
        tags: Tags of the run.
        params: Parameters of the run, besides those of the config.
        tracking_uri: The URL of a server, or of a database, as MLflow takes it.
        artifact_suffix: At :meth:`close`, files that end so are uploaded: those in the
            config's ``work_dir``, or, without one, in ``save_dir``.
        tracked_config_keys: Which values of the config are kept as parameters, by their keys
            or their paths, as ``'model.depth'``; all of them by default.
        artifact_location: Where artifacts of an experiment that is made are kept.
        run_id: A run that goes on. It keeps its name and experiment.
        interval: Seconds between two batches.
        batch_size: So many points are sent without waiting for the interval to end.
        timeout: Seconds that a request, and so :attr:`experiment`, :meth:`flush` and
            :meth:`close`, may wait for a tracker; the database in ``save_dir`` is given 120.

    Raises:
        ValueError: If ``tracking_uri`` is a folder, or a number is not positive.
    """

    #: What must be installed, for ``viz backends``.
    tracker = "mlflow"

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
    ) -> None:
        super().__init__(save_dir)
        for name, number in (
            ("interval", interval),
            ("batch_size", batch_size),
            ("timeout", timeout),
        ):
            if not number > 0:
                raise ValueError(f"{name} must be positive, got {number!r}")
        self._tracking_uri = None if tracking_uri is None else check_tracking_uri(tracking_uri)
        self._experiment_name = exp_name or "Default"
        self._run_name = run_name
        self._run_tags = {str(name): str(value) for name, value in (tags or {}).items()}
        self._params = flatten(params or {})
        self._suffixes = (
            (artifact_suffix,) if isinstance(artifact_suffix, str) else tuple(artifact_suffix)
        )
        self._tracked_keys = None if tracked_config_keys is None else list(tracked_config_keys)
        self._artifact_location = artifact_location
        self._run_id = run_id
        self._interval, self._batch_size, self._timeout = interval, batch_size, timeout
        self._key = uuid.uuid4().hex
        self._header: dict[str, Any] | None = None
        self._work_dir: str | None = None
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._clock = Clock()
        self._journal: Journal | None = None
        self._courier: Courier | None = None
        self._pid = os.getpid()
        self._is_copy = False
        self._images: dict[tuple[str, int], tuple[int, str]] = {}
        self._warned: set[str] = set()

    @property
    def needs_save_dir(self) -> bool:  # type: ignore[override]  # it depends on the config
        """Whether there is no ``tracking_uri``, so that the run is in ``save_dir``."""
        return self._tracking_uri is None

    @property
    def is_open(self) -> bool:
        """Whether this process has a journal open."""
        return self._journal is not None and self._pid == os.getpid()

    def open_experiment(self) -> BoundMlflow:
        """Return the module ``mlflow``, bound to the run of this backend.

        Raises:
            ConnectionError: If the tracker cannot be reached within ``timeout``.
        """
        journal = self._opened()
        header = journal.header()
        try:
            if self._courier is not None:
                run_id = self._courier.open(self._patience)
            else:
                run_id = Tracker(journal, self._timeout).open()
        except Exception as error:
            raise ConnectionError(
                f"the run cannot be opened at {header['tracking_uri']}: {error}; start the "
                "server or correct tracking_uri. Records are kept in the journal meanwhile"
            ) from error
        return BoundMlflow(header["tracking_uri"], run_id, self._timeout)

    def add_config(self, config: Any, **kwargs: Any) -> None:
        """Keep the config as parameters, and whole as the artifact ``config.py``.

        A value of more than 6000 characters is kept whole as ``params/<name>.txt``; one that
        differs from what a resumed run has, as the tag ``viz.changed.<name>``.
        """
        plain = as_config(config)
        params = flatten(plain)
        if self._tracked_keys is not None:
            params = select(params, self._tracked_keys)
        if isinstance(plain.get("work_dir"), str):
            self._work_dir = plain["work_dir"]
        self._append(records.params(params))
        self._append(records.text("config.py", plain.pretty_text))

    def add_image(self, name: str, image: ArrayLike, step: int = 0, **kwargs: Any) -> None:
        """Keep a picture; arguments as :meth:`viz_core.Visualizer.add_image`'s."""
        name, step, data = as_name(name), self._step(step), encode_png(as_image(image))
        journal = self._opened()
        with self._lock:
            known = self._images.setdefault(
                (name, step), (self._clock.stamp(name, step, 0.0), uuid.uuid4().hex)
            )
        self._append(records.image(name, step, *known, journal.keep_file(data)))

    def add_scalar(self, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        """Keep one number; arguments as :meth:`viz_core.Visualizer.add_scalar`'s."""
        self._append_points({as_name(name): as_scalar(value, name)}, self._step(step))

    def add_scalars(
        self,
        scalar_dict: Mapping[str, Any],
        step: int = 0,
        file_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep numbers that belong together.

        Args:
            scalar_dict: Numbers by name. A ``'step'`` among them is the step.
            step: The step, if ``scalar_dict`` has none.
            file_path: Has no meaning here.
            **kwargs: Has no meaning here.

        Raises:
            TypeError, ValueError: For what is not a number, after the others are kept.
        """
        values = dict(scalar_dict)
        step = self._step(values.pop("step", step))
        wrong: Exception | None = None
        numbers = {}
        for name, value in values.items():
            try:
                numbers[as_name(name)] = as_scalar(value, name)
            except (TypeError, ValueError) as error:
                wrong = wrong or error
        if numbers:
            self._append_points(numbers, step)
        if wrong is not None:
            raise wrong

    def flush(self, sync: bool = False) -> None:
        """Send everything.

        Args:
            sync: Also wait until the disk has the journal.

        Warns:
            RecordingWarning: If that did not succeed within ``timeout``.
        """
        if not self.is_open:
            return
        journal = self._opened()
        if sync:
            journal.sync()
        if self._courier is not None:
            self._send_all(journal, self._courier)

    def close(self) -> None:
        """Send everything and end the run; the next record goes on in the same run.

        The run is FINISHED, or FAILED if an exception is being handled or has ended the program.

        Warns:
            RecordingWarning: If that did not succeed within ``timeout``.
        """
        super().close()
        if not self.is_open:
            return
        with self._lock:
            journal = self._opened()
            courier, self._courier = self._courier, None
            if not self._is_copy:
                self._append_work_files()
                self._append(records.status(current_status(), _now()), journal)
            self._journal = None
        if courier is None:
            journal.close()
            return
        is_sent = self._send_all(journal, courier)
        courier.stop(0.1 if not is_sent else self._timeout)
        self._header = {**journal.header(), "resumes": False}
        journal.close()
        if is_sent:
            journal.remove_if_unused()

    def __getstate__(self) -> dict[str, Any]:
        """Return what makes an unopened backend for the same run in another process."""
        state = super().__getstate__()
        if self._journal is not None:
            state["_header"] = self._journal.header()
        for name in ("_lock", "_clock", "_journal", "_courier", "_images", "_warned"):
            del state[name]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state, unopened."""
        super().__setstate__(state)
        self._start()
        self._is_copy = self._header is not None

    def _append_points(self, numbers: Mapping[str, float], step: int) -> None:
        points = {}
        with self._lock if self._pid == os.getpid() else threading.Lock():
            for name, value in numbers.items():
                try:
                    number = float(value)
                except OverflowError:
                    number = math.inf if value > 0 else -math.inf
                if math.isinf(number):
                    self._warn_infinite(name, number)
                points[name] = (number, self._clock.stamp(name, step, number))
        self._append(records.scalars(points, step))
        if self._courier is not None:
            self._courier.notify(len(points))

    def _append(self, record: list[Any], journal: Journal | None = None) -> None:
        (journal or self._opened()).append(record)

    def _opened(self) -> Journal:
        """Return the journal, which is made at the first record, and again after a close."""
        if self._pid != os.getpid():
            self._after_fork()
        if self._journal is not None:
            return self._journal
        with self._lock:
            if self._journal is None:
                self._open_journal()
            assert self._journal is not None
            return self._journal

    def _after_fork(self) -> None:
        journal = self._journal
        self._start()
        # The parent's run; its records are sent by the parent.
        self._journal, self._is_copy = journal, journal is not None

    def _open_journal(self) -> None:
        directory = None if self.save_dir is None else self.directory
        header = self._header or self._new_header(directory)
        folder = state_folder() if directory is None else directory / JOURNALS
        journal = Journal(folder / header["key"], header)
        if self._header is not None and not self._is_copy:
            journal.append(records.status("RUNNING", _now()))
        elif not self._is_copy and self._params:
            journal.append(records.params(self._params))
        if self._header is None:
            self._header = header
        if may_connect() and not self._is_copy:
            self._courier = Courier(
                Tracker(journal, self._timeout), self._interval, self._batch_size
            )
            close_at_exit(self)
        self._journal = journal

    def _new_header(self, directory: Path | None) -> dict[str, Any]:
        tags, key, uri = dict(self._run_tags), self._key, self._tracking_uri
        if self.ranks == "all":
            key = f"{key}-{get_rank()}"
            tags["viz.rank"] = str(get_rank())
        if uri is None:
            uri = local_database(self.directory if directory is None else directory)
        return {
            "key": key,
            "tracking_uri": uri,
            "artifacts": local_artifacts(uri),
            "experiment": self._experiment_name,
            "artifact_location": self._artifact_location,
            "run_name": self._run_name,
            "tags": tags,
            "run_id": self._run_id,
            "resumes": self._run_id is not None,
            "started": _now(),
        }

    @property
    def _patience(self) -> float:
        return self._timeout if self._tracking_uri is not None else _LOCAL_PATIENCE

    def _append_work_files(self) -> None:
        directory = None if self.save_dir is None else Path(self.save_dir).absolute()
        work_dir = directory if self._work_dir is None else Path(self._work_dir).absolute()
        if work_dir is None or not self._suffixes:
            return
        for path in sorted(work_dir.rglob("*")):
            if path.name.endswith(self._suffixes) and path.is_file():
                if is_own_file(path, directory):
                    continue
                folder = Path("work_dir", path.parent.relative_to(work_dir)).as_posix()
                self._append(records.artifact(str(path), folder))

    def _send_all(self, journal: Journal, courier: Courier) -> bool:
        error = courier.flush(self._patience)
        if error is not None:
            self._warn(
                f"{journal.count()} records are not sent ({error}); they are kept in "
                f"{journal.folder}, and sent by: python -m viz_backend_mlflow sync "
                f"{journal.folder.parent.parent}"
            )
        return error is None

    def _step(self, step: object) -> int:
        number = as_step(step)
        if abs(number) > _LARGEST_STEP:
            raise ValueError(f"step must fit into 64 bits for MLflow, got {number}")
        return number

    def _warn_infinite(self, name: str, number: float) -> None:
        if name not in self._warned:
            self._warned.add(name)
            self._warn(
                f"{name!r} is {number}, which MLflow keeps as the largest number there is; the "
                f"tag 'viz.infinite.{name}' says so"
            )

    @staticmethod
    def _warn(message: str) -> None:
        warnings.warn(f"MLflowVisBackend: {message}", RecordingWarning, stacklevel=3)


def _now() -> int:
    return time.time_ns() // 1_000_000
