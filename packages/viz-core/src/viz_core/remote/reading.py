"""Reading a run from a folder of this machine, or from a store."""

from __future__ import annotations

import os
from pathlib import Path

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.files.paths import as_path, is_url
from viz_core.remote.destination import checked_url
from viz_core.remote.mirror import Mirror
from viz_core.runs.folders import find_run
from viz_core.runs.run import Run

__all__ = ["read_run"]


def read_run(path: str | os.PathLike[str]) -> Run:
    """Return what a run has recorded to local files, or what of it was copied to a store.

    Args:
        path: A `save_dir`, its `vis_data`, or a work dir of MMEngine's, of which the newest run is
            read; or a URL, as `remote=` takes it, or a copy of what is there. Folders of ranks are
            read with it. From a store lines are read at once, images and other files when they are
            touched.

    Raises:
        FileNotFoundError: If there is no run.
        OSError: If a store cannot be read; with its own words.
        TypeError, ValueError: If `path` is no path of this machine, and no URL.
        ModuleNotFoundError: If what fsspec needs for a URL is not installed.

    Warns:
        RecordingWarning: For each file or folder that a run wrote elsewhere, as absolute arguments
            of `LocalVisBackend` say. A run is read from its folder alone.
    """
    if not is_url(path):
        path = as_path(path, "path")
        path = f"file://{path}" if _is_of_store(Path(path)) else path
    run = _from_store(str(path)) if is_url(path) else Run(find_run(path))
    for where, place in run.outside.items():
        warn_user(
            f"what is called {Path(where).name} in a run was written to {place!r}, outside of the "
            f"run's folder, and is not read; copy it to {where!r} to have it here, and record to a "
            "path inside save_dir to keep it there",
            RecordingWarning,
        )
    return run


def _is_of_store(folder: Path) -> bool:
    """Return whether lines are in parts, as in a copy of a store's run or on the disk of one."""
    places = (folder, *folder.glob("rank_*"))
    return any((place / "index.jsonl.parts").is_dir() for place in places) and not any(
        (place / "index.jsonl").exists() for place in places
    )


def _from_store(url: str) -> Run:
    mirror = Mirror(checked_url(url, "path"))
    mirror.refresh()
    try:
        return Run(find_run(mirror.folder), source=mirror)
    except FileNotFoundError as error:
        words = str(error).replace(repr(str(mirror.folder)), repr(mirror.url))
        raise FileNotFoundError(words) from None
