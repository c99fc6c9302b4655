"""What backends failed to record: a warning for the first of each kind, a count of all."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Iterable, Mapping

from viz_core._warnings import warn_user
from viz_core.errors import RecordingError, RecordingWarning

__all__ = ["Failures", "with_article"]

_SEVERAL = ("annotations", "hparams", "images", "scalars")


class Failures:
    """Counts the failures of all backends of one recorder.

    They may come from any thread. The caller's thread warns of them, so that a filter that turns
    warnings into errors raises in the caller's code and not in a worker. What the caller does
    takes no lock: a signal handler may interrupt it, and wait for a worker.

    Args:
        raises: Whether the caller is to get errors, not warnings.
    """

    def __init__(self, raises: bool = False) -> None:
        self.raises = raises
        self._lock = threading.RLock()  # of those who add
        self._counts: dict[tuple[str, str], int] = {}
        self._settled: dict[tuple[str, str], int] = {}  # how many of them the user knows of
        self._told: set[tuple[str, str, str]] = set()
        self._pending: deque[tuple[str, type[Warning]]] = deque()
        self._kept: dict[str, Exception] = {}

    def add(self, backend: str, what: str, error: Exception) -> None:
        """Note that `backend` failed to record `what` (`"image"`, `"scalar"`, ...)."""
        key = (backend, what, type(error).__name__)
        self.count(backend, what)
        with self._lock:
            if key in self._told:
                return
            self._told.add(key)
        self.note(
            f"{backend} did not {_doing(what)}: {_text(error)}; training "
            "goes on, further failures of this kind are counted and told by close()"
        )

    def count(self, backend: str, what: str) -> None:
        """Count a record that a backend cannot keep, of which the user is told otherwise."""
        with self._lock:
            self._counts[backend, what] = self._counts.get((backend, what), 0) + 1

    def note(self, message: str, category: type[Warning] = RecordingWarning) -> None:
        """Note something else that the caller is to be told."""
        self._pending.append((message, category))

    def keep(self, errors: Mapping[str, Exception]) -> None:
        """Keep errors for the caller's next call, if it is to get them; one of each backend."""
        if self.raises:
            for backend, error in errors.items():
                self._kept.setdefault(backend, error)

    @property
    def pending(self) -> bool:
        """Whether there is something to tell or to raise."""
        return bool(self._pending or self._kept)

    def tell(self, errors: Mapping[str, Exception], message: str) -> None:
        """Raise for `errors` and what was kept, or warn of what there is since the last time.

        Args:
            errors: Of this call, by backend.
            message: What the error says.

        Raises:
            RecordingError: If the caller is to get errors, and there are any.
        """
        kept = self._take_kept()
        if self.raises and (errors or kept):
            raise RecordingError(message, {**kept, **errors})
        _warn(self._take_pending())

    def settle(self, backends: Iterable[object] = ()) -> None:
        """Warn of what was not recorded in all, and start counting anew."""
        _warn(self.take_all(backends))

    def take_all(self, backends: Iterable[object] = ()) -> list[tuple[str, type[Warning]]]:
        """Return all there is to say, and start counting anew.

        Args:
            backends: Those that have a `note_lost` are told what was not recorded.
        """
        kept, pending = self._take_kept(), self._take_pending()
        lost = []
        counts: dict[str, dict[str, int]] = {}
        for key, count in list(self._counts.items()):
            new = count - self._settled.get(key, 0)
            self._settled[key] = count
            if new:
                lost.append(f"{key[0]}: {new} x {key[1]}")
                counts.setdefault(key[0], {})[key[1]] = new
        self._told.clear()
        for backend in backends if counts else ():
            getattr(backend, "note_lost", id)(counts)
        said = [f"{backend} failed: {_text(error)}" for backend, error in kept.items()]
        if lost:
            said.append(f"not recorded: {', '.join(lost)}")
        return [*pending, *((message, RecordingWarning) for message in said)]

    def _take_kept(self) -> dict[str, Exception]:
        return {name: self._kept.pop(name) for name in list(self._kept)}

    def _take_pending(self) -> list[tuple[str, type[Warning]]]:
        pending = []
        while self._pending:
            pending.append(self._pending.popleft())
        return pending


def with_article(what: str) -> str:
    """Return the name of a kind of record as it stands in a sentence."""
    if what in _SEVERAL:
        return what
    return f"an {what}" if what[0] in "aeiou" or what == "html" else f"a {what}"


def _doing(what: str) -> str:
    return what if what in ("flush", "close") else f"record {with_article(what)}"


def _text(error: Exception) -> str:
    """Return type and message of an error, even if its `__str__` is broken."""
    return traceback.format_exception_only(type(error), error)[-1].strip()


def _warn(messages: list[tuple[str, type[Warning]]]) -> None:
    for message, category in messages:
        warn_user(message, category)
