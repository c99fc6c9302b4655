"""What backends failed to record: told once for each kind, counted ever after."""

from __future__ import annotations

import threading
import warnings
from collections import Counter

from viz_core.errors import RecordingWarning

__all__ = ["Failures"]


class Failures:
    """Counts the failures of all backends of one recorder.

    They may come from any thread; they are told in the caller's, so that a filter that turns
    warnings into errors meets the caller and no worker dies of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._told: set[tuple[str, str, str]] = set()
        self._pending: list[str] = []

    def add(self, backend: str, what: str, error: BaseException) -> None:
        """Note that ``backend`` failed to record ``what`` (``"image"``, ``"scalar"``, ...)."""
        key = (backend, what, type(error).__name__)
        with self._lock:
            self._counts[backend, what] += 1
            if key in self._told:
                return
            self._told.add(key)
            self._pending.append(
                f"{backend} did not record a {what}: {type(error).__name__}: {error}; training "
                "goes on, further failures of this kind are counted and told by close()"
            )

    def note(self, message: str) -> None:
        """Note something else that the caller is to be told."""
        with self._lock:
            self._pending.append(message)

    @property
    def pending(self) -> bool:
        """Whether there is something to tell."""
        return bool(self._pending)

    def tell(self) -> None:
        """Warn of the first failure of each kind since the last time."""
        if not self._pending:
            return
        with self._lock:
            pending, self._pending = self._pending, []
        for message in pending:
            warnings.warn(message, RecordingWarning, stacklevel=4)

    def settle(self) -> None:
        """Warn of what was not recorded in all, and start counting anew."""
        self.tell()
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._told.clear()
        if counts:
            lost = ", ".join(f"{backend}: {n} x {what}" for (backend, what), n in counts.items())
            warnings.warn(f"not recorded: {lost}", RecordingWarning, stacklevel=4)
