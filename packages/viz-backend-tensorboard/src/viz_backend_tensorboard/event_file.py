"""An event file that ends with a whole record after every write, in every process."""

from __future__ import annotations

import os
import re
import socket
import struct
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crc32c import crc32c

from viz_backend_tensorboard import events
from viz_core import RecordingWarning, after_fork, sync_to_disk, warn_user

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event

__all__ = ["EventFile", "encode_record"]

_PREFIX = "events.out.tfevents."
_NAME = re.compile(re.escape(_PREFIX) + r"\d{10}\.")

# A record of TensorFlow's TFRecord format is its length (uint64), the checksum of those eight bytes
# (uint32), the payload and the checksum of the payload (uint32), all little-endian.
_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")

# Checksums are rotated by 15 bits, plus this constant: a checksum over data that
# ends in its own checksum would be the same for all data.
_MASK_DELTA = 0xA282EAD8


def encode_record(payload: bytes) -> bytes:
    """Return `payload`, a serialized event, as one record."""
    length = _LENGTH.pack(len(payload))
    return b"".join((length, _checksum(length), payload, _checksum(payload)))


def _checksum(data: bytes) -> bytes:
    value = crc32c(data)
    rotated = (value >> 15 | value << 17) & 0xFFFFFFFF
    return _CHECKSUM.pack((rotated + _MASK_DELTA) & 0xFFFFFFFF)


class EventFile:
    """Appends events to a file, each as one record with one system call.

    When `write` returns, the operating system has the event: killing the process loses none.
    When it raises, the file ends with the last whole record. The file is made at the first
    write, and after `close` the next write makes another. There is no thread.

    A forked child leaves its parent's file alone. It writes to one of its own in the folder
    `process_<pid>`, which TensorBoard shows as another run: in one run, the steps of one process
    would hide those of the other. A copy of an open file does the same, and one in another process.

    Args:
        locate: Returns the folder, which exists. Called whenever a file is made.
        resume: The step at which a crashed run goes on. The first file says so, and TensorBoard
            hides what was recorded before at that step or later.
        opened: Called with the path of each file that was made, when its first event is written.
    """

    def __init__(
        self,
        locate: Callable[[], Path],
        resume: int | None = None,
        opened: Callable[[str], None] | None = None,
    ) -> None:
        self._locate = locate
        self._opened = opened
        self._resume = resume
        self._is_copy = False
        self._start()

    def _start(self) -> None:
        # Reentrant: a signal handler may record or close in the midst of a write.
        self._lock = threading.RLock()
        self._descriptor: int | None = None
        self._path = ""
        self._unsynced: set[str] = set()
        self._cut_to: int | None = None
        _files.add(self)

    def __del__(self) -> None:
        # Nobody is left who could write; what was written is with the operating system.
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy, which writes to a folder of its own if this file is open."""
        return {
            "_locate": self._locate,
            "_opened": self._opened,
            "_resume": self._resume,
            "_is_copy": self._is_copy or self.is_open,
            "_made_in": os.getpid(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state, unopened."""
        made_in = state.pop("_made_in")
        self.__dict__.update(state)
        self._is_copy = self._is_copy or made_in != os.getpid()
        self._start()

    @property
    def is_open(self) -> bool:
        """Whether this process has a file open."""
        return self._descriptor is not None

    def directory(self) -> Path:
        """Return the directory that this process writes to."""
        directory = self._locate()
        if self._is_copy:
            directory /= f"process_{os.getpid()}"
            directory.mkdir(parents=True, exist_ok=True)
        return directory

    def write(self, event: Event) -> None:
        """Append an event.

        Raises:
            OSError: If the file cannot be made or written. Nothing is appended then, and the
                next call tries anew.

        Warns:
            RecordingWarning: If the file was deleted. Recording goes on in another.
        """
        record = encode_record(event.SerializeToString())
        before = self._path
        with self._lock:
            descriptor = self._open() if self._descriptor is None else self._descriptor
            self._append(descriptor, record)
            deleted = self._path if os.fstat(descriptor).st_nlink == 0 else ""
            if deleted:
                self.close()
                self._append(self._open(), record)
        if self._path != before and self._opened is not None:
            self._opened(self._path)
        if deleted:
            warn_user(
                f"{deleted} was deleted while it was written to; recording goes on in "
                f"{self._path}, without the events it had",
                RecordingWarning,
            )

    def sync(self) -> None:
        """Wait until the disk has what was written; also after `close`."""
        with self._lock:
            paths, self._unsynced = self._unsynced, set()
            if self._descriptor is not None:
                paths.add(self._path)
        for path in paths:
            sync_to_disk(path)

    def close(self) -> None:
        """Close the file, if one is open."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is not None:
                self._unsynced.add(self._path)
                os.close(descriptor)

    def _open(self) -> int:
        directory = self.directory()
        self._path = str(directory / _new_name(directory))
        head = [events.file_version()]
        if self._resume is not None:
            # Twice: the server's loader takes the first mark in a run for the start of the run,
            # and the crashed run may have none. Other loaders read two marks like one.
            head += [events.session_start(self._resume)] * 2
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        descriptor = os.open(self._path, flags, 0o666)  # as the umask says
        try:
            self._append(descriptor, b"".join(encode_record(e.SerializeToString()) for e in head))
        except OSError:
            os.close(descriptor)
            os.unlink(self._path)  # noqa: PTH108  # readers treat a file without a head differently
            raise
        self._descriptor, self._resume = descriptor, None
        return descriptor

    def _append(self, descriptor: int, record: bytes) -> None:
        self._cut(descriptor)
        written = 0
        try:
            # One call writes all of it, unless the disk is full: then it writes a part, and
            # only the next call raises the reason.
            while written < len(record):
                written += os.write(descriptor, record[written:] if written else record)
        except OSError as error:
            self._cut_to = os.fstat(descriptor).st_size - written
            self._cut(descriptor)
            raise OSError(error.errno, error.strerror, self._path) from error

    def _cut(self, descriptor: int) -> None:
        """Cut off a record that was written in part; until that works, nothing is appended."""
        if self._cut_to is not None:
            os.ftruncate(descriptor, self._cut_to)
            self._cut_to = None

    def _after_fork(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)  # the child's copy; the parent's stays open
            self._is_copy = True
        self._start()  # another thread may have held the lock


def _new_name(directory: Path) -> str:
    """Return a name for an event file that comes after those in `directory`.

    Readers take the files of a run in the order of their names. Seconds alone do not order two
    files of one second, nor a file that is made after the clock was set back.
    """
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    tail = f"{nanoseconds:09d}.{socket.gethostname()}.{os.getpid()}"
    name = f"{_PREFIX}{seconds:010d}.{tail}"
    newest = max(filter(_NAME.match, os.listdir(directory)), default="")  # noqa: PTH208  # names
    if name <= newest:
        name = f"{_PREFIX}{int(newest[len(_PREFIX) :][:10]) + 1:010d}.{tail}"
    return name


#: Every file, since a forked child must forget those that are open.
_files: weakref.WeakSet[EventFile] = weakref.WeakSet()


@after_fork
def _renew_in_child() -> None:
    for file in _files:
        file._after_fork()
