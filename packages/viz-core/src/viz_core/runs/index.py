"""The index of a folder that local runs write to: which run wrote what, and when.

`index.jsonl` has a line `{"run": 2, "pid": 4711, "rank": 0, "started": 1764350000.0}` for each run,
and `{"run": 2, "file": "scalars.json", "from_byte": 310, "time": 1764350001.5}` where it begins to
write to a file, and at most once a second after that. What follows such a byte in the file, up to
the next, is of that run, and was written at that time or within the second after it. A line
`{"run": 2, "ended": 1764350009.0}` says that it was closed, `{"run": 2, "not_recorded":
{"WandbVisBackend": {"image": 3}}, "time": ...}` what backends did not record.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.processes import get_rank

__all__ = ["Identity", "RunIndex", "adopt", "identity_of"]

_NAME = "index.jsonl"

#: Seconds to wait for others who enter a run. Who was stopped there must not stop all.
_PATIENCE = 3.0

#: What runs leave that have no index: MMEngine's, and those of viz 0.1.
_RECORDS = ("scalars.json", "config.py", "vis_image")
_EVENTS = "events.out.tfevents."


class Identity(NamedTuple):
    """What tells a run from others: the process that began it, and when, in seconds."""

    pid: int
    started: float


#: By folder, whatever links lead there: the run of this process, of one that it was forked from,
#: or of which it has a copy.
_identities: dict[str, Identity] = {}

#: Of these folders, those in which this process has recorded, and those of runs of others.
_entered: set[str] = set()
_adopted: set[str] = set()

#: By path: the file that this process writes to in its place, which forked children share.
_chosen: dict[str, Path] = {}


def identity_of(folder: str) -> Identity:
    """Return the identity of this process's run in `folder`, which is settled by the first call.

    A backend calls it when it is made, so that children that are forked later are of its run.
    """
    return _identities.setdefault(_real(folder), Identity(os.getpid(), round(time.time(), 3)))


def adopt(folder: str, identity: Identity) -> None:
    """Join the run that another process began in `folder`, unless this one has recorded there."""
    folder = _real(folder)
    if folder not in _entered and identity != _identities.get(folder):
        _identities[folder] = identity
        _adopted.add(folder)


def _real(folder: str) -> str:
    return os.path.realpath(folder)


class RunIndex:
    """Which run wrote what to a folder, as the file `index.jsonl` there says.

    Args:
        folder: An existing one. Methods take the names of files relative to it.
        save_dir: That of the backend, by which the run of this process is known. The run is entered
            in the index if it is not there yet.
        files: Where one of these is and no index, another run was before.

    Attributes:
        number: 1 for the first run in the folder, 2 for the second, and so on.
    """

    def __init__(self, folder: Path, save_dir: str, files: Iterable[str] = ()) -> None:
        identity = identity_of(save_dir)
        self.folder = folder
        self.path = folder / _NAME
        self._is_adopted = _real(save_dir) in _adopted
        self._notice: str | None = None
        _entered.add(_real(save_dir))
        try:
            with self._locked():
                self.number = self._enter(identity, files)
        except OSError as error:  # the records can be kept all the same
            self.number = max([*self._runs(), int(_has_records(folder, files))]) + 1
            self._notice = (
                f"{error}: it is not noted which run writes what to {folder}, and this one is "
                f"taken for run {self.number}; the records are kept"
            )

    def _enter(self, identity: Identity, files: Iterable[str]) -> int:
        runs = self._runs()
        for number, known in runs.items():
            if known == identity:
                return number
        # What was written before there was an index is the first run's.
        number = max(runs, default=int(_has_records(self.folder, files))) + 1
        pid, started = identity
        self._append({"run": number, "pid": pid, "rank": get_rank(), "started": started})
        if number > 1:
            self._notice = (
                f"{self.folder} has records of a run before this one, which is run {number}: "
                f"{_NAME} says whose each is, and images of the same name and step are replaced. "
                "To keep runs apart give a new save_dir; to resume one this is right"
            )
        return number

    def tell(self) -> None:
        """Say, once, that there was a run before; best called when a record is kept."""
        notice, self._notice = self._notice, None
        if notice is not None:
            warn_user(notice, RecordingWarning)

    def note(self, file: str, from_byte: int) -> None:
        """Note that what follows in `file` is of this run, and written now.

        Args:
            file: Relative to the folder.
            from_byte: The byte at which that begins: the length of the file before.
        """
        now = round(time.time(), 3)
        with contextlib.suppress(OSError):  # the record is kept, only its time is not
            self._append({"run": self.number, "file": file, "from_byte": from_byte, "time": now})

    def end(self) -> None:
        """Note that this run ended now; whatever it writes after that, it goes on."""
        with contextlib.suppress(OSError):
            self._append({"run": self.number, "ended": round(time.time(), 3)})

    def note_lost(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Note what was not recorded in this run: `counts` of each kind, by backend."""
        now = round(time.time(), 3)
        with contextlib.suppress(OSError):
            self._append({"run": self.number, "not_recorded": counts, "time": now})

    def note_names(self, names: Mapping[str, str]) -> None:
        """Note what this run calls files and folders, by what they are called otherwise."""
        before = [line["named"] for line in self._lines("named") if line["run"] == self.number]
        if before[-1:] != [names]:
            with contextlib.suppress(OSError):
                self._append({"run": self.number, "named": names})

    def note_thinned(self, name: str, steps: list[int]) -> None:
        """Note the `steps` of which the files `<name>_<step>` were removed to make room."""
        now = round(time.time(), 3)
        with contextlib.suppress(OSError):
            self._append({"run": self.number, "thinned": name, "steps": steps, "time": now})

    def writer_of(self, file: str) -> int:
        """Return which run wrote `file` last, by its number; if nobody noted it, the one before."""
        writers: list[int] = [line["run"] for line in self._lines("file") if line["file"] == file]
        return writers[-1] if writers else max(1, self.number - 1)

    def own_name(self, file: str, number: int | None = None) -> str:
        """Return what a file is called that is of one run alone: `scalars.run2.json`.

        Args:
            file: What it is called otherwise, relative to the folder.
            number: The number of that run; this one's by default.
        """
        stem, dot, ending = file.rpartition(".")
        return f"{stem}.run{self.number if number is None else number}{dot}{ending}"

    def choose(self, file: str) -> Path:
        """Return the path for `file`: of its own name while another process writes to it."""
        path = self.folder / file
        chosen = _chosen.get(str(path))
        if chosen is None:
            own = self.folder / self.own_name(file)
            # Who holds it may be the process that this one was forked from.
            is_ours = not self._is_adopted and self.writer_of(file) == self.number
            chosen = path if is_ours else next((p for p in (path, own) if not _is_held(p)), None)
            chosen = chosen or own.with_name(f"{own.stem}.{os.getpid()}{own.suffix}")
            _chosen[str(path)] = chosen
        return chosen

    def _runs(self) -> dict[int, Identity]:
        return {
            line["run"]: Identity(line.get("pid", 0), line["started"])
            for line in self._lines("started")
        }

    def _lines(self, key: str) -> Iterator[dict[str, Any]]:
        """Yield each line that has this key; what is none of ours is passed over."""
        with contextlib.suppress(OSError), self.path.open("rb") as file:
            for text in file:
                if key.encode() in text:
                    with contextlib.suppress(ValueError, RecursionError):  # torn by a crash
                        line = json.loads(text)
                        if isinstance(line, dict) and key in line and type(line.get("run")) is int:
                            yield line

    def _append(self, line: dict[str, Any]) -> None:
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.write(fd, f"{json.dumps(line)}\n".encode())
        finally:
            os.close(fd)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let nobody else enter a run meanwhile, where the file system has locks."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        fd = os.open(self.path, flags, 0o666)
        try:
            with contextlib.suppress(OSError):
                _take(fd)
            size = os.fstat(fd).st_size
            if size and os.pread(fd, 1, size - 1) != b"\n":
                os.write(fd, b"\n")  # the last line was torn by a crash
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.flock(fd, fcntl.LOCK_UN)  # a child forked meanwhile has the file open too
            os.close(fd)


def _take(fd: int) -> None:
    """Lock a file, unless another has it for longer than it takes to enter a run."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.005)
        else:
            return


def _has_records(folder: Path, files: Iterable[str]) -> bool:
    names = os.listdir(folder)  # noqa: PTH208  # names
    return any(name.startswith(_EVENTS) for name in names) or any(
        _is_something(folder / file) for file in (*_RECORDS, *files)
    )


def _is_something(path: Path) -> bool:
    """Return whether a file is not empty, or a folder holds one that is not half written."""
    if path.is_dir():
        return any(not name.endswith(".tmp") for *_, names in os.walk(path) for name in names)
    return path.exists() and path.stat().st_size > 0


def _is_held(path: Path) -> bool:
    """Return whether a process has `path` open as an AppendLog, which holds a shared lock."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False
