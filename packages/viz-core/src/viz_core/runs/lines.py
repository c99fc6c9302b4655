"""Files of lines, as far as they are whole, and the scalars in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.files.paths import as_path
from viz_core.files.scalars import Point, points
from viz_core.runs.folders import find_run, line_files, rank_folders

__all__ = ["read_scalars", "whole_lines"]


def whole_lines(path: Path, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file, each with the byte at which it begins and without its newline.

    A last line without its end, as left by a crash or by a writer that is at it now, is not there
    yet.

    Args:
        path: A file that may grow meanwhile.
        start: The byte to begin at, which begins a line.
        end: The byte to end before; by default the last that is there.
    """
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n") or (end is not None and start >= end):
                return
            yield start, line[:-1]
            start += len(line)


def read_scalars(path: str | os.PathLike[str]) -> list[Point]:
    """Return every scalar in a `scalars.json`, or of a run, in the order of its lines.

    Files that MMEngine wrote can be read too. A last line without its end, as left by a crash
    or by a writer that is at it now, is not there yet.

    Args:
        path: The file; or the folder of a run, as [`read_run`][viz_core.read_run] takes it.

    Returns:
        A (name, step, value) for each; NaN and infinities are floats again.

    Raises:
        OSError: If the file cannot be read.
        TypeError, ValueError: If `path` is no path of this machine.

    Warns:
        RecordingWarning: For each line that is no record. It is passed over.
    """
    file = Path(as_path(path, "path"))
    if file.is_dir():
        folders = rank_folders(find_run(file))
        files = [each for _, folder in folders for each in line_files(folder, "scalars", ".json")]
        return [point for each in files for point in read_scalars(each)]
    found: list[Point] = []
    for number, (_, line) in enumerate(whole_lines(file), 1):
        if not line:
            continue
        try:
            found.extend(points(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            warn_user(
                f"line {number} of {file} is no record ({error}): {line[:80]!r}", RecordingWarning
            )
    return found
