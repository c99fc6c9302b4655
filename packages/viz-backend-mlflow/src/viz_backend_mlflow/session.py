"""The session of an open backend: the journal of its run, and the thread that sends it."""

from __future__ import annotations

import logging
import time
from _thread import get_ident, start_new_thread
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from viz_backend_mlflow.batch import describe
from viz_backend_mlflow.client import RunClient
from viz_backend_mlflow.experiment import BoundMlflow
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.names import masked
from viz_backend_mlflow.sync import send_unused, unused_journals

__all__ = ["Pace", "Session"]

_logger = logging.getLogger(__name__)

#: Seconds to wait for a database that is a file: making one may take many.
_FILE_TIMEOUT = 120.0

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Pace:
    """How often to send, and how long a request may take.

    Attributes:
        interval: Seconds between two batches.
        batch_size: As many points are sent at once, before the interval has passed.
        timeout: Seconds that a request may take.

    Raises:
        ValueError: If one of them is not positive.
    """

    interval: float
    batch_size: int
    timeout: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name} must be positive, got {value!r}")


#: What the thread answers to who waits for it: why the journal was not sent, or None.
_Answer = SimpleQueue[Exception | None]


class Session:
    """Appends records to a journal, which a thread sends.

    Only the thread speaks to MLflow. Who waits for it holds no lock, so that a signal handler may
    ask too and Ctrl-C ends the waiting, and waits for an answer in a queue no longer than
    `timeout`, whatever the server does. Where no thread can be started the journal keeps all.

    While MLflow cannot be reached the thread tries again at growing intervals, up to 30 s. The
    first failure is logged.

    Args:
        journal: The journal of the run.
        pace: How often to send, and how long `open_run`, `flush` and `end` wait for a server;
            they wait 120 s for a database that is a file.
        sends: Whether this process sends; otherwise the process that opened the run does.
        folder: Where runs that have ended may have left journals, which are sent too.
    """

    def __init__(
        self, journal: Journal, pace: Pace, *, sends: bool, folder: Path | None = None
    ) -> None:
        self._journal = journal
        self._pace = pace
        self._sends = sends
        self._folder = folder
        self._client = RunClient(journal, pace.timeout)
        self._requests: SimpleQueue[_Answer | None] = SimpleQueue()
        self._waiting = 0
        self._is_stopping = False
        self._error: Exception | None = None
        self._thread = 0
        self._has_thread = False
        if sends:
            self._start()

    def in_child(self) -> Session:
        """Return the session of a forked child, whose records its parent sends."""
        return Session(self._journal, self._pace, sends=False)

    def append(self, record: list[Any]) -> None:
        """Append a record; the operating system has it when this returns."""
        self._journal.append(record)

    def append_points(self, record: list[Any], count: int) -> None:
        """Append a record of `count` points; the operating system has it 0.1 s later."""
        self._journal.append(record, at_once=False)
        self._waiting += count
        if self._waiting >= self._pace.batch_size and self._sends and self._error is None:
            self._waiting = 0
            if self._start():
                self._requests.put(None)

    def keep_file(self, data: bytes | Path) -> str:
        """Store what is too large for a record, or a copy of a file, and return its name."""
        return self._journal.keep_file(data)

    def open_run(self) -> BoundMlflow:
        """Return the module `mlflow`, bound to the run.

        Raises:
            ConnectionError: If MLflow cannot be reached within `timeout`.
        """
        uri = self._journal.header()["tracking_uri"]
        self._client.prepare()
        answer = self._ask() if self._sends else self._open_in_thread()
        deadline = time.monotonic() + self._timeout
        while (run_id := self._client.run_id) is None:
            left = deadline - time.monotonic()
            error: Exception | None = TimeoutError(f"no answer for {self._pace.timeout:g} s")
            if left > 0:
                try:
                    error = answer.get(timeout=min(0.02, left))
                except Empty:
                    continue
            if error is not None:
                raise ConnectionError(
                    f"the run cannot be opened at {masked(uri)}: {error}; start the server or "
                    "correct tracking_uri. Records are kept in the journal meanwhile"
                ) from error
        return BoundMlflow(self._client.tracking_uri, run_id, self._pace.timeout)

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
        if not self._sends:
            return None
        self._client.prepare()
        try:
            error = self._ask().get(timeout=self._timeout)
        except Empty:
            error = self._error or TimeoutError(f"it took longer than {self._timeout:g} s")
        return self._describe(error)

    def end(self) -> tuple[dict[str, Any], str | None]:
        """Send the journal and end the thread; a journal that was sent is deleted.

        Returns:
            The header of the journal, and the message of `flush`.
        """
        unsent = self.flush()
        self._is_stopping = True
        self._requests.put(None)
        header = self._journal.header()
        self._journal.close()
        if self._sends and self._journal.is_done:
            self._journal.remove_if_unused()
        return header, unsent

    @property
    def _timeout(self) -> float:
        is_file = self._journal.header()["tracking_uri"].startswith("sqlite:")
        return _FILE_TIMEOUT if is_file else self._pace.timeout

    def _describe(self, error: Exception | None) -> str | None:
        journal, told = self._journal, []
        command = f"python -m viz_backend_mlflow sync {journal.folder.parent.parent}"
        refused, self._client.refused = self._client.refused, []
        if refused:
            told.append(
                f"{len(refused)} records are refused ({_some(refused)}); they are kept in "
                f"{journal.folder}, and tried again by: {command} --refused"
            )
        waiting = [f"{describe(item.record)}: {item.reason}" for item in journal.progress.waiting()]
        if error is not None or waiting:
            why = str(error) if error is not None else _some(waiting)
            told.append(
                f"{journal.count()} records are not sent ({why}); they are kept in "
                f"{journal.folder}, and sent by: {command}"
            )
        return "; ".join(told) or None

    def _start(self) -> bool:
        """Have a thread, and return whether that is possible."""
        if self._has_thread:
            return True
        self._is_stopping = False
        try:
            start_new_thread(self._work, ())
            self._has_thread = True
        except RuntimeError as error:  # no more threads, or the interpreter is ending
            self._error = error
        return self._has_thread

    def _ask(self) -> _Answer:
        """Have the thread send what is there now; it answers when it has tried."""
        answer: _Answer = SimpleQueue()
        if self._start() and self._thread != get_ident():
            self._requests.put(answer)
        else:
            answer.put(self._error or RuntimeError("the thread that sends waits for nobody"))
        return answer

    def _open_in_thread(self) -> _Answer:
        answer: _Answer = SimpleQueue()

        def try_to_open() -> None:
            try:
                self._client.open()
            except ConnectionError as error:
                answer.put(error)

        start_new_thread(try_to_open, ())
        return answer

    def _work(self) -> None:
        self._thread = get_ident()
        pause = self._pace.interval
        left_behind: list[Journal] | None = None
        while not self._is_stopping:
            answers = self._wait(pause)
            self._waiting, error = 0, None
            try:
                if answers:
                    self._client.open()
                self._client.send(self._is_over, tries="one" if answers else "due")
            except Exception as failure:  # noqa: BLE001  # whatever it is, training goes on
                error = failure
            if error is None and self._is_stopping:
                error = self._error
            self._note(error)
            if error is None:
                if left_behind is None:
                    left_behind = unused_journals(self._folder, but=self._journal)
                self._send_left_behind(left_behind, time.monotonic() + self._pace.interval, answers)
            pause = self._pace.interval if error is None else min(2 * pause + 0.1, _LONGEST_PAUSE)
            for answer in answers:
                answer.put(error)
        self._has_thread = False
        for answer in self._wait(0.0):
            answer.put(self._error)

    def _is_over(self) -> bool:
        return self._is_stopping

    def _send_left_behind(
        self, journals: list[Journal], deadline: float, answers: list[_Answer]
    ) -> None:
        """Send what other runs left, for as long as somebody waits, or until `deadline`."""

        def is_over() -> bool:
            return self._is_stopping or (not answers and time.monotonic() > deadline)

        while journals and not is_over():
            try:
                is_finished = send_unused(journals[0], self._pace.timeout, is_over)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next run tries again
                _logger.warning("%s is not sent: %s", journals[0].folder, error)
                is_finished = True
            if is_finished:
                del journals[0]

    def _note(self, error: Exception | None) -> None:
        if error is not None and self._error is None:
            _logger.warning("MLflow cannot be reached, records are kept in the journal: %s", error)
        if error is None and self._error is not None:
            _logger.warning("MLflow is reached again; the journal is sent")
        self._error = error

    def _wait(self, pause: float) -> list[_Answer]:
        """Wait for the next time to send, and return who waits for an answer."""
        requests: list[_Answer | None] = []
        try:
            requests.append(self._requests.get(timeout=pause))
            while True:
                requests.append(self._requests.get_nowait())
        except Empty:
            return [request for request in requests if request is not None]


def _some(texts: list[str]) -> str:
    more = f", and {len(texts) - 3} more" if len(texts) > 3 else ""
    return "; ".join(text[:300] for text in texts[:3]) + more
