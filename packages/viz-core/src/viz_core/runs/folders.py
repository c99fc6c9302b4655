"""Where a run lies: its folder, those of its ranks, and its files of lines."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from viz_core.files.paths import as_path

__all__ = ["find_run", "line_files", "rank_folders"]

#: One of these makes a folder one of a run.
_SIGNS = ("index.jsonl", "scalars.json", "config.py", "vis_image", "summary.json")

_RANK = re.compile(r"rank_(\d+)")


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
        raise FileNotFoundError(
            f"there is no run in {str(folder)!r}: neither it nor a vis_data in it or one level below "
            f"has one of {', '.join(_SIGNS)}; give the save_dir that was recorded to"
        )
    return found


def _is_run(folder: Path) -> bool:
    return any((folder / sign).exists() for sign in _SIGNS) or bool(_ranks(folder))


def _ranks(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    found = [(_RANK.fullmatch(inner.name), inner) for inner in folder.iterdir()]
    return sorted((int(match[1]), inner) for match, inner in found if match and inner.is_dir())


def rank_folders(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the folder of a run and those of its ranks, each with its rank."""
    yield 0, folder
    yield from _ranks(folder)


def line_files(folder: Path, stem: str, ending: str) -> list[Path]:
    """Return `<stem><ending>` and what later runs wrote in its place, the oldest first."""
    pattern = re.compile(rf"{re.escape(stem)}(\.run(\d+)(\.\d+)?)?{re.escape(ending)}")
    found = [(pattern.fullmatch(path.name), path) for path in folder.iterdir()]
    return [p for *_, p in sorted((int(m[2] or 0), m[0], p) for m, p in found if m)]
