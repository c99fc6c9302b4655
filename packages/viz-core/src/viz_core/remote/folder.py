"""One folder of a run, and what of it is to be uploaded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from viz_core.remote.contents import is_last, line_names, whole_names
from viz_core.remote.store import Store
from viz_core.remote.upload_log import Segment, UploadLog

__all__ = ["FolderUpload", "Left", "part_key"]

#: Bytes of lines in an object at most, unless a line is longer.
_LARGEST_PART = 8 << 20

#: Files that are sent together: how many, and how many bytes. A larger file is sent by itself.
_TOGETHER, _TOGETHER_BYTES = 32, 8 << 20

#: After so many failures the store is left alone until the next contact.
_PATIENCE = 3


class Left(NamedTuple):
    """What is not uploaded yet: how many objects, and how many bytes."""

    objects: int
    size: int


def part_key(file: str, rank: int, first: int) -> str:
    """Return the key of the lines of a file that begin at a byte."""
    return f"{file}.parts/{rank}-{first}"


class FolderUpload:
    """Uploads the folder of a run, or of one of its ranks, as far as it is not there.

    Lines go as objects `<file>.parts/<rank>-<first byte>`, each written once; every other file
    as an object of its own, again when it has changed.

    Args:
        folder: Where the records are.
        store: Where they are to be.
        rank: Of whoever records there.
        below: What keys begin with, as `rank_3/`.
    """

    def __init__(self, folder: Path, store: Store, rank: int = 0, below: str = "") -> None:
        self.folder = folder
        self._store = store
        self._rank = rank
        self._below = below
        self._log = UploadLog(folder, store.name)
        self._failed: set[str] = set()

    def release(self) -> None:
        """Let a forked child keep no lock of its parent's."""
        self._log.release()

    def remember(self) -> None:
        """Read what is uploaded already, so that `left` knows; uploading does so itself."""
        self._log.refresh()

    def left(self) -> Left:
        """Return what is not uploaded yet, as far as the folder's memory knows."""
        if not self.folder.is_dir():
            return Left(0, 0)  # somebody deleted it
        sizes = [size for _, size, _ in self._wholes()]
        for file in line_names(self.folder):
            new = _last_line(self.folder / file) - self._log.ends.get(file, 0)
            if new > 0:
                sizes.append(new)
        return Left(len(sizes), sum(sizes))

    def upload(
        self, patience: float = 10, note: Callable[[int, int], object] = max
    ) -> list[OSError]:
        """Upload what is not there, and return what went wrong.

        Args:
            patience: Seconds to wait for others who upload it.
            note: Called with how many objects are there now, and how many bytes.
        """
        errors: list[OSError] = []
        try:
            with self._log.locked(patience):
                if not self._log.is_known:
                    self._recognize()
                # Lines that name files are read first, and go last, after the files.
                ends = {file: _last_line(self.folder / file) for file in line_names(self.folder)}
                early = [file for file in ends if not is_last(file)]
                late = [file for file in ends if is_last(file)]
                failed = frozenset(self._failed)  # goes last, so that it is in nobody's way
                for sent in chain(
                    self._send_lines(early, ends),
                    self._send_wholes(lambda name: name not in failed),
                    self._send_lines(late, ends),
                    self._send_wholes(failed.__contains__),
                ):
                    if isinstance(sent, OSError):
                        errors.append(sent)
                    else:
                        note(*sent)
                    if len(errors) >= _PATIENCE:
                        break
        except OSError as error:
            errors.append(error)
        return errors

    def _recognize(self) -> None:
        """See what of this run is at the URL, as where the memory of it was lost.

        Raises:
            OSError: If what is there is of another run.
        """
        try:
            found = self._store.objects(self._below.rstrip("/"))
        except PermissionError:
            return  # it may be allowed to write there, and not to list
        parts: dict[str, list[tuple[int, str, int]]] = {}
        for key, (size, _) in found.items():
            file, is_part, name = key.removeprefix(self._below).rpartition(".parts/")
            rank, _, at = name.partition("-")
            is_ours = bool(self._below) or not file.startswith("rank_")
            if is_part and is_ours and rank == str(self._rank) and at.isdigit():
                parts.setdefault(file, []).append((int(at), key, size))
        for file, objects in parts.items():
            end = 0
            for first, key, size in sorted(objects):
                here = _read(self.folder / file, first, first + size)
                if first != end or [here] != self._store.read([key]):
                    raise OSError(
                        f"there are records of another run: {key} is not from {self.folder / file};"
                        " give each run a URL of its own"
                    )
                end = first + size
            self._log.begin(file, _segment(first, here))
            self._log.end(file, end)

    def _send_lines(
        self, files: list[str], ends: dict[str, int]
    ) -> Iterator[OSError | tuple[int, int]]:
        for file in files:
            try:
                for segment, lines in self._segments(file, ends[file]):
                    if segment != self._log.begun.get(file):
                        self._log.begin(file, segment)
                    key = self._below + part_key(file, self._rank, segment.first)
                    self._store.put({key: lines})
                    self._log.end(file, segment.last)
                    yield 1, len(lines)
            except FileNotFoundError:
                continue  # somebody deleted it
            except OSError as error:
                yield error

    def _segments(self, file: str, last: int) -> Iterator[tuple[Segment, bytes]]:
        """Yield the lines of a file before the byte `last` that are not uploaded.

        Raises:
            OSError: If what was uploaded before is not in the file any more.
        """
        path = self.folder / file
        first = self._log.ends.get(file, 0)
        begun = self._log.begun.get(file)
        if begun is not None and last != first:
            lines = _read(path, begun.first, begun.last)
            if _segment(begun.first, lines) != begun:
                raise OSError(
                    f"{path} was made anew, and is not uploaded again over what was there before; "
                    "viz upload takes it to another URL"
                )
            if first < begun.last:
                yield begun, lines
                first = begun.last
        while first < last:
            lines = _read(path, first, min(last, first + _LARGEST_PART))
            lines = lines[: lines.rfind(b"\n") + 1] or _read_line(path, first)
            yield _segment(first, lines), lines
            first += len(lines)

    def _wholes(self) -> Iterator[tuple[str, int, int]]:
        """Yield files that are not uploaded as they are now: name, bytes, time."""
        for name, status in whole_names(self.folder):
            state = status.st_size, status.st_mtime_ns
            if self._log.wholes.get(name) != state:
                yield name, *state

    def _send_wholes(self, is_wanted: Callable[[str], bool]) -> Iterator[OSError | tuple[int, int]]:
        files = [file for file in self._wholes() if is_wanted(file[0])]
        batches = deque(_batches(files, _TOGETHER if self._store.takes_several else 1))
        while batches:
            batch = batches.popleft()
            try:
                states = self._send(batch)
            except OSError as error:
                if len(batch) > 1:
                    batches.extendleft([[file] for file in reversed(batch)])
                    continue
                self._failed.add(batch[0][0])
                yield OSError(f"{batch[0][0]}: {error}")
            else:
                self._failed -= states.keys()
                self._log.have(states)
                yield len(states), sum(size for size, _ in states.values())

    def _send(self, batch: list[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
        states: dict[str, tuple[int, int]] = {}
        contents: dict[str, bytes] = {}
        for name, size, time_ns in batch:
            try:
                if size > _TOGETHER_BYTES:
                    self._store.put_file(self._below + name, self.folder / name)
                else:
                    contents[self._below + name] = (self.folder / name).read_bytes()
            except FileNotFoundError:
                continue  # thinned meanwhile
            states[name] = size, time_ns
        if contents:
            self._store.put(contents)
        return states


def _batches(files: list[tuple[str, int, int]], most: int) -> Iterator[list[tuple[str, int, int]]]:
    batch: list[tuple[str, int, int]] = []
    for file in files:
        size = sum(size for _, size, _ in batch) + file[1]
        if batch and (len(batch) >= most or size > _TOGETHER_BYTES):
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch


def _segment(first: int, lines: bytes) -> Segment:
    import hashlib  # brings OpenSSL, for which every import of viz-core would pay

    digest = hashlib.blake2b(lines, digest_size=8).hexdigest()
    return Segment(first, first + len(lines), digest)


def _read(path: Path, first: int, last: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(first)
            return file.read(last - first)
    except FileNotFoundError:
        return b""


def _read_line(path: Path, first: int) -> bytes:
    with path.open("rb") as file:
        file.seek(first)
        return file.readline()


def _last_line(path: Path) -> int:
    """Return the byte after the last whole line of a file."""
    try:
        with path.open("rb") as file:
            position = file.seek(0, 2)
            while position:
                length = min(1 << 16, position)
                file.seek(position - length)
                found = file.read(length).rfind(b"\n")
                if found >= 0:
                    return position - length + found + 1
                position -= length
    except FileNotFoundError:
        pass
    return 0
