"""Where a run lies: its folder, those of its ranks, and its files of lines."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from viz_core.files.paths import HALF_WRITTEN, NAMES_FILE, as_path

__all__ = ["KIND_FOLDERS", "find_run", "line_files", "new_files", "rank_folders"]

#: The folders of the kinds of which each record is a file, as they are called by default.
KIND_FOLDERS = ("vis_image", "figures", "svg", "text", "html", "tables", "videos", "files")

#: One of these makes a folder one of a run.
_SIGNS = ("index.jsonl", "scalars.json", "config.py", "vis_image", "summary.json")

#: Nanoseconds by which the times of files may lag behind the clock.
_TICK = 50_000_000

_RANK = re.compile(r"rank_(\d{1,9})")


def find_run(path: str | os.PathLike[str]) -> Path:
    """Return the folder that a run's records are in.

    Args:
        path: That folder, the `save_dir` above it, or MMEngine's work dir, of which the newest run
            is taken.

    Raises:
        FileNotFoundError: If there is none.
        TypeError, ValueError: If `path` is no path of this machine.
    """
    folder = Path(as_path(path, "path"))
    runs = [folder, folder / "vis_data"]
    if not any(map(_is_run, runs)) and folder.is_dir():
        runs = [inner / "vis_data" for inner in folder.iterdir()]  # by time, in MMEngine
        runs.sort(key=lambda run: run.parent.name, reverse=True)
    found = next(filter(_is_run, runs), None)
    if found is None:
        deeper = filter(_is_run, folder.glob("*/*/vis_data"))
        below = sorted({str(run.parent.parent) for run in deeper})
        raise FileNotFoundError(
            f"there is no run in {str(folder)!r}: neither it nor a vis_data in it or one level below "
            f"has one of {', '.join(_SIGNS)}; give the save_dir that was recorded to"
            + (f", such as {', '.join(map(repr, below[:3]))}" if below else "")
        )
    return found


def _is_run(folder: Path) -> bool:
    return _has_records(folder) or bool(_ranks(folder))


def _has_records(folder: Path) -> bool:
    return any((folder / sign).exists() for sign in _SIGNS)


def _ranks(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    found = [(_RANK.fullmatch(inner.name), inner) for inner in folder.iterdir()]
    return sorted((int(match[1]), inner) for match, inner in found if match and inner.is_dir())


def rank_folders(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the folder of a run, unless only its ranks have any, and theirs, each with its rank."""
    ranks = _ranks(folder)
    if _has_records(folder) or not ranks:
        yield 0, folder
    yield from ranks


def line_files(folder: Path, stem: str, ending: str) -> list[Path]:
    """Return `<stem><ending>` and what later runs wrote in its place, the oldest first."""
    pattern = re.compile(rf"{re.escape(stem)}(\.run(\d+)(\.\d+)?)?{re.escape(ending)}")
    paths = folder.iterdir() if folder.is_dir() else ()
    found = [(pattern.fullmatch(path.name), path) for path in paths]
    return [p for *_, p in sorted((int(m[2] or 0), m[0], p) for m, p in found if m)]


def new_files(
    run: Path, folders: Iterable[Path], before: Mapping[str, Any] | None
) -> tuple[list[Path], dict[str, Any]]:
    """Return the files in folders that are new since `before`, the oldest first, and what to ask next.

    A file is new when it has its name, by which it becomes whole, also again. Others write meanwhile:
    what is gone before it is looked at is passed over, and what comes to a folder that was looked at
    already is new the next time.

    Args:
        run: What the names in `before` are relative to.
        folders: Those to look in, and below; they need not exist.
        before: What this function returned; None for every file.
    """
    began = time.time_ns()
    newest, known = (-1, set()) if before is None else (before["newest"], set(before["recent"]))
    found: set[tuple[int, str, Path]] = set()  # a folder may be in another
    for folder in folders:
        for parent, inner, names in os.walk(folder):
            inner.sort()
            for name in names:
                try:
                    status = os.stat(f"{parent}{os.sep}{name}")  # noqa: PTH116  # each time of each
                except OSError:
                    continue
                path = Path(parent, name) if status.st_ctime_ns > newest - 2 * _TICK else None
                if path is None or HALF_WRITTEN.fullmatch(name) or path == folder / NAMES_FILE:
                    continue
                key = f"{path.relative_to(run)}:{status.st_mtime_ns}:{status.st_ino}"
                found.add((status.st_ctime_ns, key, path))
    paths = [path for at, key, path in sorted(found) if at > newest - _TICK and key not in known]
    newest = max([newest, *(min(at, began) for at, _, _ in found)])
    recent = [key for at, key, _ in sorted(found) if at > newest - 2 * _TICK]
    return paths, {"newest": newest, "recent": recent}
