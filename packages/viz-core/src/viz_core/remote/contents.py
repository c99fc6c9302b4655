"""Which files of a folder are a run's own, and not a tracker's."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from viz_core.files.paths import HALF_WRITTEN, NAMES_FILE
from viz_core.runs.folders import KIND_FOLDERS

__all__ = ["UPLOADED", "is_last", "line_names", "whole_names"]

#: The file that remembers what was uploaded; see `UploadLog`.
UPLOADED = "uploaded.jsonl"

_OF_RUN = r"(\.run\d+(\.\d+)?)?"
_LINES = re.compile(
    rf"scalars{_OF_RUN}\.json|"
    rf"(index|histograms|pr_curves|confusion_matrices|files|annotations){_OF_RUN}\.jsonl"
)
_WHOLE = re.compile(rf"config{_OF_RUN}\.py|summary{_OF_RUN}\.json")


def line_names(folder: Path) -> list[str]:
    """Return the files that lines are appended to, relative to the folder of a run or of a rank.

    They are those of the documented format, and what else the index names, as a `file_path`. Lists
    of long names come first, the annotations, which name images, last.
    """
    files, folders = _noted(folder)
    found = {name for name in _names(folder) if _LINES.fullmatch(name)}
    found |= {
        name
        for name in files - {UPLOADED}
        if name.endswith((".json", ".jsonl"))
        and not _WHOLE.fullmatch(name)
        and not any(name.startswith(f"{kind}/") for kind in folders)
    }
    found |= {f"{kind}/{NAMES_FILE}" for kind in folders}
    there = [name for name in found if _is_own(folder / name)]
    return sorted(there, key=lambda name: (not name.endswith(NAMES_FILE), is_last(name), name))


def is_last(name: str) -> bool:
    """Return whether a file of lines names other files, which are to be there before."""
    return name.startswith("annotations")


def whole_names(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the files that are written as a whole, relative to the folder, and their states.

    No run has written a link or a pipe, which whoever gave the folder may have put there.

    Args:
        folder: That of a run, or of a rank.
    """
    files, folders = _noted(folder)
    roots = {name for name in _names(folder) if _WHOLE.fullmatch(name)}
    for name in sorted(roots | {name for name in files if name.endswith(".py")}):
        if _is_own(folder / name):
            yield name, (folder / name).stat()
    for kind in folders:
        yield from _below(folder, kind)


def _below(folder: Path, kind: str) -> Iterator[tuple[str, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder / kind), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        name = f"{kind}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder, name)
        elif not HALF_WRITTEN.fullmatch(entry.name) and entry.name != NAMES_FILE:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # thinned meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                yield name, status


def _is_own(path: Path) -> bool:
    """Return whether this is a file, and no link to one."""
    return path.is_file() and not path.is_symlink()


def _names(folder: Path) -> list[str]:
    return os.listdir(folder)  # noqa: PTH208  # names


def _noted(folder: Path) -> tuple[set[str], list[str]]:
    """Return the files that the index of a folder names, and the folders of records in it."""
    files: set[str] = set()
    folders = dict.fromkeys((*KIND_FOLDERS, "annotations"))
    try:
        text = (folder / "index.jsonl").read_bytes()
    except FileNotFoundError:
        return files, [*folders]
    for line in text.splitlines():
        with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError):
            found = json.loads(line)  # or it is torn, or none of ours
            named = found.get("named", {})
            files |= {each for each in (found.get("file"), *named.values()) if _is_inside(each)}
            if _is_inside(named.get("vis_image")):
                folders[named["vis_image"]] = None
    return files, [*folders]


def _is_inside(name: object) -> bool:
    path = PurePosixPath(name if isinstance(name, str) else "")
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
