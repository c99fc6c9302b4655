"""A run while it is recorded: its journal, and the thread that sends it."""

from __future__ import annotations

import warnings
from typing import Any

from viz_backend_mlflow.courier import Courier
from viz_backend_mlflow.experiment import BoundMlflow
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.tracker import Tracker
from viz_core import RecordingWarning

__all__ = ["Recording"]


class Recording:
    """Keeps records in a journal, and sees to it that they are sent.

    Args:
        journal: Where they are kept.
        courier: Who sends them; None in a process whose parent does.
        timeout: Seconds that a request may take.
        patience: Seconds that :meth:`open_run`, :meth:`flush` and :meth:`end` may wait for the
            tracker.
    """

    def __init__(
        self, journal: Journal, courier: Courier | None, timeout: float, patience: float
    ) -> None:
        self._journal = journal
        self._courier = courier
        self._timeout = timeout
        self._patience = patience

    def in_child(self) -> Recording:
        """Return what a forked child records with: its parent sends."""
        return Recording(self._journal, None, self._timeout, self._patience)

    def append(self, record: list[Any]) -> None:
        """Keep a record; the operating system has it when this returns."""
        self._journal.append(record)

    def append_points(self, record: list[Any], count: int) -> None:
        """Keep a record of so many points; the operating system has it 0.1 s later."""
        self._journal.append(record, at_once=False)
        if self._courier is not None:
            self._courier.notify(count)

    def keep_file(self, data: bytes) -> str:
        """Keep what is too large for a record, and return its name."""
        return self._journal.keep_file(data)

    def open_run(self) -> BoundMlflow:
        """Return the module ``mlflow``, bound to the run.

        Raises:
            ConnectionError: If the tracker cannot be reached.
        """
        uri = self._journal.header()["tracking_uri"]
        try:
            if self._courier is not None:
                run_id = self._courier.open(self._patience)
            else:
                run_id = Tracker(self._journal, self._timeout).open()
        except Exception as error:
            raise ConnectionError(
                f"the run cannot be opened at {uri}: {error}; start the server or correct "
                "tracking_uri. Records are kept in the journal meanwhile"
            ) from error
        return BoundMlflow(uri, run_id, self._timeout)

    def flush(self, sync: bool = False) -> bool:
        """Send everything, and return whether that succeeded.

        Args:
            sync: Also wait until the disk has the journal.

        Raises:
            OSError: If the journal cannot be written.

        Warns:
            RecordingWarning: If the tracker does not take it in time.
        """
        self._journal.flush()
        if sync:
            self._journal.sync()
        error = None if self._courier is None else self._courier.flush(self._patience)
        if error is not None:
            journal = self._journal
            warn(
                f"{journal.count()} records are not sent ({error}); they are kept in "
                f"{journal.folder}, and sent by: python -m viz_backend_mlflow sync "
                f"{journal.folder.parent.parent}"
            )
        return error is None

    def end(self) -> dict[str, Any]:
        """Send everything, end the thread, and return what is known of the run then.

        A journal that is sent is deleted.
        """
        is_sent = self.flush()
        if self._courier is not None:
            self._courier.stop(self._timeout if is_sent else 0.1)
        header = self._journal.header()
        self._journal.close()
        if is_sent and self._courier is not None:
            self._journal.remove_if_unused()
        return header


def warn(message: str) -> None:
    """Say what is not as it was asked for, at the line that records."""
    warnings.warn(f"MLflowVisBackend: {message}", RecordingWarning, stacklevel=4)
