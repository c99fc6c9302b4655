"""The journal of a run: its records, until MLflow has them."""

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

    Threads, forked children and other processes may append. `run.json` is the header, which says
    to which run the records belong; `records.jsonl` has a record a line, `sent` the count of its
    bytes that MLflow has, `files` the images, and `refused.jsonl` the records that MLflow refused.

    Args:
        folder: Made at the first record, with a lock file of the same name beside it.
        header: The content of `run.json`, if there is none yet.
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
        """Append a record.

        Args:
            record: As `viz_backend_mlflow.records` makes it.
            at_once: Write it before returning, so that killing the process does not lose it;
                otherwise it may wait in memory, for 0.1 s, to be written with others.

        Raises:
            OSError: If it cannot be written; nothing of it is in the journal then.
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
        """Store data that is too large for a record, and return its name for `file`."""
        name = uuid.uuid4().hex
        self._make()
        folder = self.folder / _FILES
        folder.mkdir(exist_ok=True)
        write_whole(folder / name, data)
        return name

    def file(self, name: str) -> Path:
        """Return the path of the file that `keep_file` has named so."""
        return self.folder / _FILES / name

    def header(self) -> dict[str, Any]:
        """Return the header: which run this is, and the `run_id` once the run was made."""
        try:
            header: dict[str, Any] = json.loads((self.folder / _HEADER).read_bytes())
        except FileNotFoundError:
            return dict(self._new_header)
        return header

    def update_header(self, **values: Any) -> None:
        """Set values of the header."""
        self._new_header = {**self.header(), **values}
        self._make()
        self._write(_HEADER, self._new_header)

    def pending(self, most: int) -> tuple[list[list[Any]], int]:
        """Return up to `most` records that are to be sent, and the position after them."""
        position = self._sent()
        records: list[list[Any]] = []
        with contextlib.suppress(FileNotFoundError), self._records_path.open("rb") as file:
            file.seek(position)
            while len(records) < most and (line := file.readline()).endswith(b"\n"):
                position += len(line)
                if line.strip():  # an empty line may stand after a torn one
                    records.append(self._parse(line))
        return [record for record in records if record], position

    def mark_sent(self, position: int) -> None:
        """Note that MLflow has the records before `position`, in bytes of `records.jsonl`."""
        write_whole(self.folder / _SENT, str(position).encode())

    def refuse(self, record: object, reason: str) -> None:
        """Append a record that MLflow will never take, and why, to `refused.jsonl`."""
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
        """Whether MLflow has every record."""
        with contextlib.suppress(FileNotFoundError):
            return self._records_path.stat().st_size <= self._sent()
        return True

    def remove(self) -> None:
        """Delete the folder if MLflow has every record and has refused none."""
        self._records.close()
        if self.is_done and not (self.folder / _REFUSED).exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # other runs may have journals in that folder
                self._lock_path.unlink()
                self.folder.parent.rmdir()

    def remove_if_unused(self) -> None:
        """Call `remove`, unless a process has the records open."""
        with contextlib.suppress(OSError), self._records_path.open("rb") as file:
            # A process that appends holds a shared lock.
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
        """Wait until nobody else sends this journal, and let nobody begin within the block."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            with contextlib.suppress(OSError):  # a child forked meanwhile has the file open too
                fcntl.flock(descriptor, fcntl.LOCK_UN)
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
        except ValueError as error:  # a crash of the machine has torn the line
            self.refuse(line.decode(errors="replace"), f"not a whole record: {error}")
            return []
        if not (isinstance(record, list) and record and isinstance(record[0], str)):
            self.refuse(record, "not a list that begins with a kind")
            return []
        return record

    def _write(self, name: str, value: Mapping[str, Any]) -> None:
        write_whole(self.folder / name, json.dumps(value, indent=1).encode())


def find_journals(folder: Path) -> list[Journal]:
    """Return the journals in `folder` and in all folders below it, oldest first."""
    headers = sorted(folder.rglob(_HEADER), key=lambda path: path.stat().st_mtime)
    return [
        Journal(path.parent)
        for path in headers
        if (path.parent / _RECORDS).exists() and path.parent.parent.name == "mlflow_journal"
    ]
