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
from viz_backend_mlflow.names import masked
from viz_backend_mlflow.progress import ARTIFACTS, RECORDS, VALUES, Lane, Progress, is_record
from viz_core import AppendLog, sync_to_disk, write_whole

__all__ = ["JOURNALS", "Journal", "find_journals"]

#: The folder of journals in a `save_dir`.
JOURNALS = "mlflow_journal"

_HEADER = "run.json"
_HEADER_COPY = "run.json.copy"
_FILES = "files"

_ARTIFACT_LINES = (b'["image"', b'["file"', b'["text"', b'["artifact"')

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Journal:
    """A folder with the records of one run, in the order they were made.

    Threads, forked children and other processes may append. `run.json` is the header, which says
    to which run the records belong, and has a copy; `records.jsonl` has a record a line; `files`
    has the images.

    Args:
        folder: Made at the first record, with a lock file of the same name beside it.
        header: The content of `run.json`, if there is none yet.

    Attributes:
        progress: What became of the records.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.progress = Progress(folder)
        self._new_header = dict(header or {})
        self._records = BufferedLog(AppendLog(self._make))

    def _make(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / _HEADER).exists():
            self._write_header()
        return self.folder / RECORDS

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

    def keep_file(self, data: bytes | Path) -> str:
        """Store what is too large for a record, or a copy of a file; return its name for `file`."""
        name = uuid.uuid4().hex
        self._make()
        folder = self.folder / _FILES
        folder.mkdir(exist_ok=True)
        if isinstance(data, Path):
            shutil.copyfile(data, folder / name)  # nobody looks for it before its record is there
        else:
            write_whole(folder / name, data)
        return name

    def file(self, name: str) -> Path:
        """Return the path of the file that `keep_file` has named so.

        Raises:
            ValueError: If it names a file elsewhere.
        """
        if Path(name).name != name:
            raise ValueError(f"{name!r} is no file of the journal")
        return self.folder / _FILES / name

    def header(self) -> dict[str, Any]:
        """Return the header: which run this is, and the `run_id` once the run was made.

        Raises:
            ValueError: If it and its copy were lost.
        """
        for name in (_HEADER, _HEADER_COPY):
            with contextlib.suppress(OSError, ValueError):
                header = json.loads((self.folder / name).read_bytes())
                if isinstance(header, dict) and header.get("tracking_uri"):
                    return header
        if self._new_header:
            return dict(self._new_header)
        raise ValueError(
            f"{self.folder / _HEADER} is empty or cut, as by a loss of power, and so is its copy: "
            "nobody knows to which run these records belong; copy the run.json of another "
            "journal that sends to the same place, and remove its key and run_id"
        )

    def update_header(self, **values: Any) -> None:
        """Set values of the header."""
        self._new_header = {**self.header(), **values}
        self._make()
        self._write_header()

    def pending(self, lane: Lane, most: int) -> tuple[list[list[Any]], int]:
        """Return up to `most` records of a lane that are to be sent, and the position after."""
        records: list[list[Any]] = []
        position = self.progress.sent()[lane]
        for line in self._lines(position):
            position += len(line)
            if _is_in(lane, line):
                records.append(_parse(line))
                if len(records) == most:
                    break
        return records, position

    def count(self) -> int:
        """Return how many records are to be sent."""
        in_lanes = (
            _is_in(lane, line)
            for lane in (VALUES, ARTIFACTS)
            for line in self._lines(self.progress.sent()[lane])
        )
        return sum(in_lanes) + len(self.progress.waiting())

    @property
    def is_done(self) -> bool:
        """Whether MLflow has every record, but those that were refused."""
        return min(self.progress.sent()) >= self._end() and not self.progress.waiting()

    def remove(self) -> None:
        """Delete the folder if MLflow has every record and has refused none."""
        self._records.close()
        if self.is_done and not self.progress.refusals():
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # other runs may have journals in that folder
                self._lock_path.unlink()
                self.folder.parent.rmdir()

    def remove_if_unused(self) -> None:
        """Call `remove`, unless a process has the records open."""
        with self._unused() as is_unused:
            if is_unused:
                self.remove()

    @property
    def is_unused(self) -> bool:
        """Whether no process has the records open."""
        with self._unused() as is_unused:
            return is_unused

    @contextmanager
    def _unused(self) -> Iterator[bool]:
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self._records_path.open("rb"))
                # A process that appends holds a shared lock.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True

    @property
    def has_ended(self) -> bool:
        """Whether the last status in the journal is that of a run that has ended, or none of ours.

        The end of a run that was joined is not recorded here, nor that of one that had ended before.
        """
        header = self.header()
        if header.get("joined") or header.get("ended"):
            return True
        status = [line for line in self._lines(0) if line.startswith(b'["status"')]
        return bool(status) and not status[-1].startswith(b'["status","RUNNING"')

    @property
    def last_record(self) -> int:
        """When the last record was written, in milliseconds since 1970."""
        return self._records_path.stat().st_mtime_ns // 1_000_000

    @property
    def save_dir(self) -> Path:
        """The folder that the folder of journals is in."""
        return self.folder.parent.parent

    def close(self) -> None:
        """Close the file of records; the next record opens it again."""
        self._records.close()

    def sync(self) -> None:
        """Wait until the disk has every record, and the files that they name."""
        self._records.sync()
        sync_to_disk(self.folder)

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
        return self.folder / RECORDS

    def _end(self) -> int:
        """Return the position after the last whole line."""
        with contextlib.suppress(FileNotFoundError), self._records_path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                end -= 1
            return end
        return 0

    def _lines(self, position: int) -> Iterator[bytes]:
        """Yield each whole line from `position` on."""
        with contextlib.suppress(FileNotFoundError), self._records_path.open("rb") as file:
            file.seek(position)
            while (line := file.readline()).endswith(b"\n"):
                yield line

    def _write_header(self) -> None:
        data = json.dumps(self._new_header, indent=1).encode()
        has_password = masked(data.decode()) != data.decode()
        for name in (_HEADER_COPY, _HEADER):
            if has_password:  # nobody else may read it, not for a moment
                _write_private(self.folder / name, data)
            else:
                write_whole(self.folder / name, data)


def _is_in(lane: Lane, line: bytes) -> bool:
    # An empty line may stand after a torn one.
    return bool(line.strip()) and line.startswith(_ARTIFACT_LINES) == (lane == ARTIFACTS)


def _parse(line: bytes) -> list[Any]:
    """Return the record of a line; what is none is of the kind `'line'`, which is refused."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):  # a crash of the machine has torn the line
        record = None
    return record if is_record(record) else ["line", line.decode(errors="replace")]


def _write_private(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    temporary.replace(path)


def find_journals(folder: Path) -> list[Journal]:
    """Return the journals in `folder` and in all folders below it, oldest first."""
    paths = [
        path
        for path in folder.rglob(RECORDS)
        if path.parent.parent.name == JOURNALS and path.is_file()
    ]
    return [Journal(path.parent) for path in sorted(paths, key=lambda path: path.stat().st_mtime)]
