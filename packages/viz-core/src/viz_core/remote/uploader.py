"""The thread that uploads a run while it records."""

from __future__ import annotations

import os
import shlex
import threading
import time
import traceback
import weakref
from _thread import allocate_lock, start_new_thread
from collections import deque
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.processes import after_fork, at_end, get_rank
from viz_core.remote.destination import Destination
from viz_core.remote.folder import FolderUpload
from viz_core.remote.store import Store
from viz_core.typing import Ranks

__all__ = ["BackendFolder", "Uploader"]

#: Seconds to wait at the end for others who upload the same folder.
_PATIENCE = 10.0

_all: weakref.WeakSet[Uploader] = weakref.WeakSet()


class BackendFolder(Protocol):
    """What an uploader asks of a backend: where its records are."""

    save_dir: str | None
    ranks: Ranks | None

    @property
    def directory(self) -> Path:
        """The folder of this process's records."""


class _Ask(NamedTuple):
    """That everything be uploaded now; the lock is opened when that was tried."""

    done: threading.Lock
    until: float


class Uploader:
    """Uploads what is recorded to a folder: now and then, and when it is asked to finish.

    Its thread begins with the first record, and ends with `finish`; the next record begins another.
    Nobody waits for it but `finish`, and that not for long. What goes wrong is told once, where
    the user records next; it is tried again at the next contact.

    Every method but those of the thread may be called by a signal handler at any moment: they share
    no lock with it.

    Args:
        destination: Where to, and how often.
        backend: Has a `save_dir`, which the keys of objects are relative to. It may be dropped.
    """

    def __init__(self, destination: Destination, backend: BackendFolder) -> None:
        self._destination = destination
        self._backend = weakref.ref(backend)
        self._save_dir = Path(str(backend.save_dir))
        self._store = Store(destination.url)
        self._folders: dict[Path, FolderUpload] = {}
        self._asks: SimpleQueue[_Ask] = SimpleQueue()
        self._turn = threading.RLock()  # the threads', if Ctrl-C has started two
        self._has_thread = False
        self._is_refused = False  # that is, no thread can be started
        self._is_behind = False
        self._is_forked = False
        self._told: set[type[OSError]] = set()
        self._notices: deque[str] = deque()
        self._error: OSError | None = None
        _all.add(self)

    def start(self) -> None:
        """Upload what the backend records; called at its first record, and often after that."""
        backend = self._backend()
        if backend is None:
            return
        self._is_behind = True
        folder = backend.directory
        if folder not in self._folders:
            is_of_rank = backend.ranks == "all"
            self._folders[folder] = FolderUpload(
                folder,
                self._store,
                get_rank() if is_of_rank else 0,
                f"{folder.name}/" if is_of_rank else "",
            )
            _see_to_the_end()
        if not self._has_thread:
            self._start_thread()

    def tell(self) -> None:
        """Warn of what went wrong since the last time."""
        while self._notices:
            warn_user(self._notices.popleft(), RecordingWarning)

    def ask(self) -> _Ask:
        """Have the thread upload everything, and end."""
        self._is_behind = False
        ask = _Ask(allocate_lock(), time.monotonic() + self._destination.timeout)
        ask.done.acquire()
        self._asks.put(ask)
        if not self._has_thread:
            self._start_thread()
        return ask

    def wait(self, ask: _Ask) -> None:
        """Wait until that was tried, or is given up; what is left is noted, to be told."""
        if self._is_refused and ask.done.locked():
            self._run()
        patience = max(0, ask.until - time.monotonic()) if self._has_thread else 0
        is_done = ask.done.acquire(timeout=patience)
        if is_done and self._error is None:
            return
        for folder in list(self._folders.values()):
            left = folder.left()
            if left.objects:
                why = self._error or f"{self._destination.timeout:g} s were not enough"
                self._notices.append(
                    f"{left.objects} files or parts of files, {left.size / 1e6:.1f} MB, of "
                    f"{folder.folder} are not at {self._store.name}: {why}; this uploads them: "
                    f"{self._command()}"
                )

    def finish(self) -> None:
        """Upload everything, as far as the time allows, tell what is left, and end the thread."""
        self.start()
        self.wait(self.ask())
        self._told.clear()
        self.tell()

    def _command(self) -> str:
        return shlex.join(["viz", "upload", str(self._save_dir), self._store.name])

    def _start_thread(self) -> None:
        """Start the thread, if that is possible; where not, it is told, and who waits uploads.

        Python 3.12 starts none once a program's own code has ended.
        """
        self._has_thread = True
        try:
            start_new_thread(self._run, ())
            self._is_refused = False
        except RuntimeError as error:
            self._has_thread, self._is_refused = False, True
            if threading.main_thread().is_alive():
                self._note(OSError(f"no thread can be started: {error}"))
        except BaseException:
            self._has_thread = False  # or the thread says itself that it is there
            raise

    def _run(self) -> None:
        with self._turn:
            while True:
                self._has_thread = True
                asks = []
                try:
                    asks.append(self._asks.get(timeout=self._destination.every))
                    while True:
                        asks.append(self._asks.get_nowait())
                except Empty:
                    pass
                try:
                    self._upload(is_last=bool(asks))
                except BaseException:  # noqa: BLE001  # the thread must stay
                    traceback.print_exc()
                for ask in asks:
                    ask.done.release()
                if asks:
                    self._has_thread = False
                    if self._asks.empty() and not self._is_behind:
                        self._store.forget()  # with its connections
                        return

    def _upload(self, is_last: bool) -> None:
        patience = _PATIENCE if is_last and not self._is_forked else 0.5
        folders = list(self._folders.values())
        errors = [error for folder in folders for error in folder.upload(patience)]
        if self._is_forked or not is_last:  # who uploads it now, as the parent, goes on with it
            errors = [error for error in errors if not isinstance(error, TimeoutError)]
        self._error = errors[0] if errors else None
        for error in errors:
            self._note(error)

    def _note(self, error: OSError) -> None:
        if type(error) in self._told:
            return
        self._told.add(type(error))
        self._notices.append(
            f"what is recorded to {self._save_dir} is not copied to {self._store.name}: {error}; "
            f"recording goes on, and it is tried again every {self._destination.every:g} s and by "
            f"{self._command()}"
        )

    def _renew(self) -> None:
        """Start anew in a forked child, where there is no thread."""
        self._asks = SimpleQueue()
        self._turn = threading.RLock()
        self._has_thread = self._is_behind = False  # what is behind is the parent's
        self._is_forked = True
        self._notices.clear()
        self._store.forget()
        for folder in self._folders.values():
            folder.release()


def _see_to_the_end() -> None:
    """Have what is left uploaded when the program ends, while pools of threads still take work."""
    global _sees
    if not _sees:
        _sees = True
        import concurrent.futures.thread  # noqa: F401  # which ends its pools after us if it came before us

        at_end(_finish)


_sees = False


def _finish() -> None:
    behind = [uploader for uploader in list(_all) if uploader._is_behind]
    asks = [(uploader, uploader.ask()) for uploader in behind]
    for uploader, ask in asks:
        uploader.wait(ask)
        while uploader._notices:
            # Not by `warnings`: a filter may turn them into errors, which nobody here would show.
            os.write(2, f"viz: {uploader._notices.popleft()}\n".encode(errors="replace"))


@after_fork
def _renew_in_child() -> None:
    for uploader in list(_all):
        uploader._renew()
