"""A run in a store as a folder of this machine, of which files are fetched when they are touched."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import threading
import weakref
from pathlib import Path, PurePosixPath

from viz_core.files.paths import HALF_WRITTEN, NAMES_FILE
from viz_core.remote.contents import UPLOADED
from viz_core.remote.store import Object, Store
from viz_core.runs.folders import KIND_FOLDERS
from viz_core.runs.records import Source

__all__ = ["Mirror"]

_PART = re.compile(r"(.+)\.parts/\d+-(\d+)")

#: The folder for what was fetched.
_FETCHED = ".fetched"

#: How many objects are read together.
_TOGETHER = 64


class Mirror(Source):
    """The run at a URL as a temporary folder, which lives as long as this.

    Files of lines are there, joined from their parts, and so are configs; every other file has the
    size of its object and no content, which `fetch` gets.

    Args:
        url: As fsspec takes it.

    Attributes:
        folder: Has the names that are below the URL.
        url: Without credentials.
    """

    def __init__(self, url: str) -> None:
        self._store = Store(url)
        self.url = self._store.name
        room = tempfile.mkdtemp(prefix="viz-run-")
        weakref.finalize(self, shutil.rmtree, room, ignore_errors=True)
        name = PurePosixPath(url.partition("://")[2])
        self.folder = Path(room, *[part for part in name.parts[-2:] if part.strip("./")])
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._known: dict[str, Object] = {}

    def refresh(self) -> None:
        """Get the lines that are new, and the names of new files."""
        with self._lock:
            parts: dict[str, list[tuple[int, int, str]]] = {}
            for key, found in sorted(self._store.objects().items()):
                if not _is_name(key):
                    continue
                if part := _PART.fullmatch(key):
                    parts.setdefault(part[1], []).append((int(part[2]), found.size, key))
                elif self._known.get(key) != found:
                    with contextlib.suppress(OSError):  # no name of a file here
                        self._place(key, found)
            for file, objects in parts.items():
                self._join(file, sorted(objects))

    def fetch(self, path: Path) -> Path:
        """Return where the content of a file is, after getting it from the store if need be.

        Raises:
            OSError: If it cannot be got; with the store's words.
        """
        if not path.is_relative_to(self.folder):
            return path
        key = path.relative_to(self.folder).as_posix()
        if key not in self._known or _is_read_at_once(key):
            return path
        fetched = self.folder / _FETCHED / key
        with self._lock:
            if not fetched.exists():
                fetched.parent.mkdir(parents=True, exist_ok=True)
                temporary = fetched.with_name(f".{os.urandom(8).hex()}.tmp")
                self._store.read_to(key, temporary)
                temporary.replace(fetched)
        return fetched

    def _place(self, key: str, found: Object) -> None:
        """Make a file that has the size of an object, and its content if that is read at once."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in (path, self.folder / _FETCHED / key):
            old.unlink(missing_ok=True)
        if _is_read_at_once(key):
            self._store.read_to(key, path)
        else:
            with path.open("wb") as file:
                file.truncate(found.size)
        self._known[key] = found

    def _join(self, file: str, parts: list[tuple[int, int, str]]) -> None:
        """Append to a file what it lacks, up to the first part that is missing."""
        path = self.folder / file
        end = path.stat().st_size if path.exists() else 0
        wanted: list[tuple[int, str]] = []
        last = end
        for first, size, key in parts:
            if first <= last < first + size:
                wanted.append((first, key))
                last = first + size
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as lines:
            for start in range(0, len(wanted), _TOGETHER):
                some = wanted[start : start + _TOGETHER]
                contents = self._store.read([key for _, key in some])
                for (first, _), content in zip(some, contents, strict=True):
                    lines.write(content[end - first :])
                    end = first + len(content)


def _is_read_at_once(key: str) -> bool:
    """Return whether an object is of lines, or a config, which are small."""
    path = PurePosixPath(key)
    is_record = any(part in KIND_FOLDERS for part in path.parts[:-1])
    return path.suffix in (".json", ".jsonl", ".py") and (not is_record or path.name == NAMES_FILE)


def _is_name(key: str) -> bool:
    """Return whether a key may be a file of a run: one that leaves the folder is none."""
    parts = key.split("/")
    return not (
        {"", ".", ".."} & {*parts}
        or "\0" in key
        or parts[0] == _FETCHED
        or parts[-1] == UPLOADED
        or HALF_WRITTEN.fullmatch(parts[-1])
    )
