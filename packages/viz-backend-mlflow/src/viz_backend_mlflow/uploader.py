"""The thread that sends a journal while training goes on."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

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
    failure is logged.

    Args:
        client: The client of the run, which one thread at a time may use.
        pace: How often to send.
    """

    def __init__(self, client: RunClient, pace: Pace) -> None:
        self._run_client = client
        self._interval = pace.interval
        self._batch_size = pace.batch_size
        self._waiting = 0
        self._wake = threading.Event()
        self._is_stopping = False
        self._sending = threading.Lock()
        self._has_failed = False
        self._last_error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="viz-mlflow", daemon=True)
        self._thread.start()

    def notify(self, points: int) -> None:
        """Count points that were added to the journal, and send them if they are a batch."""
        self._waiting += points
        if self._waiting >= self._batch_size:
            self._wake.set()

    def open(self, timeout: float) -> str:
        """Return the identifier of the run, within about `timeout` seconds.

        Raises:
            TimeoutError: If the thread is still waiting for MLflow.
            Exception: MLflow's own, if it cannot be reached.
        """
        if (run_id := self._run_client.known_run) is not None:
            return run_id
        self._run_client.prepare()
        if not self._sending.acquire(timeout=timeout):
            raise TimeoutError(f"MLflow has not answered for {timeout:g} s")
        try:
            return self._run_client.open()
        finally:
            self._sending.release()

    def flush(self, timeout: float) -> Exception | None:
        """Send the journal within about `timeout` seconds; return the error if that fails."""
        self._run_client.prepare()
        deadline = time.monotonic() + timeout
        if self._sending.acquire(timeout=timeout):
            try:
                if self._send(deadline):
                    return None
            finally:
                self._sending.release()
        return self._last_error or TimeoutError(f"it took longer than {timeout:g} s")

    def stop(self, timeout: float) -> None:
        """End the thread, or leave it running if MLflow does not answer in time."""
        self._is_stopping = True
        self._wake.set()
        self._thread.join(timeout)

    def _work(self) -> None:
        pause = self._interval
        while not self._is_stopping:
            self._wake.wait(pause)
            self._wake.clear()
            if self._is_stopping:
                return
            self._waiting = 0
            with self._sending:
                works = self._send(float("inf"))
            pause = self._interval if works else min(2 * pause + 0.1, _LONGEST_PAUSE)
            if not works:
                self._waiting = -(1 << 60)  # no count of points ends the pause

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
