"""Appending lines to a file so that a crash costs none."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from pathlib import Path

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.files.atomic import sync_to_disk
from viz_core.processes import after_fork

__all__ = ["AppendLog"]

_CHUNK = 1 << 16

#: Seconds after which a file is looked for again; at every line that costs as much as the line.
_LOOK = 0.02

#: Seconds after which a line that another process writes is taken to be torn.
_PATIENCE = 0.1

_files: weakref.WeakSet[AppendLog] = weakref.WeakSet()


class AppendLog:
    """A file that lines are appended to, each with one system call.

    When `append` returns, the operating system has the line: killing the process loses none. The
    file is opened at the first line, and again at the first line after `close`. Threads, forked
    children and other processes may append to the same file, and lines stay whole. A file that
    was deleted meanwhile is made again, with a `RecordingWarning`. A last line without its end is
    completed if it is whole JSON, else cut off, with a `RecordingWarning`.

    Args:
        locate: Returns the path of the file, and makes its folder. Called whenever the file is
            opened.
        note: Called with the byte at which a line begins: of the first after the file is opened,
            and of one a second at most.
    """

    def __init__(
        self, locate: Callable[[], Path], note: Callable[[int], None] = lambda _: None
    ) -> None:
        self._locate = locate
        self._note = note
        self._path = Path()
        self._fd = -1
        self._lock = threading.RLock()  # a signal handler may append while its thread does
        self._look_at = self._note_at = 0.0
        self._unsynced: set[Path] = (
            set()
        )  # what was opened and is not with the disk, nor its folder
        self._unseen: list[bytes] = []  # written since the file was last seen to be there
        self._notices: deque[str] = deque()  # told when the lock is free: hooks may wait for others
        _files.add(self)

    def __del__(self) -> None:
        # Nobody is left who could append; what was appended is with the operating system.
        if getattr(self, "_fd", -1) >= 0:
            os.close(self._fd)

    @property
    def is_open(self) -> bool:
        """Whether this process holds the file open."""
        return self._fd >= 0

    def append(self, line: bytes) -> None:
        """Append a line.

        Args:
            line: Ends in a newline, which is not added.

        Raises:
            OSError: If it cannot be written, and then nothing of it is in the file.
        """
        with self._lock:
            if self._fd < 0:
                self._open()
            self._write(line)
            self._unseen.append(line)
            now = time.monotonic()
            if now < self._look_at:
                return
            self._look_at = now + _LOOK
            if now >= self._note_at:
                self._note_at = now + 1
                # After O_APPEND this is where our bytes end.
                self._note(os.lseek(self._fd, 0, os.SEEK_CUR) - len(line))
            self._mend_deleted()
        self._tell()

    def sync(self) -> None:
        """Wait until the disk has every line, so that a power cut costs none; also after `close`."""
        with self._lock:
            if self.is_open:
                self._mend_deleted()
                os.fsync(self._fd)
            paths, self._unsynced = self._unsynced, set()
        for path in paths:
            sync_to_disk(path)
        self._tell()

    def _mend_deleted(self) -> None:
        """Make the file again if somebody deleted it, with the lines since it was last seen."""
        unseen, self._unseen = self._unseen, []
        if os.fstat(self._fd).st_nlink:
            return
        self._close()
        self._open()
        self._write(b"".join(unseen))
        self._notices.append(
            f"{self._path} was deleted while it was written to; it is made again, without "
            "the lines it had before"
        )

    def _tell(self) -> None:
        while self._notices:
            warn_user(self._notices.popleft(), RecordingWarning)

    def close(self) -> None:
        """Close the file; the next line opens it again."""
        with self._lock:
            if self.is_open and self._unseen:
                self._mend_deleted()
            self._close()
        self._tell()

    def _renew(self) -> None:
        """Start anew in a forked child, where a thread that is not there may hold the lock."""
        self._lock = threading.RLock()
        self._unseen = []  # the parent's, which looks after them
        self._close()  # the parent's stays open

    def _open(self) -> None:
        self._path = self._locate()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        fd = os.open(self._path, flags, 0o666)
        try:
            torn = _mend(fd)
        except BaseException:
            os.close(fd)
            raise
        self._close()  # what a signal handler has opened meanwhile
        self._fd = fd
        if torn:
            self._notices.append(
                f"the last line of {self._path} was torn, as by a crash, and is cut off: "
                f"{torn[:80]!r}"
            )
        self._unsynced.add(self._path)
        self._look_at = self._note_at = 0.0

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            self._unsynced.add(self._path)
            os.close(fd)

    def _write(self, line: bytes) -> None:
        try:
            written = os.write(self._fd, line)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        if written == len(line):
            return
        end = os.lseek(self._fd, 0, os.SEEK_CUR)  # after O_APPEND: where our bytes end
        with contextlib.suppress(OSError):
            if os.fstat(self._fd).st_size == end:  # nobody has appended since
                os.ftruncate(self._fd, end - written)
        raise OSError(
            errno.ENOSPC,
            f"{os.strerror(errno.ENOSPC)}: of {len(line)} bytes {written} fit, and are taken back",
            str(self._path),
        )


def _mend(fd: int) -> bytes:
    """Let the next line begin where a line begins; return what was cut off for that."""
    torn = b""
    if _is_torn(fd):
        if _lock(fd, fcntl.LOCK_EX):
            torn = _cut_torn_line(fd)
        else:  # another process has the file open, and may be in the middle of writing that line
            until = time.monotonic() + _PATIENCE
            while (is_torn := _is_torn(fd)) and time.monotonic() < until:
                time.sleep(0.001)
            if is_torn:
                os.write(fd, b"\n")
    _lock(fd, fcntl.LOCK_SH)  # kept while the file is open, so that nobody cuts our last line
    return torn


def _is_torn(fd: int) -> bool:
    """Whether the last line has no end."""
    size = os.fstat(fd).st_size
    return size > 0 and os.pread(fd, 1, size - 1) != b"\n"


def _lock(fd: int, kind: int) -> bool:
    """Take a lock if it is free; it is free wherever the file system has none."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _cut_torn_line(fd: int) -> bytes:
    start = size = os.fstat(fd).st_size
    torn = b""
    while start and b"\n" not in torn:
        length = min(_CHUNK, start)
        start -= length
        torn = os.pread(fd, length, start) + torn
    torn = torn.rpartition(b"\n")[2]
    try:
        json.loads(torn)
    except (ValueError, RecursionError):
        os.ftruncate(fd, size - len(torn))
        return torn
    os.write(fd, b"\n")  # only its end is missing
    return b""


# Not os.getpid() at every line, which is a system call.
@after_fork
def _renew_in_child() -> None:
    for file in list(_files):
        file._renew()
