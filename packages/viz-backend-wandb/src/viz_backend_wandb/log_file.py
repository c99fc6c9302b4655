"""The file that wandb-core writes, watched, as W&B does not tell when writing fails."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from pathlib import Path

from viz_backend_wandb.keys import masked

__all__ = ["LogFile", "LogLostError", "check_writable", "find_failure"]

#: Bytes that must be free on the disk, for the records that are not in the file yet.
_RESERVE = 1 << 20

#: Seconds after a record in which the file must have grown; otherwise it will grow no more.
_PATIENCE = 5.0


#: With what a line of wandb-core's log begins where it gives up sending rows, the run or files.
_NOT_SENT = ("filestream:", "runupserter:", "runfiles:", "file transfer:")


class LogLostError(OSError):
    """The file of a run takes no more records, but another file would."""


def check_writable(folder: Path) -> None:
    """Write a file in `folder`, and delete it.

    If W&B cannot write to the folder, it takes the temporary directory and tells nobody.

    Raises:
        OSError: If the folder cannot be written to. It names the folder.
    """
    probe = folder / f".viz-{os.urandom(8).hex()}.tmp"
    try:
        probe.write_bytes(b"\0" * 4096)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        probe.unlink(missing_ok=True)
    _check_room(folder, 0)


def find_failure(log: Path) -> str | None:
    """Return the first reason in a log of wandb-core's why records were not sent, or None."""
    with contextlib.suppress(OSError), log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"level":"ERROR' not in line:
                continue
            entry = json.loads(line)
            if entry["msg"].startswith(_NOT_SENT):
                said = (entry[key] for key in ("msg", "error") if entry.get(key))
                return masked(" ".join(": ".join(said).split()))
    return None


class LogFile:
    """The `.wandb` file of a run, watched while wandb-core writes it.

    After a write that failed, wandb-core writes nothing more to a file, and only its own log
    says so. So before each record the free space on the disk is looked at, and whether the file
    has grown since the record before.

    Args:
        path: Where wandb-core writes it; it ends in `.wandb`.
        flush_interval: Seconds between two writes of wandb-core.
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
        """Raise unless the last records were written, and the disk has room for the next.

        Args:
            size: Bytes of the next record.

        Raises:
            LogLostError: If the file was deleted or replaced or does not grow, or if the disk
                was full meanwhile, so that a write may have failed.
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
        """Note that wandb-core has been given a record."""
        if self._waiting_since is None:
            self._waiting_since, self._waiting = time.monotonic(), 0
        self._waiting += 1

    def expect_more(self) -> None:
        """Note that the file will grow beyond its present size."""
        with contextlib.suppress(LogLostError):  # `wait` raises it
            self._has_grown()
        self.note()

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` until the last records are written, and return whether they are."""
        if self._waiting_since is None:
            return True
        deadline = time.monotonic() + seconds
        while not self._has_grown():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def settle(self, patience: float = 0.0) -> None:
        """Wait as long as wandb-core may take to write a record.

        Args:
            patience: Seconds that a wandb-core which is behind may take longer: they end when the
                file does not grow any more.
        """
        if self._waiting_since is None:
            return
        deadline = time.monotonic() + patience
        time.sleep(1.2 * self._interval)
        self.wait(max(1.0, patience))
        while time.monotonic() < deadline:
            time.sleep(2 * self._interval)
            if not self._has_grown():
                break

    def _has_grown(self) -> bool:
        try:
            status = os.stat(self.path)  # noqa: PTH116  # Path.stat() costs more, for each record
        except FileNotFoundError:
            if self._identity is None and self.path.parent.exists():
                return False  # wandb-core makes it a moment after the run is opened
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
