"""The paths of a run's journal and files to upload, and what a tracking URI may be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from viz_backend_mlflow.database import DATABASE
from viz_backend_mlflow.journal import JOURNALS
from viz_core import as_path

__all__ = [
    "absolute",
    "check_tracking_uri",
    "find_work_files",
    "state_folder",
]

_SQLITE = "sqlite:///"
_ARTIFACTS = "mlartifacts"
#: Folders in which trackers keep what they record; W&B's has JSON for the boxes of each image.
_TRACKERS = {JOURNALS, "wandb"}
_WITHOUT_SCHEME = ("databricks", "databricks-uc", "uc")


def absolute(path: str) -> str:
    """Return the absolute path of what a config calls a folder, which may be none."""
    return str(Path(os.path.expanduser(path)).absolute())  # noqa: PTH111  # Path's may raise


def state_folder() -> Path:
    """Return the folder of journals where there is no `save_dir`; it outlives a restart."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base, "viz-backend-mlflow")


def _is_trackers(path: Path, folder: Path, directory: Path | None) -> bool:
    """Return whether `path` in `folder` is W&B's, a journal's, or MLflow's in `directory`."""
    if not _TRACKERS.isdisjoint(path.relative_to(folder).parts):
        return True
    return directory is not None and (
        path.is_relative_to(directory / _ARTIFACTS) or DATABASE in path.name
    )


def find_work_files(
    work_dir: str | None, save_dir: str | None, suffixes: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield each file to upload when a run ends: its path, and its folder among the artifacts.

    Args:
        work_dir: The folder to search, absolute; `save_dir` by default.
        save_dir: The folder of the run, whose database and artifacts are left out, as are
            journals and folders called `wandb`.
        suffixes: Endings of the names; without any no file is found.
    """
    own = None if save_dir is None else Path(save_dir).absolute()
    folder = own if work_dir is None else Path(work_dir)
    if folder is None or not suffixes:
        return
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(suffixes) and path.is_file() and not _is_trackers(path, folder, own):
            yield str(path), Path("work_dir", path.parent.relative_to(folder)).as_posix()


def check_tracking_uri(uri: str, name: str = "tracking_uri") -> str:
    """Return `uri`, if MLflow 3 records to it; the path of a database that is a file is absolute.

    Args:
        uri: A tracking URI.
        name: What it was given as, for the message.

    Raises:
        ValueError: If it is a folder.
    """
    if uri.startswith("file:") or (":" not in uri and uri not in _WITHOUT_SCHEME):
        raise ValueError(
            f"{name}={uri!r} is a folder, and MLflow 3 does not record to folders; "
            f"use 'sqlite:///{uri.removeprefix('file://').rstrip('/')}/mlflow.db', the "
            "URL of a server, or leave it out for a database in save_dir"
        )
    return _SQLITE + as_path(uri[len(_SQLITE) :], name) if _is_file(uri) else uri


def _is_file(uri: str) -> bool:
    path = uri.removeprefix(_SQLITE)
    return path not in (uri, "", ":memory:") and not path.startswith("file:")
