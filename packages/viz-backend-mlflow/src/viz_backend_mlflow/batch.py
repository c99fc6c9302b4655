"""Sending records to a run of MLflow, so that none blocks another."""

from __future__ import annotations

import errno
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viz_backend_mlflow.images import image_format, image_stem, write_thumbnail
from viz_backend_mlflow.journal import Journal
from viz_backend_mlflow.names import (
    IMAGE_LIMIT,
    KEY_LIMIT,
    as_param,
    as_tags,
    masked,
    to_image_key,
    to_key,
)
from viz_backend_mlflow.progress import Waiting

__all__ = ["RUN_TAG", "TRIES", "BatchSender", "RunGoneError", "describe"]

#: A record that fails while MLflow answers is tried so often, then refused.
TRIES = 5

#: Names the journal that a run was made for, so that a run is found whose making got no reply.
RUN_TAG = "viz.journal"

#: Seconds until the second try; each wait is four times the one before.
_FIRST_WAIT = 4.0

#: MLflow's own limits for one request.
_METRICS = 1000
_PARAMS = 100

_STATES = ("RUNNING", "FINISHED", "FAILED", "KILLED")

_KINDS = ("scalars", "image", "file", "params", "text", "artifact", "status")

# What MLflow, or a server before it, will answer every time.
_REFUSALS = ("INVALID_PARAMETER_VALUE", "BAD_REQUEST", "RESOURCE_ALREADY_EXISTS")
_REFUSING_STATUS = (400, 411, 413, 414, 415, 422, 431)

# The machine has no room, and that is the fault of no record.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE)


class RunGoneError(Exception):
    """The server does not have the run any more."""


class _LocalError(Exception):
    """A record cannot be made into what MLflow takes."""


class BatchSender:
    """Sends records to one run, without those that are at fault themselves.

    Where sending fails, a tag is written: if that fails too, MLflow cannot be reached, and
    everything waits. Otherwise the records are halved until only those at fault are left. What
    MLflow refuses, or what cannot be made into a request, is refused; another record waits in the
    journal, and is refused when it has failed five times.

    Sending a record twice stores it once: a point is known by its time, an image by its
    identifier, and any other record by its name.

    Args:
        client: An `MlflowClient`.
        run_id: The identifier of the run.
        journal: The journal of the records, which also keeps those that wait or are refused.
        folder: The only folder whose files are sent, besides the journal's images; any by default.

    Attributes:
        refused: What was refused, as a text each.
        stored: The files of images that were sent, which nobody needs any more.
    """

    def __init__(
        self, client: Any, run_id: str, journal: Journal, folder: Path | None = None
    ) -> None:
        self._client = client
        self._run_id = run_id
        self._journal = journal
        self._folder = folder
        self._tags: dict[str, str] = {}
        self.refused: list[str] = []
        self.stored: list[Path] = []

    def send(self, records: list[list[Any]]) -> None:
        """Send records, in as few requests as possible.

        Args:
            records: As `viz_backend_mlflow.records` makes them, read back from JSON.

        Raises:
            Exception: MLflow's own, if it cannot be reached.
            RunGoneError: If it does not have the run.
        """
        scalars = [record for record in records if record[0] == "scalars"]
        if scalars:
            self._send_or_blame(scalars, self._send_scalars)
        for record in records:
            if record[0] != "scalars":
                self._send_or_blame([record], self._send_record)

    def retry(self, item: Waiting) -> None:
        """Try again a record that waits; it waits once more, is refused, or is sent."""
        send = self._send_scalars if item.record[0] == "scalars" else self._send_record
        self._send_or_blame([item.record], send, item.tries)

    def _send_or_blame(
        self, records: list[list[Any]], send: Callable[[list[list[Any]]], None], tries: int = 0
    ) -> None:
        try:
            send(records)
        except _LocalError as error:
            self._split_or_put_aside(records, send, tries, str(error), is_final=True)
        except Exception as error:  # of MLflow, or of the libraries that it uses
            if getattr(error, "errno", None) in _NO_ROOM:
                raise
            self._check_that_mlflow_answers(error)
            reason = f"{type(error).__name__}: {error}"
            self._split_or_put_aside(records, send, tries, reason, is_final=_is_final(error))

    def _split_or_put_aside(
        self,
        records: list[list[Any]],
        send: Callable[[list[list[Any]]], None],
        tries: int,
        reason: str,
        *,
        is_final: bool,
    ) -> None:
        parts = _halves(records)
        for part in parts:
            self._send_or_blame(part, send)
        if parts:
            return
        (record,) = records
        if is_final or tries + 1 >= TRIES:
            self._journal.progress.refuse(record, reason)
            self.refused.append(f"{describe(record)}: {masked(reason)}")
        else:
            due = time.time() + _FIRST_WAIT * 4**tries
            waiting = Waiting(record, tries + 1, due, masked(reason))
            self._journal.progress.set_waiting([*self._journal.progress.waiting(), waiting])

    def _check_that_mlflow_answers(self, error: Exception) -> None:
        try:
            self._client.set_tag(self._run_id, RUN_TAG, self._journal.header()["key"])
        except Exception as other:  # of a tracker, which may raise anything
            if getattr(other, "error_code", None) == "RESOURCE_DOES_NOT_EXIST":
                raise RunGoneError(str(other)) from other
            raise error from None

    def _send_scalars(self, records: list[list[Any]]) -> None:
        from mlflow.entities import Metric

        with _local():
            points = [point for record in records for point in _points(*record)]
            metrics = [Metric(to_key(name), *point) for name, *point in points]
            tags: dict[str, str] = {}
            for name, value, _, step in points:
                self._tell_name(tags, name, to_key(name), KEY_LIMIT)
                infinite = f"viz.infinite.{name}"
                if math.isinf(value) and to_key(infinite) not in self._tags:
                    tags.setdefault(infinite, f"{value} at step {step}")
        for start in range(0, len(metrics), _METRICS):
            self._client.log_batch(self._run_id, metrics=metrics[start : start + _METRICS])
        self._set_tags(tags)

    def _send_record(self, records: list[list[Any]]) -> None:
        ((kind, *arguments),) = records
        with _local():
            if kind not in _KINDS:
                raise ValueError(f"a record's kind must be one of {_KINDS}, got {kind!r}")
            send = getattr(self, f"_send_{kind}")
            expected = send.__code__.co_argcount - 1
            if len(arguments) != expected:
                raise ValueError(f"{kind} has {expected} values, got {len(arguments)}")
        send(*arguments)

    def _send_image(self, name: str, step: int, timestamp: int, identifier: str, kept: str) -> None:
        with _local():
            file = self._journal.file(kept)
            if self._journal.progress.is_lost and not file.exists():
                return
            stem = image_stem(name, int(step), int(timestamp), identifier)
            if not identifier.isalnum():  # it becomes a part of a path
                raise ValueError(f"{identifier!r} is no identifier of an image")
            tags = {"mlflow.loggedImages": "True"}
            self._tell_name(tags, name, to_image_key(name), IMAGE_LIMIT)
        with tempfile.TemporaryDirectory(dir=self._journal.folder) as folder:
            thumbnail = Path(folder, f"{stem}+compressed.webp")
            with _local():
                image = Path(folder, f"{stem}.{image_format(file)}")
                try:
                    image.hardlink_to(file)
                except OSError:  # a file system without links, or the file is gone
                    shutil.copyfile(file, image)
                write_thumbnail(image, thumbnail)
            for made in (image, thumbnail):
                self._client.log_artifact(self._run_id, str(made), "images")
        self._set_tags(tags)
        self.stored.append(file)

    def _send_file(self, folder: str, name: str, ending: str, kept: str) -> None:
        tags: dict[str, str] = {}
        with _local():
            file = self._journal.file(kept)
            if self._journal.progress.is_lost and not file.exists():
                return
            key = to_image_key(name)
            below, _, last = f"{to_image_key(folder)}/{key}{to_image_key(ending)}".rpartition("/")
            self._tell_name(tags, name, key, IMAGE_LIMIT)
        with tempfile.TemporaryDirectory(dir=self._journal.folder) as made:
            with _local():
                shutil.copyfile(file, Path(made, last))
            self._client.log_artifact(self._run_id, str(Path(made, last)), below)
        self._set_tags(tags)
        self.stored.append(file)

    def _send_params(self, values: Mapping[str, str]) -> None:
        from mlflow.entities import Param

        there = self._client.get_run(self._run_id).data.params
        new: list[Any] = []
        tags: dict[str, str] = {}
        long: list[Waiting] = []
        with _local():
            for name, value in values.items():
                key, short = to_key(name), as_param(value)
                self._tell_name(tags, name, key, KEY_LIMIT)
                if short != value:
                    text = ["text", f"params/{to_image_key(name)}.txt", value]
                    long.append(Waiting(text, 0, 0.0, ""))
                if key not in there:
                    new.append(Param(key, short))
                elif there[key] != short:
                    tags[f"viz.changed.{name}"] = value
        for start in range(0, len(new), _PARAMS):
            self._client.log_batch(self._run_id, params=new[start : start + _PARAMS])
        self._set_tags(tags)
        if long:
            self._journal.progress.set_waiting([*self._journal.progress.waiting(), *long])

    def _send_text(self, path: str, content: str) -> None:
        with _local():
            for text in (path, content):
                text.encode()  # an AttributeError, if it is none
        self._client.log_text(self._run_id, content, path)

    def _send_artifact(self, path: str, folder: str) -> None:
        with _local():
            file = Path(path).resolve()
            if self._folder is not None and not file.is_relative_to(self._folder.resolve()):
                raise ValueError(
                    f"{path} is not in {self._folder}; with --any-file it is sent all the same"
                )
            with file.open("rb"):  # it may be gone, or not for us
                pass
        self._client.log_artifact(self._run_id, path, folder or None)

    def _send_status(self, name: str, timestamp: int) -> None:
        with _local():
            if name not in _STATES:
                raise ValueError(f"a state must be one of {_STATES}, got {name!r}")
            timestamp = int(timestamp)
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


def describe(record: list[Any]) -> str:
    """Return what a record is, for messages."""
    kind, first, second = str(record[0]), *[*record[1:], None, None][:2]
    if kind == "image":
        return f"the image {first!r} of step {second}"
    if kind == "file":
        return f"{first}/{second}"
    if kind in ("scalars", "params"):
        values = second if kind == "scalars" else first
        names = ", ".join(map(repr, values)) if isinstance(values, dict) else repr(values)
        return f"the {'scalar' if kind == 'scalars' else 'parameter'} {names:.200}"
    return f"the {kind} {first!r:.200}"


@contextmanager
def _local() -> Iterator[None]:
    """Make every error in the block the fault of the record that it is about."""
    try:
        yield
    except Exception as error:
        if getattr(error, "errno", None) in _NO_ROOM:
            raise
        raise _LocalError(f"{type(error).__name__}: {error}") from error


def _halves(records: list[list[Any]]) -> list[list[list[Any]]]:
    """Return the records in two parts, a single one with half of its names each, or nothing."""
    if len(records) > 1:
        middle = len(records) // 2
        return [records[:middle], records[middle:]]
    (record,) = records
    kind, before, values = record[0], record[1:-1], record[-1]
    if kind in ("scalars", "params") and isinstance(values, dict) and len(values) > 1:
        items, middle = list(values.items()), len(values) // 2
        return [[[kind, *before, dict(part)]] for part in (items[:middle], items[middle:])]
    return []


def _points(_: str, step: int, values: Mapping[str, Any]) -> list[tuple[str, float, int, int]]:
    """Return the points of a record of scalars: name, value, time and step."""
    if not -(2**63) <= step < 2**63:
        raise ValueError(f"step must fit into 64 bits, got {step}")
    return [
        (name, float(value), int(timestamp), int(step))
        for name, (value, timestamp) in dict(values).items()
    ]


def _is_final(error: Exception) -> bool:
    """Return whether a later try would fail like this one."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return (
        isinstance(error, (ValueError, TypeError))
        or getattr(error, "error_code", None) in _REFUSALS
        or status in _REFUSING_STATUS
    )
