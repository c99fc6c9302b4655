"""The lines of `scalars.json`: how scalars are written, and reading them back.

A line is one call, as strict JSON: `{"loss": 0.3, "acc": 0.8, "step": 3}`. JSON has no NaN and
no infinities; they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`. A scalar that is
itself called `step` is the line `{"step": 3, "step_value": 7}`, with the step first.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any, NamedTuple

from viz_core._warnings import warn_user
from viz_core.errors import RecordingWarning
from viz_core.files.paths import as_path
from viz_core.typing import Scalar

__all__ = ["Point", "as_json", "encode_line", "encode_scalar", "read_scalars"]

_NOT_JSON = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

_encode = json.JSONEncoder(allow_nan=False).encode
_quoted = lru_cache(maxsize=4096)(encode_basestring_ascii)


class Point(NamedTuple):
    """One recorded scalar."""

    name: str
    step: int
    value: Scalar


def as_json(value: Any) -> Any:
    """Return a value for strict JSON: NaN and infinities as strings, any other as it is."""
    is_number = isinstance(value, float) and not math.isfinite(value)
    return json.loads(_encoded(value)) if is_number else value


def encode_line(values: Mapping[str, Scalar]) -> bytes:
    """Return scalars by name as a line of strict JSON, in their order."""
    try:
        text = _encode(values)
    except ValueError:  # one of them is not finite
        items = ", ".join([f"{_quoted(name)}: {_encoded(v)}" for name, v in values.items()])
        text = f"{{{items}}}"
    return f"{text}\n".encode()


def encode_scalar(name: str, value: Scalar, step: int) -> bytes:
    """Return the line of one scalar; quicker than `encode_line`, for what every iteration calls."""
    if name == "step":
        return encode_line({"step": step, "step_value": value})
    return f'{{{_quoted(name)}: {_encoded(value)}, "step": {step}}}\n'.encode()


def read_scalars(path: str | os.PathLike[str]) -> list[Point]:
    """Return every scalar in a `scalars.json`, in the order of its lines.

    Files that MMEngine wrote can be read too. A last line without its end, as left by a crash
    or by a writer that is at it now, is not there yet.

    Args:
        path: The file.

    Returns:
        A (name, step, value) for each; NaN and infinities are floats again.

    Raises:
        OSError: If the file cannot be read.
        TypeError, ValueError: If `path` is no path of this machine.

    Warns:
        RecordingWarning: For each line that is no record. It is passed over.
    """
    path = as_path(path, "path")
    text = Path(path).read_bytes()
    points: list[Point] = []
    for number, line in enumerate(text[: text.rfind(b"\n") + 1].split(b"\n")[:-1], 1):
        if not line:
            continue
        try:
            points.extend(_points(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            warn_user(
                f"line {number} of {path} is no record ({error}): {line[:80]!r}",
                RecordingWarning,
            )
    return points


def _points(line: Any) -> Iterator[Point]:
    if not isinstance(line, dict) or "step" not in line:
        raise ValueError("it must be an object with a step")
    if list(line) == ["step", "step_value"]:
        return iter([Point("step", line["step"], _number(line["step_value"]))])
    step = line.pop("step")
    return iter([Point(name, step, _number(value)) for name, value in line.items()])


def _number(value: Any) -> Scalar:
    if isinstance(value, str):
        return _NOT_JSON[value]
    if isinstance(value, (int, float)):
        return value
    raise TypeError(f"{value!r} is not a number")


def _encoded(value: Scalar) -> str:
    if value.__class__ is int or math.isfinite(value):
        return repr(value)
    return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'
