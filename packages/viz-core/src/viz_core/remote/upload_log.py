"""What of a folder was uploaded, remembered in the folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from viz_core.remote.contents import UPLOADED

__all__ = ["Segment", "UploadLog"]


class Segment(NamedTuple):
    """Some lines of a file: its bytes from the first to before the last, and their hash."""

    first: int
    last: int
    digest: str


class UploadLog:
    """What of a folder is at a URL: lines of a file there, so that killing the process loses none.

    What is to be uploaded of a file of lines is noted before it is, so that a later process uploads
    the same bytes under that name again, and never others.

    Args:
        folder: That of a run, or of one of its ranks.
        url: Without credentials.

    Attributes:
        is_known: Whether anything was uploaded there before.
        begun: The segment of a file that was begun last.
        ends: The bytes of a file that are there.
        wholes: Size and time, in nanoseconds, of files that are there.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.path = folder / UPLOADED
        self._url = url
        self._fd = -1
        self._read_to = 0
        self.is_known = False
        self.begun: dict[str, Segment] = {}
        self.ends: dict[str, int] = {}
        self.wholes: dict[str, tuple[int, int]] = {}

    @contextlib.contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """Let no other process, and no other uploader of this one, upload the folder meanwhile.

        Args:
            patience: Seconds to wait for others.

        Raises:
            TimeoutError: If others upload it for longer.
            OSError: If nothing can be remembered.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._fd = os.open(self.path, flags, 0o666)
        try:
            _lock(self._fd, patience)
            size = os.fstat(self._fd).st_size
            if size and os.pread(self._fd, 1, size - 1) != b"\n":
                os.write(self._fd, b"\n")  # the last line was torn by a crash
            self.refresh()
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.flock(self._fd, fcntl.LOCK_UN)  # a child forked meanwhile has it open too
            self.release()

    def release(self) -> None:
        """Close the file; a forked child does, so that it keeps no lock of its parent's."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def begin(self, file: str, segment: Segment) -> None:
        """Note lines that are going to be uploaded."""
        self._note({"file": file, "begun": [*segment]})

    def end(self, file: str, last: int) -> None:
        """Note that all bytes of a file before `last` are there."""
        self._note({"file": file, "end": last})

    def have(self, files: dict[str, tuple[int, int]]) -> None:
        """Note files that are there, each with its size and time."""
        for file, state in files.items():
            self._note({"file": file, "whole": [*state]})

    def _note(self, line: dict[str, Any]) -> None:
        text = f"{json.dumps({'url': self._url, **line})}\n".encode()
        self._read_to += len(text)
        os.write(self._fd, text)
        self._take(line)

    def refresh(self) -> None:
        """Read what others have noted."""
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size < self._read_to:  # somebody deleted it
                self._read_to = 0
            file.seek(self._read_to)
            text = file.read()
            text = text[: text.rfind(b"\n") + 1]  # another process writes
            self._read_to += len(text)
            for part in text.splitlines():
                with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                    line = json.loads(part)
                    if line["url"] == self._url:
                        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        file = line["file"]
        if "begun" in line:
            self.begun[file] = Segment(*line["begun"])
        elif "end" in line:
            self.ends[file] = line["end"]
        else:
            size, time_ns = line["whole"]
            self.wholes[file] = size, time_ns
        self.is_known = True


def _lock(fd: int, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise TimeoutError("another process uploads this folder now") from None
            time.sleep(0.05)
        except OSError:
            return  # a file system without locks
        else:
            return
