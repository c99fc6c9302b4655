"""How much a tracker is sent."""

from __future__ import annotations

import threading

from viz_core._checks import as_number
from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning

__all__ = ["Budget", "as_budget"]


def as_budget(budget_mb: float | None) -> float | None:
    """Return how many bytes `budget_mb` is; None, which is any number, stays None.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is not above 0.
    """
    if budget_mb is None:
        return None
    megabytes = as_number(budget_mb, "budget_mb")
    if not megabytes > 0:
        raise ValueError(f"budget_mb must be above 0, got {budget_mb!r}")
    return megabytes * 1e6


class Budget:
    """Counts what a backend sends to a tracker, and says once when something has no room.

    Args:
        budget_mb: Megabytes at most, of this backend in this process; any by default.
        backend: Its name, for what is said.

    Raises:
        TypeError, ValueError: If `budget_mb` is no number above 0.
    """

    def __init__(self, budget_mb: float | None, backend: str) -> None:
        self._bytes = as_budget(budget_mb)
        self._title = f"{backend}(budget_mb={budget_mb})"
        self._sent = 0
        self._left_out = 0
        self._is_told = False
        self._lock = threading.RLock()  # a signal handler may record too

    def __bool__(self) -> bool:
        """Return whether there is a bound."""
        return self._bytes is not None

    def takes(self, size: int) -> bool:
        """Count a record, and return whether there is room to send it.

        Args:
            size: In bytes.

        Warns:
            RecordingWarning: The first time that there is none.
        """
        if self._bytes is None:
            return True
        with self._lock:
            if self._sent + size <= self._bytes:
                self._sent += size
                return True
            self._left_out += 1
            is_told, self._is_told = self._is_told, True
        if not is_told:
            warn_user(
                f"{self._title} has no room for a record of {size / 1e6:.3g} MB: what does not fit "
                "is not sent, which close() counts; scalars go on",
                RecordingWarning,
            )
        return False

    def tell(self) -> None:
        """Say how many records were left out since the last time.

        Warns:
            RecordingWarning: If any was.
        """
        with self._lock:
            count, self._left_out = self._left_out, 0
        if count:
            warn_user(f"{self._title} left out what did not fit: {count} x", RecordingWarning)
