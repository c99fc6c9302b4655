"""The index of a folder that local runs write to: which run wrote what, and when.

`index.jsonl` has a line `{"run": 2, "pid": 4711, "rank": 0, "started": 1764350000.0}` for each run,
and `{"run": 2, "file": "scalars.json", "from_byte": 310, "time": 1764350001.5}` where it begins to
write to a file, and at most once a second after that. What follows such a byte in the file, up to
the next, is of that run, and was written at that time or within the second after it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from viz_core.ranks import get_rank

__all__ = ["Identity", "RunIndex", "adopt", "identity_of"]

_NAME = "index.jsonl"


class Identity(NamedTuple):
    """What tells a run from others: the process that began it, and when, in seconds."""

    pid: int
    started: float


#: By folder: the run of this process, of one that it was forked from, or of which it has a copy.
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
    return _identities.setdefault(folder, Identity(os.getpid(), round(time.time(), 3)))


def adopt(folder: str, identity: Identity) -> None:
    """Be of a run that another process has begun in `folder`, unless this one has recorded there."""
    if folder not in _entered and identity != _identities.get(folder):
        _identities[folder] = identity
        _adopted.add(folder)


class RunIndex:
    """The index in a folder, for one run.

    Args:
        folder: It exists, and so will the files named to the methods, relative to it.
        save_dir: By which `identity_of` knows the run, which is entered if it is not there yet.
        files: Where one of these is and no index, another run was before.

    Attributes:
        number: Of the run, from 1 on.
        follows: Whether it was entered just now, after others.
    """

    def __init__(self, folder: Path, save_dir: str, files: Iterable[str]) -> None:
        identity = identity_of(save_dir)
        _entered.add(save_dir)
        self._is_adopted = save_dir in _adopted
        self.folder = folder
        self.path = folder / _NAME
        with self._locked():
            runs = {line["run"]: line for line in self._lines("started")}
            mine = [
                n for n, line in runs.items() if Identity(line["pid"], line["started"]) == identity
            ]
            if mine:
                self.number, self.follows = mine[0], False
                return
            # What was written before there was an index is the first run's.
            before = int(any((folder / file).exists() for file in files))
            self.number = max(runs, default=before) + 1
            self.follows = bool(runs)
            self._append(
                {
                    "run": self.number,
                    "pid": identity.pid,
                    "rank": get_rank(),
                    "started": identity.started,
                }
            )

    def note(self, file: str, from_byte: int) -> None:
        """Note that what follows in `file` is of this run, and written now."""
        now = round(time.time(), 3)
        with contextlib.suppress(OSError):  # the record is kept, only its time is not
            self._append({"run": self.number, "file": file, "from_byte": from_byte, "time": now})

    def writer_of(self, file: str) -> int:
        """Return the number of the run that wrote `file` last; one that is not noted is earlier."""
        writers: list[int] = [
            line["run"] for line in self._lines('"file"') if line.get("file") == file
        ]
        return writers[-1] if writers else max(1, self.number - 1)

    def own_name(self, file: str, number: int | None = None) -> str:
        """Return what `file` of this run or another is called beside one's: `scalars.run2.json`."""
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

    def _lines(self, having: str) -> Iterator[dict[str, Any]]:
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
            for line in file:
                if having.encode() in line:
                    with contextlib.suppress(ValueError):  # torn by a crash
                        yield json.loads(line)

    def _append(self, line: dict[str, Any]) -> None:
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.write(fd, f"{json.dumps(line)}\n".encode())
        finally:
            os.close(fd)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let nobody else enter a run meanwhile, where the file system has locks."""
        fd = os.open(self.path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            with contextlib.suppress(OSError):
                fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)


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
