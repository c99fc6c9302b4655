"""Where a run's journal, database and artifacts lie."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = [
    "JOURNALS",
    "check_tracking_uri",
    "is_own_file",
    "local_artifacts",
    "local_database",
    "state_folder",
]

#: The folder of journals in the folder of a run.
JOURNALS = "mlflow_journal"

_SQLITE = "sqlite:///"
_DATABASE = "mlflow.db"
_ARTIFACTS = "mlartifacts"
_WITHOUT_SCHEME = ("databricks", "databricks-uc", "uc")


def local_database(directory: Path) -> str:
    """Return the tracking URI of a database in ``directory``."""
    return f"{_SQLITE}{directory.absolute() / _DATABASE}"


def local_artifacts(tracking_uri: str) -> str | None:
    """Return the folder for artifacts beside a database that is a file; None if it is none.

    MLflow would take a folder in the current directory.
    """
    if not tracking_uri.startswith(_SQLITE):
        return None
    return str(Path(tracking_uri.removeprefix(_SQLITE)).absolute().parent / _ARTIFACTS)


def state_folder() -> Path:
    """Return where journals lie that have no ``save_dir``: it outlives a restart."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base, "viz-backend-mlflow")


def is_own_file(path: Path, directory: Path | None) -> bool:
    """Return whether ``path`` is of the journals or the local store in ``directory``."""
    if any(part == JOURNALS for part in path.parts):
        return True
    return directory is not None and (
        path.is_relative_to(directory / _ARTIFACTS) or path.name.startswith(_DATABASE)
    )


def check_tracking_uri(uri: str) -> str:
    """Return ``uri``.

    Raises:
        ValueError: If MLflow 3 does not record there.
    """
    if uri.startswith("file:") or (":" not in uri and uri not in _WITHOUT_SCHEME):
        raise ValueError(
            f"tracking_uri={uri!r} is a folder, and MLflow does not record into folders any "
            f"more; use 'sqlite:///{uri.removeprefix('file://').rstrip('/')}/mlflow.db', the "
            "URL of a server, or leave it out for a database in save_dir"
        )
    return uri
