"""Files that are whole, however the program ends."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import warnings
from pathlib import Path

from viz_core.errors import RecordingWarning

__all__ = ["open_for_lines", "write_all", "write_whole"]

_CHUNK = 1 << 16


def write_all(fd: int, data: bytes, path: Path) -> None:
    """Write ``data`` with one call, as it is for anything but a full disk.

    Raises:
        OSError: If not all of it fits. What was written of it is taken back, if nobody else
            has appended since.
    """
    written = os.write(fd, data)
    if written == len(data):
        return
    end = os.lseek(fd, 0, os.SEEK_CUR)  # after an O_APPEND write: where our bytes end
    with contextlib.suppress(OSError):
        if os.fstat(fd).st_size == end:
            os.ftruncate(fd, end - written)
    raise OSError(
        errno.ENOSPC, f"only {written} of {len(data)} bytes fit, and were taken back", str(path)
    )


def write_whole(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Write a file so that whoever opens it finds all of ``data``, or what was there before.

    Raises:
        OSError: If it cannot be written; nothing is left behind then.
    """
    # Its length is that of no user's name, so that a name of 255 bytes still has room.
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if sync:
                os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def open_for_lines(path: Path) -> int:
    """Open a file of lines for appending, and mend what a crash left at its end.

    A last line without its end is torn: it is cut off, unless it is JSON as it stands, when
    only its end is missing and is added.

    Returns:
        The file descriptor.
    """
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _mend(fd, path)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _mend(fd: int, path: Path) -> None:
    """Mend the end of the file, unless another process writes to it, or is mending it."""
    alone = _lock(fd, fcntl.LOCK_EX)
    if alone:
        _cut_torn_line(fd, path)
    _lock(fd, fcntl.LOCK_SH)  # kept while the file is open, so that nobody cuts our last line


def _lock(fd: int, kind: int) -> bool:
    """Take a lock if it is free; it is free wherever the file system has none."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _cut_torn_line(fd: int, path: Path) -> None:
    size = os.fstat(fd).st_size
    if size == 0 or os.pread(fd, 1, size - 1) == b"\n":
        return
    torn, start = b"", size
    while start and b"\n" not in torn:
        length = min(_CHUNK, start)
        start -= length
        torn = os.pread(fd, length, start) + torn
    torn = torn.rpartition(b"\n")[2]
    try:
        json.loads(torn)
    except ValueError:
        os.ftruncate(fd, size - len(torn))
        warnings.warn(
            f"the last line of {path} was torn, as by a crash, and is cut off: {torn[:80]!r}",
            RecordingWarning,
            stacklevel=2,
        )
    else:
        os.write(fd, b"\n")
