"""The scalars of a file, or of a run."""

from __future__ import annotations

import json
import os
from pathlib import Path

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.files.paths import as_path
from viz_core.files.scalars import Point, points
from viz_core.runs.folders import find_run, rank_folders
from viz_core.runs.journal import Journal, Skipped
from viz_core.runs.lines import whole_lines

__all__ = ["read_scalars"]


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
        run = find_run(file)
        journals = [Journal(folder, rank, {}, run, Skipped()) for rank, folder in rank_folders(run)]
        files = [each for journal in journals for each in journal.scalar_files()]
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
