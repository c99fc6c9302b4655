"""The connection of a journal to the tracker that its run is on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.runs import open_run
from viz_backend_mlflow.settings import bounded_requests
from viz_backend_mlflow.shipment import Shipment
from viz_core import after_fork

__all__ = ["Tracker", "may_connect"]

_BATCH = 1000


class Tracker:
    """Opens the run of a journal, and sends what the journal holds.

    Args:
        journal: Names the tracker, in its header.
        timeout: Seconds that a request may take.
    """

    def __init__(self, journal: Journal, timeout: float) -> None:
        self._journal = journal
        self._timeout = timeout
        self._shipment: Shipment | None = None
        self.refused = 0

    @property
    def known_run(self) -> str | None:
        """The identifier of the run, once it is known and resumed."""
        header = self._journal.header()
        return None if header.get("resumes") else header.get("run_id")

    def prepare(self) -> None:
        """Import MLflow. That takes seconds, which are no server's and which no timeout counts."""
        global _has_connected
        _has_connected = True
        import mlflow  # noqa: F401  # it is what takes the time

    def open(self) -> str:
        """Return the identifier of the run, which is found or made.

        Raises:
            Exception: What MLflow raises if it cannot be reached.
        """
        with self._bounded(self._timeout), self._journal.sending():
            self._open()
        return str(self._journal.header()["run_id"])

    def send(
        self, deadline: float = float("inf"), sent: Callable[[int], object] | None = None
    ) -> bool:
        """Send what is pending, and return whether that was all of it.

        Args:
            deadline: Until when, as :func:`time.monotonic` counts; one request may outlast it
                by a second.
            sent: Called with the number of records after each batch.

        Raises:
            Exception: What MLflow raises if it cannot be reached.
        """
        while not self._journal.is_done:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._bounded(min(self._timeout, left)), self._journal.sending():
                records, place = self._journal.pending(_BATCH)
                shipment = self._open()
                shipment.send(records)
                self._journal.mark_sent(place)
            for record in records:
                if record[0] == "image":
                    self._journal.file(record[-1]).unlink(missing_ok=True)
            self.refused += shipment.refused
            shipment.refused = 0
            if sent is not None:
                sent(len(records))
        return True

    def _bounded(self, seconds: float) -> Any:
        return bounded_requests(seconds, self._journal.header().get("artifacts"))

    def _open(self) -> Shipment:
        if self._shipment is None:
            self.prepare()
            from mlflow import MlflowClient

            client = MlflowClient(self._journal.header()["tracking_uri"])
            self._shipment = Shipment(client, open_run(client, self._journal), self._journal)
        return self._shipment


_has_connected = False
_is_cut_off = False


def may_connect() -> bool:
    """Return whether this process may speak to MLflow.

    A forked child must not once its parent has: MLflow's connections and locks are copied with
    it, in whatever state they were. Its records are sent by its parent.
    """
    return not _is_cut_off


@after_fork
def _renew_in_child() -> None:
    global _is_cut_off
    _is_cut_off = _is_cut_off or _has_connected
