"""The journal of a run: what is recorded, until MLflow has it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viz_backend_mlflow.buffered_log import BufferedLog
from viz_core import AppendLog, write_whole

__all__ = ["Journal", "find_journals"]

_HEADER = "run.json"
_RECORDS = "records.jsonl"
_SENT = "sent"
_REFUSED = "refused.jsonl"
_FILES = "files"

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Journal:
    """A folder with the records of one run, in the order they were made.

    A record is with the operating system when :meth:`append` returns, or a moment later if it
    may wait: killing the process loses no other. Threads, forked children and other processes
    may append. ``run.json`` says which run the records belong to, and ``sent`` how many bytes of
    ``records.jsonl`` MLflow has.

    Args:
        folder: Made at the first record, with a lock file of the same name beside it.
        header: What ``run.json`` says, if it has to be made.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self._new_header = dict(header or {})
        self._records = BufferedLog(AppendLog(self._make))

    def _make(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / _HEADER).exists():
            self._write(_HEADER, self._new_header)
        return self.folder / _RECORDS

    def append(self, record: list[Any], *, at_once: bool = True) -> None:
        """Keep a record.

        Args:
            record: As :mod:`viz_backend_mlflow.records` makes it.
            at_once: Otherwise it may wait in memory, for 0.1 s, to be written with others.

        Raises:
            OSError: If it cannot be written; nothing of it is kept then.
        """
        line = f"{_encode(record)}\n".encode()
        if at_once:
            self._records.write(line)
        else:
            self._records.append(line)

    def flush(self) -> None:
        """Write the records that wait.

        Raises:
            OSError: If they cannot be written; they go on waiting.
        """
        self._records.flush()

    def keep_file(self, data: bytes) -> str:
        """Keep what is too large for a record, and return its name for :meth:`file`."""
        name = uuid.uuid4().hex
        self._make()
        folder = self.folder / _FILES
        folder.mkdir(exist_ok=True)
        write_whole(folder / name, data)
        return name

    def file(self, name: str) -> Path:
        """Return where a kept file is."""
        return self.folder / _FILES / name

    def header(self) -> dict[str, Any]:
        """Return what is known of the run."""
        try:
            header: dict[str, Any] = json.loads((self.folder / _HEADER).read_bytes())
        except FileNotFoundError:
            return dict(self._new_header)
        return header

    def update_header(self, **values: Any) -> None:
        """Add to what is known of the run."""
        self._new_header = {**self.header(), **values}
        self._make()
        self._write(_HEADER, self._new_header)

    def pending(self, most: int) -> tuple[list[list[Any]], int]:
        """Return up to ``most`` records that are to be sent, and the place after them."""
        place = self._sent()
        records: list[list[Any]] = []
        with contextlib.suppress(FileNotFoundError), self._records_path.open("rb") as file:
            file.seek(place)
            while len(records) < most and (line := file.readline()).endswith(b"\n"):
                place += len(line)
                if line.strip():  # an empty one parts a torn line from the next
                    records.append(self._parse(line))
        return [record for record in records if record], place

    def mark_sent(self, place: int) -> None:
        """Note that MLflow has what is before ``place``."""
        write_whole(self.folder / _SENT, str(place).encode())

    def refuse(self, record: object, reason: str) -> None:
        """Put aside what MLflow will never take."""
        line = json.dumps({"record": record, "reason": reason}, ensure_ascii=False, default=str)
        refused = AppendLog(lambda: self.folder / _REFUSED)
        refused.append(f"{line}\n".encode())
        refused.close()

    def count(self) -> int:
        """Return how many records are to be sent."""
        with contextlib.suppress(FileNotFoundError), self._records_path.open("rb") as file:
            file.seek(self._sent())
            return sum(line.endswith(b"\n") and bool(line.strip()) for line in file)
        return 0

    @property
    def is_done(self) -> bool:
        """Whether MLflow has everything."""
        with contextlib.suppress(FileNotFoundError):
            return self._records_path.stat().st_size <= self._sent()
        return True

    def remove(self) -> None:
        """Delete the folder if MLflow has everything and has refused nothing."""
        self._records.close()
        if self.is_done and not (self.folder / _REFUSED).exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # others may have journals there
                self._lock_path.unlink()
                self.folder.parent.rmdir()

    def remove_if_unused(self) -> None:
        """Delete the folder as :meth:`remove`, unless some process has the records open."""
        with contextlib.suppress(OSError), self._records_path.open("rb") as file:
            # Whoever appends holds a shared lock.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.remove()

    def close(self) -> None:
        """Close the file of records; the next record opens it again."""
        self._records.close()

    def sync(self) -> None:
        """Wait until the disk has every record."""
        self._records.sync()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Wait until nobody else sends from here, and keep others out."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @property
    def _lock_path(self) -> Path:
        return self.folder.with_suffix(".lock")

    @property
    def _records_path(self) -> Path:
        return self.folder / _RECORDS

    def _sent(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return int((self.folder / _SENT).read_bytes())
        return 0

    def _parse(self, line: bytes) -> list[Any]:
        try:
            record = json.loads(line)
        except ValueError as error:  # torn by a crash of the machine
            self.refuse(line.decode(errors="replace"), f"not a whole record: {error}")
            return []
        if not (isinstance(record, list) and record and isinstance(record[0], str)):
            self.refuse(record, "not a list that begins with a kind")
            return []
        return record

    def _write(self, name: str, value: Mapping[str, Any]) -> None:
        write_whole(self.folder / name, json.dumps(value, indent=1).encode())


def find_journals(folder: Path) -> list[Journal]:
    """Return the journals in ``folder`` and in all folders below it, oldest first."""
    headers = sorted(folder.rglob(_HEADER), key=lambda path: path.stat().st_mtime)
    return [
        Journal(path.parent)
        for path in headers
        if (path.parent / _RECORDS).exists() and path.parent.parent.name == "mlflow_journal"
    ]
