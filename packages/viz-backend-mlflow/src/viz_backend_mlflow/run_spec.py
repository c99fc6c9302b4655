"""What a backend's config says about its run."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viz_backend_mlflow.database import local_artifacts, local_database
from viz_backend_mlflow.params import flatten
from viz_backend_mlflow.paths import check_tracking_uri
from viz_core import as_path

__all__ = ["RunSpec"]


class RunSpec:
    """A run that may not exist yet; arguments as `MLflowVisBackend`'s.

    Attributes:
        tracking_uri: The URL of a server or database; None for a database in `save_dir`.
        params: Parameters of the run, as text by path.
    """

    def __init__(
        self,
        *,
        exp_name: str | None,
        run_name: str | None,
        tags: Mapping[str, Any] | None,
        params: Mapping[str, Any] | None,
        tracking_uri: str | None,
        artifact_location: str | None,
        run_id: str | None,
    ) -> None:
        self.tracking_uri = None if tracking_uri is None else check_tracking_uri(tracking_uri)
        self.params = flatten(params or {})
        self._experiment = exp_name or "Default"
        self._run_name = run_name
        self._tags = {str(name): str(value) for name, value in (tags or {}).items()}
        self._artifact_location = artifact_location
        if artifact_location and ":" not in artifact_location and _is_here(self.tracking_uri):
            self._artifact_location = str(as_path(artifact_location, "artifact_location"))
        self._run_id = run_id
        self._key = uuid.uuid4().hex

    def header(self, directory: Path | None, rank: int | None) -> dict[str, Any]:
        """Return the header of the run's journal.

        Args:
            directory: The folder of the run; None without a `save_dir`.
            rank: The rank of this process, if every rank has a run of its own; else None.
        """
        key, tags, uri = self._key, dict(self._tags), self.tracking_uri
        if rank is not None:
            key, tags["viz.rank"] = f"{key}-{rank}", str(rank)
        database = None
        if uri is None:
            assert directory is not None, "a database needs a folder"
            database = str(local_database(directory))
            uri = f"sqlite:///{database}"
        return {
            "key": key,
            "tracking_uri": uri,
            "database": database,
            "artifacts": local_artifacts(uri),
            "experiment": self._experiment,
            "artifact_location": self._artifact_location,
            "run_name": self._run_name,
            "tags": tags,
            "run_id": self._run_id,
            "resumes": self._run_id is not None,
            "started": time.time_ns() // 1_000_000,
        }


def _is_here(tracking_uri: str | None) -> bool:
    """Return whether the run is in a database of this machine; else its folders are a server's."""
    return tracking_uri is None or local_artifacts(tracking_uri) is not None
