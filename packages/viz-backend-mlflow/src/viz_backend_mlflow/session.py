"""The session of an open backend: the journal of its run, and the thread that sends it."""

from __future__ import annotations

from typing import Any

from viz_backend_mlflow.client import RunClient
from viz_backend_mlflow.experiment import BoundMlflow
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.uploader import Pace, Uploader

__all__ = ["Session"]

#: Seconds to wait for a database that is a file: making one may take many.
_FILE_TIMEOUT = 120.0


class Session:
    """Appends records to a journal, which a thread sends.

    Args:
        journal: The journal of the run.
        pace: How often to send, and how long `open_run`, `flush` and `end` wait for a server;
            they wait 120 s for a database that is a file.
        sends: Whether this process sends; otherwise the process that opened the run does.
    """

    def __init__(self, journal: Journal, pace: Pace, *, sends: bool) -> None:
        self._journal = journal
        self._pace = pace
        self._timeout = pace.timeout
        self._uploader = Uploader(RunClient(journal, pace.timeout), pace) if sends else None

    def in_child(self) -> Session:
        """Return the session of a forked child, whose records its parent sends."""
        return Session(self._journal, self._pace, sends=False)

    @property
    def _wait_timeout(self) -> float:
        is_file = self._journal.header()["artifacts"] is not None
        return _FILE_TIMEOUT if is_file else self._timeout

    def append(self, record: list[Any]) -> None:
        """Append a record; the operating system has it when this returns."""
        self._journal.append(record)

    def append_points(self, record: list[Any], count: int) -> None:
        """Append a record of `count` points; the operating system has it 0.1 s later."""
        self._journal.append(record, at_once=False)
        if self._uploader is not None:
            self._uploader.notify(count)

    def keep_file(self, data: bytes) -> str:
        """Store data that is too large for a record, and return its name."""
        return self._journal.keep_file(data)

    def open_run(self) -> BoundMlflow:
        """Return the module `mlflow`, bound to the run.

        Raises:
            ConnectionError: If MLflow cannot be reached.
        """
        uri = self._journal.header()["tracking_uri"]
        try:
            if self._uploader is not None:
                run_id = self._uploader.open(self._wait_timeout)
            else:
                run_id = RunClient(self._journal, self._timeout).open()
        except Exception as error:
            raise ConnectionError(
                f"the run cannot be opened at {uri}: {error}; start the server or correct "
                "tracking_uri. Records are kept in the journal meanwhile"
            ) from error
        return BoundMlflow(uri, run_id, self._timeout)

    def flush(self, sync: bool = False) -> str | None:
        """Send the journal, and return None, or a message if not all of it was sent in time.

        Args:
            sync: Also wait until the disk has the journal.

        Raises:
            OSError: If the journal cannot be written.
        """
        self._journal.flush()
        if sync:
            self._journal.sync()
        error = None if self._uploader is None else self._uploader.flush(self._wait_timeout)
        if error is None:
            return None
        journal = self._journal
        return (
            f"{journal.count()} records are not sent ({error}); they are kept in {journal.folder}, "
            f"and sent by: python -m viz_backend_mlflow sync {journal.folder.parent.parent}"
        )

    def end(self) -> tuple[dict[str, Any], str | None]:
        """Send the journal and end the thread; a journal that was sent is deleted.

        Returns:
            The header of the journal, and the message of `flush`.
        """
        unsent = self.flush()
        if self._uploader is not None:
            self._uploader.stop(self._timeout if unsent is None else 0.1)
        header = self._journal.header()
        self._journal.close()
        if unsent is None and self._uploader is not None:
            self._journal.remove_if_unused()
        return header, unsent
