"""The thread that sends a journal while training goes on."""

from __future__ import annotations

import logging
import time
from _thread import allocate_lock, get_ident, start_new_thread
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from viz_backend_mlflow.client import RunClient

__all__ = ["Pace", "Uploader"]

_logger = logging.getLogger(__name__)

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


class Uploader:
    """Sends a journal from a thread, at every interval and whenever enough points wait.

    While MLflow cannot be reached it tries again at growing intervals, up to 30 s. The first
    failure is logged. Only the thread talks to MLflow; who waits for it holds no lock, so that a
    signal handler may ask too, and Ctrl-C end the waiting. Where no thread can be started the
    journal keeps everything.

    Args:
        client: The client of the run.
        pace: How often to send.
    """

    def __init__(self, client: RunClient, pace: Pace) -> None:
        self._run_client = client
        self._interval = pace.interval
        self._batch_size = pace.batch_size
        self._waiting = 0
        self._asked: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._is_stopping = False
        self._has_failed = False
        self._last_error: Exception | None = None
        self._thread = 0
        self._has_thread = False
        self._start()

    def _start(self) -> bool:
        """Have a thread, and return whether that is possible."""
        if self._has_thread:
            return True
        self._is_stopping = False
        try:
            start_new_thread(self._work, ())
            self._has_thread = True
        except RuntimeError as error:
            self._last_error = error
            return False
        return True

    def notify(self, points: int) -> None:
        """Count points that were added to the journal, and send them if they are a batch."""
        self._waiting += points
        if self._waiting >= self._batch_size:
            self._waiting = 0
            if self._start():
                self._asked.put(lambda: None)

    def open(self, timeout: float) -> str:
        """Return the identifier of the run, within about `timeout` seconds.

        Raises:
            TimeoutError: If the thread is still waiting for MLflow.
            Exception: MLflow's own, if it cannot be reached.
        """
        if (run_id := self._run_client.known_run) is not None:
            return run_id
        self._run_client.prepare()
        opened: list[str | Exception] = []

        def open_run() -> None:
            try:
                opened.append(self._run_client.open())
            except Exception as error:  # noqa: BLE001  # MLflow's, for the thread that asked
                opened.append(error)

        if not self._ask(open_run, timeout):
            raise TimeoutError(f"MLflow has not answered for {timeout:g} s")
        (answer,) = opened
        if isinstance(answer, Exception):
            raise answer
        return answer

    def flush(self, timeout: float) -> Exception | None:
        """Send the journal within about `timeout` seconds; return the error if that fails."""
        self._run_client.prepare()
        deadline = time.monotonic() + timeout
        works: list[bool] = []
        if self._ask(lambda: works.append(self._send(deadline)), timeout) and works[0]:
            return None
        return self._last_error or TimeoutError(f"it took longer than {timeout:g} s")

    def stop(self, timeout: float) -> None:
        """End the thread, or leave it running if MLflow does not answer in time."""
        if self._has_thread:
            self._is_stopping = True
            self._ask(lambda: None, timeout)

    def _ask(self, function: Callable[[], object], timeout: float) -> bool:
        """Have the thread call a function that does not raise; return whether it did in time."""
        if not self._start() or self._thread == get_ident():
            return False
        done = allocate_lock()
        done.acquire()

        def call() -> None:
            function()
            done.release()

        self._asked.put(call)
        return done.acquire(timeout=timeout)

    def _work(self) -> None:
        self._thread = get_ident()
        pause = self._interval
        while not self._is_stopping:
            try:
                self._asked.get(timeout=pause)()
                if not self._asked.empty() or self._is_stopping:
                    continue
            except Empty:
                pass
            self._waiting = 0
            works = self._send(float("inf"))
            pause = self._interval if works else min(2 * pause + 0.1, _LONGEST_PAUSE)
            if not works:
                self._waiting = -(1 << 60)  # no count of points ends the pause
        self._has_thread = False
        while not self._asked.empty():
            self._asked.get()()

    def _send(self, deadline: float) -> bool:
        try:
            is_done = self._run_client.send(deadline)
        except Exception as error:  # noqa: BLE001  # MLflow's, which must not stop training
            self._last_error = error
            if not self._has_failed:
                self._has_failed = True
                _logger.warning(
                    "MLflow cannot be reached, records are kept in the journal: %s", error
                )
            return False
        if self._has_failed:
            _logger.warning("MLflow is reached again; the journal is sent")
        self._has_failed, self._last_error = False, None
        self._waiting = max(0, self._waiting)
        return is_done
