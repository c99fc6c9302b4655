"""What a config says about its run, and as its parameters, which are text and not nested."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from viz_backend_mlflow.database import local_artifacts, local_database
from viz_backend_mlflow.experiment import active_run
from viz_backend_mlflow.names import masked
from viz_backend_mlflow.paths import check_tracking_uri
from viz_core import RunConfig, as_path

__all__ = ["RunSpec", "flatten", "select"]

#: In place of a run's identifier: the run that is active in MLflow.
ACTIVE = "active"


class RunSpec:
    """A run that may not exist yet; arguments as `MLflowVisBackend`'s.

    What is not given is what MLflow's variables of the environment say.

    Attributes:
        joins_active_run: Whether the run is the program's, which ends it.
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
        self.joins_active_run = run_id == ACTIVE
        if self.joins_active_run and tracking_uri is not None:
            raise ValueError(
                f"run_id={ACTIVE!r} records to the run that is active in MLflow, wherever it is; "
                "leave tracking_uri out"
            )
        environment, self._experiment_id = os.environ.get, None
        where, name = tracking_uri, "tracking_uri"
        if where is None and not self.joins_active_run:
            where, name = environment("MLFLOW_TRACKING_URI") or None, "MLFLOW_TRACKING_URI"
        if where is not None and tracking_uri is None:  # else it is the number of another's
            self._experiment_id = environment("MLFLOW_EXPERIMENT_ID")
        self.tracking_uri = None if where is None else check_tracking_uri(where, name)
        self.params = flatten(params or {})
        if exp_name or environment("MLFLOW_EXPERIMENT_NAME"):
            self._experiment_id = None
        self._experiment = exp_name or environment("MLFLOW_EXPERIMENT_NAME") or "Default"
        self._run_name = run_name
        self._tags = {str(name): str(value) for name, value in (tags or {}).items()}
        self._artifact_location = artifact_location
        if artifact_location and ":" not in artifact_location and _is_here(self.tracking_uri):
            self._artifact_location = str(as_path(artifact_location, "artifact_location"))
        self._run_id = run_id or environment("MLFLOW_RUN_ID") or None
        self._key = uuid.uuid4().hex

    def header(self, directory: Path | None, rank: int | None) -> dict[str, Any]:
        """Return the header of the run's journal.

        Args:
            directory: The folder of the run; None without a `save_dir`.
            rank: The rank of this process, if every rank has a run of its own; else None.
        """
        key, tags, uri, run_id = self._key, dict(self._tags), self.tracking_uri, self._run_id
        if self.joins_active_run:
            uri, run_id = active_run()
            uri = check_tracking_uri(uri, "mlflow.get_tracking_uri()")
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
            "experiment_id": self._experiment_id,
            "artifact_location": self._artifact_location,
            "run_name": self._run_name,
            "tags": tags,
            "run_id": run_id,
            "resumes": run_id is not None,
            "joined": self.joins_active_run,
            "started": time.time_ns() // 1_000_000,
        }


def _is_here(tracking_uri: str | None) -> bool:
    """Return whether the run is in a database of this machine; else its folders are a server's."""
    return tracking_uri is None or local_artifacts(tracking_uri) is not None


def flatten(config: Mapping[Any, Any]) -> dict[str, str]:
    """Return every value as text, by its path, as `model.layers.0.type`.

    A list with a dict in it is nested, and its indices are part of the path; another list is one
    value. Passwords in URLs are masked.
    """
    return {".".join(path): masked(_text(value)) for path, value in _leaves(config, ())}


def select(params: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """Return the parameters with these paths, and those nested in them.

    Raises:
        ValueError: If the config has no value with a path of `keys`.
    """
    chosen: dict[str, str] = {}
    for key in keys:
        found = {k: v for k, v in params.items() if k == key or k.startswith(f"{key}.")}
        if not found:
            raise ValueError(
                f"tracked_config_keys names {key!r}, which the config does not have; it has "
                f"{sorted({name.split('.')[0] for name in params})}"
            )
        chosen |= found
    return chosen


def _text(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no integer of thousands of digits
        return RunConfig({"it": value}).pretty_text.removeprefix("it = ").strip()


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and (value or not path):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, str(index)))
    else:
        yield path, value
