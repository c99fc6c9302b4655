"""Whether what is recorded reaches the disk: W&B itself says nothing if it does not."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

__all__ = ["LogFile", "LogLostError", "check_writable"]

#: So much must be free: what is on its way to the file has room then.
_RESERVE = 1 << 20

#: A file that has not grown so many seconds after a record will not grow any more.
_PATIENCE = 5.0


class LogLostError(OSError):
    """The file of a run takes no more records; recording can go on in another."""


def check_writable(folder: Path) -> None:
    """Write a file in ``folder`` and delete it.

    W&B goes on in the temporary directory, without a word, if it cannot write.

    Raises:
        OSError: If it cannot be written; names the folder.
    """
    probe = folder / f".viz-{os.urandom(8).hex()}.tmp"
    try:
        probe.write_bytes(b"\0" * 4096)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        probe.unlink(missing_ok=True)
    _check_room(folder, 0)


class LogFile:
    """The ``.wandb`` file of a run, watched while wandb-core writes it.

    After its first failed write wandb-core writes nothing more to a file, and says so in its
    own log only. So the room on the disk is looked at before each record, and the file's growth
    after.

    Args:
        path: The file.
        flush_interval: Seconds after which wandb-core has written a record.
    """

    def __init__(self, path: Path, flush_interval: float) -> None:
        self.path = path
        self._patience = _PATIENCE + 10 * flush_interval
        self._interval = flush_interval
        self._identity: tuple[int, int] | None = None
        self._size = -1
        self._waiting_since: float | None = None
        self._waiting = 0
        self._was_full = False

    def check(self, size: int = 0) -> None:
        """Raise unless a record of so many bytes can be kept, and the last ones were.

        Raises:
            LogLostError: If the file is gone, does not grow, or may have missed a write while
                the disk was full.
            OSError: If the disk is full.
        """
        if not self._has_grown() and self._waiting_since is not None:
            waited = time.monotonic() - self._waiting_since
            if waited > self._patience:
                raise LogLostError(
                    errno.EIO,
                    f"W&B has written nothing for {waited:.1f} s, so the last {self._waiting} "
                    "records are lost; the disk or a quota may be full",
                    str(self.path),
                )
        try:
            _check_room(self.path.parent, size)
        except OSError:
            self._was_full = True
            raise
        if self._was_full:
            raise LogLostError(
                errno.ENOSPC, "the disk was full, and has room again", str(self.path)
            )

    def note(self) -> None:
        """Note that a record is on its way."""
        if self._waiting_since is None:
            self._waiting_since, self._waiting = time.monotonic(), 0
        self._waiting += 1

    def expect_more(self) -> None:
        """Note that more is on its way than the file has now."""
        with contextlib.suppress(LogLostError):  # which :meth:`wait` says
            self._has_grown()
        self.note()

    def wait(self, seconds: float) -> bool:
        """Wait until what is on its way was written; return whether the file has grown."""
        if self._waiting_since is None:
            return True
        deadline = time.monotonic() + seconds
        while not self._has_grown():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def settle(self) -> None:
        """Wait for as long as a record may be on its way."""
        if self._waiting_since is not None:
            time.sleep(1.2 * self._interval)
            self.wait(1.0)

    def _has_grown(self) -> bool:
        try:
            status = os.stat(self.path)  # noqa: PTH116  # as fast as can be, for each record
        except FileNotFoundError:
            if self._identity is None and self.path.parent.exists():
                return False  # it is made a moment after the run is opened
            raise LogLostError(
                errno.ENOENT,
                "the file of the run was deleted while it was written to",
                str(self.path),
            ) from None
        identity = (status.st_dev, status.st_ino)
        if self._identity is None:
            self._identity = identity
        if identity != self._identity:
            raise LogLostError(errno.ESTALE, "the file of the run was replaced", str(self.path))
        if status.st_size == self._size:
            return False
        self._size, self._waiting_since = status.st_size, None
        return True


def _check_room(folder: Path, size: int) -> None:
    status = os.statvfs(folder)
    if status.f_blocks and status.f_bavail * status.f_frsize < size + _RESERVE:
        raise OSError(
            errno.ENOSPC,
            f"{os.strerror(errno.ENOSPC)}: less than {(size + _RESERVE) >> 10} KiB are left",
            str(folder),
        )
