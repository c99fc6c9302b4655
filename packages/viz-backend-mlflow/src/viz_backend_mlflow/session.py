"""A run while it is recorded: its journal, and the thread that sends it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viz_backend_mlflow.client import RunClient, may_connect
from viz_backend_mlflow.experiment import BoundMlflow
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.uploader import Pace, Uploader

__all__ = ["Session"]

#: How long a database that is a file is waited for, in seconds: making one takes a while.
_FILE_PATIENCE = 120.0


class Session:
    """Keeps records in a journal, and sees to it that they are sent.

    Args:
        journal: Where they are kept.
        uploader: Who sends them; None in a process whose parent does.
        timeout: Seconds that :meth:`open_run`, :meth:`flush` and :meth:`end` may wait for a
            server. A database that is a file is waited for longer.
    """

    def __init__(self, journal: Journal, uploader: Uploader | None, timeout: float) -> None:
        self._journal = journal
        self._uploader = uploader
        self._timeout = timeout

    @classmethod
    def start(
        cls, folder: Path, header: dict[str, Any], first: Iterable[list[Any]], pace: Pace
    ) -> Session:
        """Make the journal, keep the first records, and start the thread.

        Args:
            folder: Where journals lie.
            header: Which run it is.
            first: What is kept before everything else.
            pace: How often to send.

        Raises:
            OSError: If the journal cannot be written.
        """
        journal = Journal(folder / header["key"], header)
        for record in first:
            journal.append(record)
        uploader = Uploader(RunClient(journal, pace.timeout), pace) if may_connect() else None
        return cls(journal, uploader, pace.timeout)

    @classmethod
    def of_parent(cls, folder: Path, header: dict[str, Any], pace: Pace) -> Session:
        """Return what another process records with, whose parent sends."""
        return cls(Journal(folder / header["key"], header), None, pace.timeout)

    def in_child(self) -> Session:
        """Return what a forked child records with; its parent sends."""
        return Session(self._journal, None, self._timeout)

    @property
    def sends(self) -> bool:
        """Whether this process sends."""
        return self._uploader is not None

    @property
    def _patience(self) -> float:
        is_file = self._journal.header()["artifacts"] is not None
        return _FILE_PATIENCE if is_file else self._timeout

    def append(self, record: list[Any]) -> None:
        """Keep a record; the operating system has it when this returns."""
        self._journal.append(record)

    def append_points(self, record: list[Any], count: int) -> None:
        """Keep a record of so many points; the operating system has it 0.1 s later."""
        self._journal.append(record, at_once=False)
        if self._uploader is not None:
            self._uploader.notify(count)

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
            if self._uploader is not None:
                run_id = self._uploader.open(self._patience)
            else:
                run_id = RunClient(self._journal, self._timeout).open()
        except Exception as error:
            raise ConnectionError(
                f"the run cannot be opened at {uri}: {error}; start the server or correct "
                "tracking_uri. Records are kept in the journal meanwhile"
            ) from error
        return BoundMlflow(uri, run_id, self._timeout)

    def flush(self, sync: bool = False) -> str | None:
        """Send everything; return what is not sent, and why, if the tracker is not in time.

        Args:
            sync: Also wait until the disk has the journal.

        Raises:
            OSError: If the journal cannot be written.
        """
        self._journal.flush()
        if sync:
            self._journal.sync()
        error = None if self._uploader is None else self._uploader.flush(self._patience)
        if error is None:
            return None
        journal = self._journal
        return (
            f"{journal.count()} records are not sent ({error}); they are kept in {journal.folder}, "
            f"and sent by: python -m viz_backend_mlflow sync {journal.folder.parent.parent}"
        )

    def end(self) -> tuple[dict[str, Any], str | None]:
        """Send everything and end the thread; a journal that is sent is deleted.

        Returns:
            What is known of the run then, and what :meth:`flush` returns.
        """
        unsent = self.flush()
        if self._uploader is not None:
            self._uploader.stop(self._timeout if unsent is None else 0.1)
        header = self._journal.header()
        self._journal.close()
        if unsent is None and self._uploader is not None:
            self._journal.remove_if_unused()
        return header, unsent
