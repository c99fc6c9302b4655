"""The client of a journal's run: it finds or makes the run, and sends the journal to it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viz_backend_mlflow.batch import RUN_TAG, BatchSender, RunGoneError
from viz_backend_mlflow.database import ready_database
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.names import as_tags, masked
from viz_backend_mlflow.progress import ARTIFACTS, VALUES, Waiting
from viz_backend_mlflow.settings import bounded_requests
from viz_core import after_fork

__all__ = ["RunClient", "may_connect"]

_logger = logging.getLogger(__name__)

_BATCH = 1000


class RunClient:
    """Opens the run of a journal, and sends the journal to it.

    Args:
        journal: Its header says which run it is, and at which `tracking_uri`.
        timeout: Seconds that a request may take.
        folder: The only folder whose files are sent, besides the journal's images; any by default.

    Attributes:
        tracking_uri: The URI that is open, once the run was found, made or resumed.
        run_id: The identifier of the run, once it was found, made or resumed.
        refused: What was refused, as a text each.
    """

    def __init__(self, journal: Journal, timeout: float, folder: Path | None = None) -> None:
        self._journal = journal
        self._timeout = timeout
        self._folder = folder
        self._sender: BatchSender | None = None
        self._is_renewed = False
        self.tracking_uri = ""
        self.run_id: str | None = None
        self.refused: list[str] = []

    def prepare(self) -> None:
        """Import MLflow, which takes seconds that no timeout should count."""
        global _has_connected
        _has_connected = True
        import mlflow  # noqa: F401  # the import is what takes the time

    def open(self) -> str:
        """Find or make the run, and return its identifier.

        Raises:
            ConnectionError: If MLflow cannot be reached.
        """
        while self.run_id is None:
            with self._step():
                self._open()
        return self.run_id

    def send(
        self,
        is_over: Callable[[], bool] = lambda: False,
        sent: Callable[[int], object] | None = None,
        *,
        tries: str = "due",
    ) -> bool:
        """Send the records that MLflow does not have, and return whether all of them were sent.

        Artifacts are sent one at a time, and between them what else has come.

        Args:
            is_over: Whether to stop, asked before each batch.
            sent: Called after each batch, with the count of its records.
            tries: Of the records that failed by themselves: `'due'`, those whose time has come;
                `'one'`, each once; `'all'`, until each was sent or refused.

        Raises:
            ConnectionError: If MLflow cannot be reached.
        """
        waiting: list[Waiting] | None = None
        while not self._journal.is_done:
            if is_over():
                return False
            count = 0
            with self._step():
                count = self._send_some()
                if not count:
                    if waiting is None or (tries == "all" and not waiting):
                        now = time.time()
                        waiting = [
                            item
                            for item in self._journal.progress.waiting()
                            if tries != "due" or item.due <= now
                        ]
                    if not waiting:
                        return self._journal.is_done
                    count = self._retry(waiting.pop(0))
            if sent is not None:
                sent(count)
        return True

    def end(self, status: str, timestamp: int) -> None:
        """End the run.

        Raises:
            ConnectionError: If MLflow cannot be reached.
        """
        with self._step():
            self._open().send([["status", status, timestamp]])

    def _send_some(self) -> int:
        """Send the values that are to be sent, or one artifact, and return how many records."""
        for lane, most in ((VALUES, _BATCH), (ARTIFACTS, 1)):
            records, position = self._journal.pending(lane, most)
            sender = self._open()
            if records:
                sender.send(records)
            self._journal.progress.mark_sent(lane, position)
            self._tidy_up(sender)
            if records:
                return len(records)
        return 0

    def _retry(self, item: Waiting) -> int:
        before = len(self._journal.progress.waiting())
        sender = self._open()
        sender.retry(item)
        left = [other for other in self._journal.progress.waiting() if other != item]
        self._journal.progress.set_waiting(left)
        self._tidy_up(sender)
        return max(0, before - len(left))

    def _tidy_up(self, sender: BatchSender) -> None:
        for file in sender.stored:
            file.unlink(missing_ok=True)
        sender.stored.clear()
        self.refused += sender.refused
        sender.refused.clear()

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Let only this block send the journal; no password is in what it raises."""
        try:
            self.prepare()
            artifacts = self._journal.header().get("artifacts")
            with bounded_requests(self._timeout, artifacts), self._journal.sending():
                yield
        except RunGoneError as error:
            if self._is_renewed:
                raise ConnectionError(masked(str(error))) from None
            self._is_renewed, self._sender, self.run_id = True, None, None
            header = self._journal.header()
            self._journal.update_header(run_id=None, resumes=False, joined=False)
            self._journal.progress.start_over()
            _logger.warning(
                "MLflow at %s does not have the run %s any more; its records go to a new run, "
                "without the images that were sent before",
                masked(header["tracking_uri"]),
                header["run_id"],
            )
        except Exception as error:  # noqa: BLE001  # of MLflow, or of the libraries that it uses
            raise ConnectionError(masked(f"{type(error).__name__}: {error}")) from None

    def _open(self) -> BatchSender:
        if self._sender is None:
            from mlflow import MlflowClient

            header = self._journal.header()
            where = header["tracking_uri"], header.get("database"), header.get("artifacts")
            with ready_database(*where) as self.tracking_uri:
                client = MlflowClient(self.tracking_uri)
            self.run_id = _open_run(client, self._journal)
            self._sender = BatchSender(client, self.run_id, self._journal, self._folder)
        return self._sender


def _open_run(client: Any, journal: Journal) -> str:
    """Find, make or resume the run of a journal, and return its identifier."""
    header = journal.header()
    run_id: str | None = header.get("run_id")
    if run_id is None:
        experiment_id = _experiment(client, header)
        run_id = _find(client, experiment_id, header["key"]) or _make(client, experiment_id, header)
        journal.update_header(run_id=run_id, resumes=False)
    elif header.get("resumes"):
        try:
            if header.get("joined"):
                client.get_run(run_id)  # it is there, and the program's to end
            else:
                client.update_run(run_id, status="RUNNING")
        except Exception as error:
            if getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST":
                raise RunGoneError(str(error)) from error
            raise
        for key, value in as_tags(header["tags"]).items():
            client.set_tag(run_id, key, value)
        journal.update_header(resumes=False)
    return run_id


def _experiment(client: Any, header: Mapping[str, Any]) -> str:
    from mlflow.exceptions import MlflowException

    if experiment_id := header.get("experiment_id"):
        return str(experiment_id)
    name = header["experiment"]
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, header["artifact_location"]))
        except MlflowException:
            found = client.get_experiment_by_name(name)  # another process has made it
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        raise ValueError(
            f"the experiment {name!r} was deleted in MLflow; choose another exp_name, or restore "
            f"it with: mlflow experiments restore --experiment-id {found.experiment_id}"
        )
    return str(found.experiment_id)


def _find(client: Any, experiment_id: str, key: str) -> str | None:
    runs = client.search_runs([experiment_id], f"tags.`{RUN_TAG}` = '{key}'", max_results=1)
    return str(runs[0].info.run_id) if runs else None


def _make(client: Any, experiment_id: str, header: Mapping[str, Any]) -> str:
    run = client.create_run(
        experiment_id,
        start_time=header["started"],
        tags={**as_tags(header["tags"]), RUN_TAG: header["key"]},
        run_name=header["run_name"],
    )
    return str(run.info.run_id)


_has_connected = False
_is_cut_off = False


def may_connect() -> bool:
    """Return whether this process may connect to MLflow.

    A child that was forked after its parent connected may not: it has copies of MLflow's
    connections and locks, in whatever state they were. The parent sends its records.
    """
    return not _is_cut_off


@after_fork
def _renew_in_child() -> None:
    global _is_cut_off
    _is_cut_off = _is_cut_off or _has_connected
