"""The files of lines of a run's folder: its index, scalars and what else has lines."""

from __future__ import annotations

import json
import math
import pickle
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from viz_core.config.read_source import read_assignments
from viz_core.files.paths import NAMES_FILE
from viz_core.files.scalars import number_of, points
from viz_core.runs.folders import line_files
from viz_core.runs.lines import decoded_lines

__all__ = ["Journal", "Noted", "Session", "Skipped"]


class Session(NamedTuple):
    """One run of those that recorded to a folder.

    Attributes:
        run: Its number, from 1.
        rank: Of the process that began it.
        started: Seconds since 1970; None if no index says so, as of MMEngine's.
        ended: When it was closed; None while it runs, and of one that was killed.
        config: Its config, literals as values and all else as text; None if none was recorded.
    """

    run: int
    rank: int
    started: float | None
    ended: float | None
    config: dict[Any, Any] | None


class Noted(NamedTuple):
    """A scalar, with what the index says of it; `time` is NaN where it says nothing."""

    name: str
    step: int
    value: float
    session: int
    time: float


class Skipped(set[tuple[str, int]]):
    """The lines that were no records, by file and byte, each once however often it is read."""


class Journal:
    """What is in lines in one folder, as far as it was whole when this was made.

    Args:
        folder: That of a run or of one of its ranks.
        rank: Of the processes that recorded there.
        starts: The bytes to begin at, by file relative to `run`.
        run: The folder of the run.
        skipped: Grows by the lines that are no records.

    Attributes:
        ends: The bytes after the last whole lines, as `starts`.
        outside: What runs wrote elsewhere: absolute paths, by what is called so otherwise.
    """

    def __init__(
        self, folder: Path, rank: int, starts: Mapping[str, int], run: Path, skipped: Skipped
    ) -> None:
        self.folder, self.rank = folder, rank
        self._starts, self._run, self._skipped = starts, run, skipped
        index = folder / "index.jsonl"
        self.ends = {self._key(index): _end(index)} if index.is_file() else {}
        self._index = [line for _, line in self._shaped(index, self._records(index, 0), _is_entry)]
        named = [item for line in self._index for item in line.get("named", {}).items()]
        self.outside = {name: path for name, path in named if _leaves(path)}
        self._named = [(name, path) for name, path in named if not _leaves(path)]
        folders = {folder, *((folder / name).parent for name in self.places("scalars.json"))}
        files = [path for each in folders if each.is_dir() for path in each.iterdir()]
        files = [path for path in files if path.suffix in (".json", ".jsonl") and path.is_file()]
        self.ends |= {self._key(path): _end(path) for path in files if path != index}
        self._writers: dict[str, int] = {
            line["file"]: line["run"] for line in self._index if "file" in line
        }

    def places(self, name: str) -> list[str]:
        """Return what runs called a file or a folder, relative to this one; `name` is the first."""
        return [*dict.fromkeys([name, *(path for known, path in self._named if known == name)])]

    def writer(self, file: str) -> int:
        """Return the number of the run that wrote a file last, which is relative to the folder."""
        return self._writers.get(file, 1)

    def sessions(self) -> list[Session]:
        """Return the runs that the index knows; without one there is one."""
        found: dict[int, Session] = {}
        for line in self._index:
            number = line["run"]
            before = found.get(number, Session(number, line.get("rank", 0), None, None, None))
            if "started" in line:
                before = before._replace(started=line["started"], rank=line.get("rank", 0))
            goes_on = None if "file" in line else before.ended
            found[number] = before._replace(ended=line.get("ended", goes_on))
        found = found or {1: Session(1, self.rank, None, None, None)}
        return [
            session._replace(config=self._config(number, max(found)))
            for number, session in sorted(found.items())
        ]

    def _config(self, number: int, newest: int) -> dict[Any, Any] | None:
        for name in self.places("config.py"):
            is_its = self._writers.get(name, newest) == number
            own = f"{name.removesuffix('.py')}.run{number}.py"
            for path in (self.folder / own, *([self.folder / name] if is_its else [])):
                if path.exists():
                    config: dict[Any, Any] = pickle.loads(
                        _pickled_config(path.read_text("utf-8", "replace"))
                    )
                    return config
        return None

    def lost(self) -> Iterator[dict[str, dict[str, int]]]:
        """Yield what the index says that backends did not record."""
        yield from (line["not_recorded"] for line in self._index if "not_recorded" in line)

    def scalar_files(self) -> list[Path]:
        """Return the files of scalars, the oldest first of those that were called the same."""
        files = [self.folder / name for name in self.places("scalars.json")]
        return [path for file in files for path in line_files(file.parent, file.stem, ".json")]

    def scalars(self) -> Iterator[Noted]:
        """Yield the scalars, in the order of their files."""
        for path in self.scalar_files():
            note_at = self._notes(path)
            for offset, line in self._records(path):
                noted = note_at(offset)
                try:
                    for name, step, value in points(line):
                        yield Noted(name, step, float(value), *noted)
                except (ValueError, TypeError, KeyError, OverflowError):
                    self._skipped.add((str(path), offset))

    def _notes(self, path: Path) -> Callable[[int], tuple[int, float]]:
        """Return what tells of a byte of a file the run that wrote it, and when."""
        file = path.relative_to(self.folder).as_posix()
        starts: list[int] = [-1]
        notes: list[tuple[int, float]] = [(1, math.nan)]
        for line in self._index:
            if line.get("file") == file:
                while starts[-1] >= line["from_byte"]:  # the file was made anew
                    starts.pop()
                    notes.pop()
                starts.append(line["from_byte"])
                notes.append((line["run"], line["time"]))
        return lambda offset: notes[bisect_right(starts, offset) - 1]

    def lines(self, stem: str, **types: type) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the lines of `<stem>.jsonl`, and of what later runs wrote in its place.

        Each has the number of the run that wrote it.

        A line without a value of each of these `types` by its name is no record.
        """

        def is_record(line: dict[str, Any]) -> bool:
            return all(type(line.get(key)) is each for key, each in types.items())

        for path in line_files(self.folder, stem, ".jsonl"):
            note_at = self._notes(path)
            for offset, line in self._shaped(path, self._records(path), is_record):
                yield note_at(offset)[0], line

    def long_names(self, folder: Path) -> dict[str, str]:
        """Return the names of the files in a folder that were too long for a path."""
        path = folder / NAMES_FILE
        if not path.exists():
            return {}
        lines = self._shaped(
            path,
            self._records(path, 0),
            lambda line: isinstance(line.get("file"), str) and isinstance(line.get("name"), str),
        )
        return {line["file"]: line["name"] for _, line in lines}

    def hparams(self) -> dict[str, dict[str, Any]] | None:
        """Return what `summary.json` says, if it does: its hyperparameters and its metrics."""
        path = self.folder / "summary.json"
        if not path.exists():
            return None
        try:
            found = json.loads(path.read_bytes())
            parts = {part: {**found[part]} for part in ("hparams", "metrics")}
            parts["metrics"] = {key: number_of(value) for key, value in parts["metrics"].items()}
        except (ValueError, TypeError, KeyError, RecursionError):  # torn, or somebody else's
            self._skipped.add((str(path), 0))
            return None
        return parts

    def _shaped(
        self,
        path: Path,
        lines: Iterator[tuple[int, dict[str, Any]]],
        is_record: Callable[[dict[str, Any]], bool],
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the lines that are records, and count the others."""
        for offset, line in lines:
            if is_record(line):
                yield offset, line
            else:
                self._skipped.add((str(path), offset))

    def _records(
        self, path: Path, start: int | None = None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the lines of a file that are objects, each with the byte at which it begins.

        Without a `start` they are those between the beginning and the end that this was made with.
        """
        key = self._key(path)
        if not path.exists() or (start is None and key not in self.ends):
            return
        start = self._starts.get(key, 0) if start is None else start
        for offset, line, found in decoded_lines(path, start, self.ends.get(key)):
            if isinstance(found, dict):
                yield offset, found
            elif line:
                self._skipped.add((str(path), offset))
        if start == 0 and path.stat().st_size != self.ends.get(key, path.stat().st_size):
            self._skipped.add((str(path), -1))  # torn, or being written now

    def _key(self, path: Path) -> str:
        return path.relative_to(self._run).as_posix()


@lru_cache(maxsize=8)
def _pickled_config(text: str) -> bytes:
    """Return the config of a file, for a copy of its own for whoever asks: live readers ask often."""
    return pickle.dumps(read_assignments(text))


def _is_entry(line: dict[str, Any]) -> bool:
    """Return whether a line of the index is as `RunIndex` writes them."""
    numbers = [line[key] for key in ("run", "started", "ended") if key in line]
    named = line.get("named", {})
    if "file" in line:
        numbers += [line.get("from_byte"), line.get("time")]
    lost = line.get("not_recorded", {})
    kinds = [*lost.values()] if isinstance(lost, dict) else [None]
    return (
        type(line.get("run")) is int
        and isinstance(line.get("file", ""), str)
        and isinstance(named, dict)
        and all(isinstance(path, str) and "\0" not in path for path in named.values())
        and all(isinstance(n, (int, float)) and abs(n) < 2**63 for n in numbers)
        and line.get("from_byte", 0) >= 0
        and all(isinstance(of, dict) and all(type(n) is int for n in of.values()) for of in kinds)
    )


def _leaves(path: str) -> bool:
    """Return whether a path is outside of the folder that it is relative to."""
    return PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts


def _end(path: Path) -> int:
    """Return the byte after the last whole line of a file."""
    with path.open("rb") as file:
        position = file.seek(0, 2)
        while position:
            length = min(1 << 16, position)
            file.seek(position - length)
            found = file.read(length).rfind(b"\n")
            if found >= 0:
                return position - length + found + 1
            position -= length
    return 0
