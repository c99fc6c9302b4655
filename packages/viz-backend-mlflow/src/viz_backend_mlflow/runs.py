"""The run on the tracker that a journal belongs to: found, resumed or made, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.values import as_tags

__all__ = ["RUN_TAG", "open_run"]

#: Tells which journal a run was made for. A reply may be lost: the run is found by it then.
RUN_TAG = "viz.journal"


def open_run(client: Any, journal: Journal) -> str:
    """Return the identifier of the journal's run, and make the run if there is none."""
    header = journal.header()
    run_id: str | None = header.get("run_id")
    if run_id is None:
        experiment_id = _experiment(client, header)
        run_id = _find(client, experiment_id, header["key"]) or _make(client, experiment_id, header)
        journal.update_header(run_id=run_id, resumes=False)
    elif header.get("resumes"):
        client.update_run(run_id, status="RUNNING")
        for key, value in as_tags(header["tags"]).items():
            client.set_tag(run_id, key, value)
        journal.update_header(resumes=False)
    return run_id


def _experiment(client: Any, header: Mapping[str, Any]) -> str:
    from mlflow.exceptions import MlflowException

    name = header["experiment"]
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, header["artifact_location"]))
        except MlflowException:
            found = client.get_experiment_by_name(name)  # another process was faster
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        raise ValueError(
            f"the experiment {name!r} was deleted in MLflow; choose another exp_name, or restore "
            f"it with: mlflow experiments restore --experiment-id {found.experiment_id}"
        )
    return str(found.experiment_id)


def _find(client: Any, experiment_id: str, key: str) -> str | None:
    runs = client.search_runs([experiment_id], f"tags.`{RUN_TAG}` = '{key}'", max_results=1)
    return str(runs[0].info.run_id) if runs else None


def _make(client: Any, experiment_id: str, header: Mapping[str, Any]) -> str:
    run = client.create_run(
        experiment_id,
        start_time=header["started"],
        tags={**as_tags(header["tags"]), RUN_TAG: header["key"]},
        run_name=header["run_name"],
    )
    return str(run.info.run_id)
