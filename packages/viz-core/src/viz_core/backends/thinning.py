"""Room: which files of a run go when there are too many of a name, or too much of all."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["Room"]

#: A file of one step, of which nobody else's are taken for ours.
_ENDINGS = "png|jpg|webp|svg|md|csv|html|mp4|webm|gif|mov|mkv|avi"
_STEPPED = re.compile(rf"(.+)_(-?\d+)\.({_ENDINGS})", re.DOTALL)

#: An image that lines of annotations name, which stays.
_BASE = re.compile(r"[0-9a-f]{32}\.jpg")


class _Kept(NamedTuple):
    path: Path
    size: int


class Room:
    """Keeps the files of a run within bounds: a file a name and step, of whatever kind.

    What goes is each second step of the name that has most, but for the first and the last, so that
    its history stays. Files that were there before count too; those of other processes do not.

    Args:
        keep_last: How many files a name may have, the last that were recorded; any by default.
        budget: Bytes of all files; any by default.
        thinned: Called with the path of files before their step, and the steps that went.
    """

    def __init__(
        self,
        keep_last: int | None,
        budget: float | None,
        thinned: Callable[[str, list[int]], None],
    ) -> None:
        self._keep_last, self._budget, self._thinned = keep_last, budget, thinned
        self._files: dict[str, dict[int, _Kept]] | None = None
        self._total = 0
        self._lock = threading.RLock()  # a signal handler may record too

    def is_full_after(self, folders: Iterable[Path], path: Path) -> bool:
        """Count a file that was just written; return whether all are too much all the same.

        Args:
            folders: Those whose files are counted, with all below them but `files`.
            path: The file, in one of these.
        """
        with self._lock:
            if self._files is None:
                self._files = {}
                self._look(folders)
            name = self._add(path)
            steps = self._files.get(name, {})
            if self._keep_last is not None and len(steps) > self._keep_last:
                self._remove(name, [*steps][: len(steps) - self._keep_last])
            while self._budget is not None and self._total > self._budget:
                lengths = {name: len(steps) for name, steps in self._files.items()}
                most = max(lengths, key=lengths.__getitem__, default="")
                if lengths.get(most, 0) < 3:
                    return True
                self._remove(most, sorted(self._files[most])[1:-1:2])
        return False

    def _look(self, folders: Iterable[Path]) -> None:
        """Count what is there, in the order in which it was written."""
        found: list[tuple[int, Path]] = []
        for folder in folders:
            for parent, inner, names in os.walk(folder):
                inner[:] = [name for name in inner if name != "files"]
                ours = (n for n in names if _STEPPED.fullmatch(n) or _BASE.fullmatch(n))
                paths = (Path(parent, name) for name in ours)
                found += [(_state(path)[0], path) for path in paths]
        for _, path in sorted(found):
            self._add(path)

    def _add(self, path: Path) -> str:
        """Count a file, and return its path before the step."""
        assert self._files is not None
        match = _STEPPED.fullmatch(str(path))
        if match is None:  # written once, and named by lines that stay
            self._total += _state(path)[1]
            return ""
        steps = self._files.setdefault(match[1], {})
        before = steps.pop(int(match[2]), None)  # so that it becomes the last
        kept = steps[int(match[2])] = _Kept(path, _state(path)[1])
        self._total += kept.size - (0 if before is None else before.size)
        if before is not None and before.path != path:
            before.path.unlink(missing_ok=True)  # replaced, in another format
        return match[1]

    def _remove(self, name: str, steps: list[int]) -> None:
        assert self._files is not None
        for step in steps:
            kept = self._files[name].pop(step)
            self._total -= kept.size
            kept.path.unlink(missing_ok=True)
        self._thinned(name, steps)


def _state(path: Path) -> tuple[int, int]:
    """Return time and size of a file; zeros of one that another process has removed meanwhile."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
