"""The thread that sends a journal while training goes on."""

from __future__ import annotations

import logging
import threading
import time

from viz_backend_mlflow.tracker import Tracker

__all__ = ["Courier"]

_logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0


class Courier:
    """Sends every ``interval`` seconds, or as soon as ``batch_size`` points wait.

    While the tracker cannot be reached it tries again, ever more rarely, up to every 30 s; the
    first failure is logged.

    Args:
        tracker: Sends; never used by two threads at once.
        interval: Seconds.
        batch_size: Points.
    """

    def __init__(self, tracker: Tracker, interval: float, batch_size: int) -> None:
        self._tracker = tracker
        self._interval = interval
        self._batch_size = batch_size
        self._waiting = 0
        self._wake = threading.Event()
        self._is_stopping = False
        self._sending = threading.Lock()
        self._has_failed = False
        self._last_error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="viz-mlflow", daemon=True)
        self._thread.start()

    def notify(self, points: int) -> None:
        """Tell that so many points were added to the journal."""
        self._waiting += points
        if self._waiting >= self._batch_size:
            self._wake.set()

    def open(self, timeout: float) -> str:
        """Return the identifier of the run, within about ``timeout`` seconds.

        Raises:
            TimeoutError: If the thread is still waiting for the tracker.
            Exception: What MLflow raises if it cannot be reached.
        """
        if (run_id := self._tracker.known_run) is not None:
            return run_id
        if not self._sending.acquire(timeout=timeout):
            raise TimeoutError(f"the tracker has not answered for {timeout:g} s")
        try:
            return self._tracker.open()
        finally:
            self._sending.release()

    def flush(self, timeout: float) -> Exception | None:
        """Send everything, within about ``timeout`` seconds; return what prevents it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self._sending.acquire(timeout=max(0.0, deadline - time.monotonic())):
                break
            try:
                if self._send(deadline):
                    return None
            finally:
                self._sending.release()
            break
        return self._last_error or TimeoutError(f"it took longer than {timeout:g} s")

    def stop(self, timeout: float) -> None:
        """End the thread, or leave it behind if the tracker does not answer in time."""
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
                self._waiting = -(1 << 60)  # the pause counts now, not the points

    def _send(self, deadline: float) -> bool:
        try:
            is_done = self._tracker.send(deadline)
        except Exception as error:  # noqa: BLE001  # MLflow's: training must go on
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
