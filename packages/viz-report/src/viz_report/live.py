"""What a live page asks for: everything, then what is new; read once for all who ask."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viz_core import Run
from viz_report.data import Read, as_runs, page_data
from viz_report.media import Served
from viz_report.parts import Folder
from viz_report.records import Medium

__all__ = ["Feed"]

#: Bytes of what is no image. Images stay where they are.
_ROOM = 50_000_000

#: Seconds from one reading to the next: so many at least, and so many times what the last one took,
#: which bounds the part of a core that reading takes.
_LEAST, _TIMES = 0.3, 20

#: As many readings are kept for pages that missed them; others get everything anew.
_KEPT = 240

#: Bytes of a file by which one that was made anew is told.
_HEAD = 256


@dataclass(frozen=True)
class _News:
    """What one reading found, as JSON, ready for whoever asks."""

    number: int
    runs: str
    blobs: dict[str, str]


class _Watched:
    """The folder of a run, as it is read on."""

    def __init__(self, run: Run, folder: Folder) -> None:
        self.run, self.folder = run, folder
        self._cursor: dict[str, Any] | None = None
        self._heads: dict[str, bytes] = {}

    def read(self) -> tuple[list[Read], bool]:
        """Return what is new, as parts of their own, and whether the run was made anew.

        Raises:
            OSError: If the folder goes meanwhile; what was read of it stays.
        """
        heads = {name: _head(self.run.folder / name) for name in ("index.jsonl", "scalars.json")}
        if any(self._heads.values()) and not any(heads.values()):
            return [], False  # deleted: what was read stays
        anew = self._cursor is not None and self._is_other(heads)
        folder = Folder(self.folder.id, self.folder.name) if anew else self.folder
        run = self.run.since(None if anew else self._cursor)
        parts = folder.add(run)
        # Nothing changes before, so that what cannot be read now is as new the next time.
        self._cursor, self._heads, self.run, self.folder = run.cursor, heads, run, folder
        return [(part, self.folder, run) for part in parts], anew

    def _is_other(self, heads: dict[str, bytes]) -> bool:
        assert self._cursor is not None
        if any(not heads[name].startswith(head) for name, head in self._heads.items()):
            return True
        ends: dict[str, int] = self._cursor["lines"]
        return any(_size(self.run.folder / name) < end for name, end in ends.items())

    def whole(self) -> list[Read]:
        """Return all that was read."""
        return [(part, self.folder, self.run) for part in self.folder.parts]


class Feed:
    """Runs that are read on whenever somebody asks, and never more often than is cheap.

    Args:
        runs: Their folders may be written, torn, deleted and made anew meanwhile.
        folders: As what they are shown.
        title: Of the page.
    """

    def __init__(self, runs: Sequence[Run], folders: Sequence[Folder], title: str) -> None:
        self._watched = [_Watched(*pair) for pair in zip(runs, folders, strict=True)]
        self._title = title
        self._store = Served()
        self._name = secrets.token_hex(4)
        self._number = 0
        self._news: deque[_News] = deque(maxlen=_KEPT)
        self._left_out: list[str] = []
        self._about: dict[str, dict[str, Any]] = {}
        self._next = 0.0
        self._lock = threading.Lock()

    def path_of(self, key: str) -> tuple[Medium, Path] | None:
        """Return the file of a key, and where it is; None if a link leads out of the runs now.

        No link is in that path, unless it was put there since.

        Raises:
            OSError: If it cannot be fetched.
        """
        medium = self._store.media.get(key)
        if medium is None:
            return None
        real = os.path.realpath(medium.place)
        homes = [os.path.realpath(watched.run.folder) for watched in self._watched]
        if not any(real.startswith(home + os.sep) for home in homes):
            return None
        path = medium.fetch()
        return medium, Path(real) if path == medium.place else path

    def whole(self) -> dict[str, Any]:
        """Return all that the page shows, with the cursor of what it is to ask for next."""
        with self._lock:
            self._read()
            read = [each for watched in self._watched for each in watched.whole()]
            data = page_data(read, self._store, _ROOM, title=self._title, live=True)
            self._left_out = data["left_out"]
            return {**data, "blobs": dict(data["blobs"]), "cursor": self._cursor}

    def since(self, cursor: str) -> bytes:
        """Return what came after a cursor, as JSON; all, if it is not known any more."""
        with self._lock:
            self._read()
            name, _, number = cursor.partition("-")
            known = self._news[0].number - 1 if self._news else self._number
            after = int(number) if number.isdecimal() and len(number) < 20 else -1
            if name == self._name and known <= after <= self._number:
                news = [each for each in self._news if each.number > after]
                answer = {
                    "cursor": self._cursor,
                    "left_out": self._left_out,
                    "blobs": {key: url for each in news for key, url in each.blobs.items()},
                }
                head = json.dumps(answer, allow_nan=False).removesuffix("}")
                runs = ", ".join(each.runs for each in news if each.runs)
                return f'{head}, "runs": [{runs}]}}'.encode()
        data = self.whole()
        data["runs"] = [{**run, "reset": True} for run in data["runs"]]
        return json.dumps(data, allow_nan=False).encode()

    @property
    def _cursor(self) -> str:
        return f"{self._name}-{self._number}"

    def _read(self) -> None:
        """Read what is new, if it is time to."""
        if time.monotonic() < self._next:
            return
        began = time.thread_time()
        before = set(self._store.urls)
        runs: list[dict[str, Any]] = []
        for watched in self._watched:
            with suppress(OSError):  # it is gone, or goes now: what was read of it stays
                read, anew = watched.read()
                found, _ = as_runs(read, self._store, _ROOM)
                news = [self._news_of(run, anew) for run in found]
                runs += [run for run in news if run.keys() != _ALWAYS]
        if runs and self._next:
            self._number += 1
            urls = {key: url for key, url in self._store.urls.items() if key not in before}
            text = json.dumps(runs, allow_nan=False)[1:-1]
            self._news.append(_News(self._number, text, urls))
        took = time.thread_time() - began if self._next else 0  # the first reads all
        self._next = time.monotonic() + max(_LEAST, _TIMES * took)

    def _news_of(self, run: dict[str, Any], anew: bool) -> dict[str, Any]:
        """Return what of a run no page was told; the whole run if it was made anew."""
        about = {key: run[key] for key in run.keys() & _ABOUT}
        before, self._about[run["id"]] = self._about.get(run["id"], {}), about
        if anew:
            return {**run, "reset": True}
        old = {key for key in about if key in before and before[key] == about[key]}
        old |= {key for key in ("scalars", "classes", "colors") if before and not run[key]}
        return {key: value for key, value in run.items() if key not in old}


#: What is known of a run as a whole, and what alone is no news.
_ABOUT = {
    *("name", "sessions", "seconds", "skipped", "config", "hparams", "not_recorded", "files"),
}
_ALWAYS = {"id"}


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
