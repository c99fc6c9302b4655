"""Sending a batch of records to a run of MLflow."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from viz_backend_mlflow.images import image_stem, write_thumbnail
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.names import IMAGE_LIMIT, KEY_LIMIT, as_param, as_tags, to_image_key, to_key

__all__ = ["BatchSender"]

#: MLflow's own limits for one request.
_METRICS = 1000
_PARAMS = 100

_KINDS = ("image", "params", "text", "artifact", "status")

_REFUSALS = ("INVALID_PARAMETER_VALUE", "BAD_REQUEST", "RESOURCE_ALREADY_EXISTS")


class BatchSender:
    """Sends batches of records to one run, without those that MLflow refuses.

    Sending a record twice stores it once: a point is known by its time, an image by its
    identifier, and any other record by its name.

    Args:
        client: An `MlflowClient`.
        run_id: The identifier of the run.
        journal: The journal of the records, which also keeps those that are refused.

    Attributes:
        refused: How many records were refused.
    """

    def __init__(self, client: Any, run_id: str, journal: Journal) -> None:
        self._client = client
        self._run_id = run_id
        self._journal = journal
        self._tags: dict[str, str] = {}
        self.refused = 0

    def send(self, records: list[list[Any]]) -> None:
        """Send records, in as few requests as possible.

        Args:
            records: As `viz_backend_mlflow.records` makes them, read back from JSON.

        Raises:
            Exception: MLflow's own, if it cannot be reached.
        """
        points: list[tuple[str, float, int, int]] = []
        for record in records:
            if record[0] == "scalars":
                self._guarded([record], lambda records: points.extend(_points(*records)))
        for start in range(0, len(points), _METRICS):
            self._guarded(points[start : start + _METRICS], self._send_points)
        for record in records:
            if record[0] != "scalars":
                self._guarded([record], self._send_record)

    def _guarded(self, items: list[Any], send: Callable[[list[Any]], None]) -> None:
        """Send `items`; if they are refused, halve them until only those at fault are left out."""
        try:
            send(items)
        except Exception as error:  # of MLflow, or of the libraries that it uses
            reason = _refusal(error)
            if reason is None:
                raise
            if len(items) == 1:
                self._journal.refuse(items[0], reason)
                self.refused += 1
                return
            middle = len(items) // 2
            self._guarded(items[:middle], send)
            self._guarded(items[middle:], send)

    def _send_points(self, points: list[tuple[str, float, int, int]]) -> None:
        from mlflow.entities import Metric

        metrics = [Metric(to_key(name), *point) for name, *point in points]
        tags: dict[str, str] = {}
        for name, value, _, step in points:
            self._tell_name(tags, name, to_key(name), KEY_LIMIT)
            infinite = f"viz.infinite.{name}"
            if math.isinf(value) and to_key(infinite) not in self._tags:
                tags.setdefault(infinite, f"{value} at step {step}")
        self._client.log_batch(self._run_id, metrics=metrics)
        self._set_tags(tags)

    def _send_record(self, records: list[list[Any]]) -> None:
        (record,) = records
        kind, *arguments = record
        if kind not in _KINDS:
            raise ValueError(f"a record's kind must be one of {_KINDS}, got {kind!r}")
        getattr(self, f"_send_{kind}")(*arguments)

    def _send_image(self, name: str, step: int, timestamp: int, identifier: str, kept: str) -> None:
        stem = image_stem(name, step, timestamp, identifier)
        tags = {"mlflow.loggedImages": "True"}
        self._tell_name(tags, name, to_image_key(name), IMAGE_LIMIT)
        with tempfile.TemporaryDirectory(dir=self._journal.folder) as folder:
            image, thumbnail = Path(folder, f"{stem}.png"), Path(folder, f"{stem}+compressed.webp")
            image.hardlink_to(self._journal.file(kept))
            write_thumbnail(image, thumbnail)
            for file in (image, thumbnail):
                self._client.log_artifact(self._run_id, str(file), "images")
        self._set_tags(tags)

    def _send_params(self, values: Mapping[str, str]) -> None:
        from mlflow.entities import Param

        there = self._client.get_run(self._run_id).data.params
        new: dict[str, str] = {}
        tags: dict[str, str] = {}
        for name, value in values.items():
            key = to_key(name)
            self._tell_name(tags, name, key, KEY_LIMIT)
            short = as_param(value)
            if short != value:
                self._client.log_text(self._run_id, value, f"params/{to_image_key(name)}.txt")
            if key not in there:
                new[key] = short
            elif there[key] != short:
                tags[f"viz.changed.{name}"] = value
        items = [Param(key, value) for key, value in new.items()]
        for start in range(0, len(items), _PARAMS):
            self._guarded(items[start : start + _PARAMS], self._send_new_params)
        self._set_tags(tags)

    def _send_new_params(self, params: list[Any]) -> None:
        self._client.log_batch(self._run_id, params=params)

    def _send_text(self, path: str, content: str) -> None:
        self._client.log_text(self._run_id, content, path)

    def _send_artifact(self, path: str, folder: str) -> None:
        self._client.log_artifact(self._run_id, path, folder or None)

    def _send_status(self, name: str, timestamp: int) -> None:
        if name == "RUNNING":
            self._client.update_run(self._run_id, status=name)
        else:
            self._client.set_terminated(self._run_id, name, timestamp)

    def _tell_name(self, tags: dict[str, str], name: str, key: str, limit: int) -> None:
        if len(key) == limit and "_xcut" in key:
            tags[f"viz.name.{key[-22:-1]}"] = name

    def _set_tags(self, tags: Mapping[str, str]) -> None:
        for key, value in as_tags(tags).items():
            if self._tags.get(key) != value:
                self._client.set_tag(self._run_id, key, value)
                self._tags[key] = value


def _points(record: list[Any]) -> list[tuple[str, float, int, int]]:
    """Return the points of a record of scalars: name, value, time and step."""
    _, step, values = record
    if not -(2**63) <= step < 2**63:
        raise ValueError(f"step must fit into 64 bits, got {step}")
    return [
        (name, float(value), int(timestamp), int(step))
        for name, (value, timestamp) in dict(values).items()
    ]


def _refusal(error: Exception) -> str | None:
    """Return why MLflow will never take a record; None if a later try may succeed."""
    if isinstance(error, FileNotFoundError):
        return f"the file is gone: {error}"
    if isinstance(error, (ValueError, TypeError)) or (
        getattr(error, "error_code", None) in _REFUSALS
    ):
        return f"{type(error).__name__}: {error}"
    return None
