"""The client of a journal's run: it finds or makes the run, and sends the journal to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from viz_backend_mlflow.batch import BatchSender
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.names import as_tags
from viz_backend_mlflow.paths import touch_database
from viz_backend_mlflow.settings import bounded_requests
from viz_core import after_fork

__all__ = ["RunClient", "may_connect"]

_BATCH = 1000

#: Names the journal that a run was made for, so that a run is found whose making got no reply.
_RUN_TAG = "viz.journal"


class RunClient:
    """Opens the run of a journal, and sends the journal to it.

    Args:
        journal: Its header says which run it is, and at which `tracking_uri`.
        timeout: Seconds that a request may take.

    Attributes:
        refused: How many records MLflow refused.
    """

    def __init__(self, journal: Journal, timeout: float) -> None:
        self._journal = journal
        self._timeout = timeout
        self._sender: BatchSender | None = None
        self.refused = 0

    @property
    def known_run(self) -> str | None:
        """The identifier of the run; None until the run was found, made or resumed."""
        header = self._journal.header()
        return None if header.get("resumes") else header.get("run_id")

    def prepare(self) -> None:
        """Import MLflow, which takes seconds that no timeout should count."""
        global _has_connected
        _has_connected = True
        import mlflow  # noqa: F401  # the import is what takes the time

    def open(self) -> str:
        """Find or make the run, and return its identifier.

        Raises:
            Exception: MLflow's own, if it cannot be reached.
        """
        with self._bounded(self._timeout), self._journal.sending():
            self._open()
        return str(self._journal.header()["run_id"])

    def send(
        self, deadline: float = float("inf"), sent: Callable[[int], object] | None = None
    ) -> bool:
        """Send the records that MLflow does not have, and return whether all of them were sent.

        Args:
            deadline: When to stop, as `time.monotonic` counts; a request may take a second more.
            sent: Called after each batch, with the count of its records.

        Raises:
            Exception: MLflow's own, if it cannot be reached.
        """
        while not self._journal.is_done:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._bounded(min(self._timeout, left)), self._journal.sending():
                records, place = self._journal.pending(_BATCH)
                sender = self._open()
                sender.send(records)
                self._journal.mark_sent(place)
            for record in records:
                if record[0] == "image":
                    self._journal.file(record[-1]).unlink(missing_ok=True)
            self.refused += sender.refused
            sender.refused = 0
            if sent is not None:
                sent(len(records))
        return True

    def _bounded(self, seconds: float) -> Any:
        return bounded_requests(seconds, self._journal.header().get("artifacts"))

    def _open(self) -> BatchSender:
        if self._sender is None:
            self.prepare()
            from mlflow import MlflowClient

            uri = self._journal.header()["tracking_uri"]
            touch_database(uri)
            client = MlflowClient(uri)
            self._sender = BatchSender(client, _open_run(client, self._journal), self._journal)
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
        client.update_run(run_id, status="RUNNING")
        for key, value in as_tags(header["tags"]).items():
            client.set_tag(run_id, key, value)
        journal.update_header(resumes=False)
    return run_id


def _experiment(client: Any, header: Mapping[str, Any]) -> str:
    from mlflow.exceptions import MlflowException

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
    runs = client.search_runs([experiment_id], f"tags.`{_RUN_TAG}` = '{key}'", max_results=1)
    return str(runs[0].info.run_id) if runs else None


def _make(client: Any, experiment_id: str, header: Mapping[str, Any]) -> str:
    run = client.create_run(
        experiment_id,
        start_time=header["started"],
        tags={**as_tags(header["tags"]), _RUN_TAG: header["key"]},
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
