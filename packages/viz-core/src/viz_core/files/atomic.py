"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from viz_core.files.paths import HALF_WRITTEN

__all__ = ["copy_whole", "remove_abandoned", "sync_to_disk", "write_whole"]

_CHUNK = 1 << 20

#: The folders that were cleaned by this process.
_cleaned: set[str] = set()


def write_whole(path: str | os.PathLike[str], data: bytes, *, sync: bool = False) -> None:
    """Write a file so that whoever opens it finds all of `data`, or what was there before.

    It is written under another name in the same folder, and renamed. A process that is killed
    meanwhile leaves that file; the `directory` of a later process's backend is cleaned of them.

    Args:
        path: The file, in a folder that exists. One that is there is replaced.
        data: The whole content.
        sync: Wait until the disk has it, so that a power cut cannot empty it.

    Raises:
        OSError: If it cannot be written. It names `path`, and what was there stays as it was.
    """
    _write_chunks(Path(path), [data], sync)


def copy_whole(source: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
    """Copy a file so that whoever opens the copy finds all of it, as `write_whole` does.

    Args:
        source: A file, of which 1 MB at a time is in memory.
        path: The copy, in a folder that exists. One that is there is replaced.

    Raises:
        OSError: If the source cannot be read or the copy not be written.
    """
    with open(source, "rb") as file:  # noqa: PTH123  # it may be a string
        _write_chunks(Path(path), iter(partial(file.read, _CHUNK), b""), False)


def _write_chunks(path: Path, chunks: Iterable[bytes], sync: bool) -> None:
    temporary = path
    try:
        temporary, fd = _open_beside(path)
        try:
            for data in chunks:
                view = memoryview(data)
                while view:
                    view = view[os.write(fd, view) :]
            if sync:
                os.fsync(fd)
            temporary.replace(path)
        finally:
            os.close(fd)  # not before it has its name: until then the lock says that it is in use
    except BaseException as error:
        if temporary is not path:
            with contextlib.suppress(OSError):
                temporary.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def _open_beside(path: Path) -> tuple[Path, int]:
    """Return a new file in the folder of `path`, locked, and its descriptor."""
    while True:
        # The name has a length of its own, so that one of 255 bytes can be written too.
        temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with contextlib.suppress(OSError):  # a file system without locks, where nobody cleans
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # somebody cleans, and was quicker
                os.close(fd)
                continue
        if os.fstat(fd).st_nlink:
            return temporary, fd
        os.close(fd)  # it has been cleaned up before it was locked


def remove_abandoned(folder: Path) -> None:
    """Remove what killed processes have left half written in a folder and below; once a process.

    A file that a living process is writing, on whichever machine, is locked, and stays.
    """
    if str(folder) in _cleaned:
        return
    _cleaned.add(str(folder))
    for parent, _, names in os.walk(folder):
        for name in filter(HALF_WRITTEN.fullmatch, names):
            with contextlib.suppress(OSError):
                _remove_unlocked(os.path.join(parent, name))  # noqa: PTH118  # of many, quickly


def _remove_unlocked(path: str) -> None:
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)  # noqa: PTH108  # one of many, quickly
    finally:
        os.close(fd)


def sync_to_disk(path: str | os.PathLike[str], since: int = 0) -> None:
    """Wait until the disk has a file, or all in a folder, and the folders that it is in.

    A new file that the disk has is lost all the same if the disk has not its folder's new entry.

    Args:
        path: A file or a folder, which is searched with its folders. What is gone is passed over.
        since: Files that were last written before are left out; nanoseconds, as files have them.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100  # links stay links
    files = [path]
    for folder, _, names in os.walk(path):
        files += [Path(folder, name) for name in names]
    folders = set(path.parents)
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            if file.is_file() and file.stat().st_mtime_ns >= since:
                _sync(file)
                folders.update(file.parents)
    for parent in folders:
        with contextlib.suppress(OSError):  # one above may be closed to this user, and is older
            _sync(parent)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
