"""The lines of `scalars.json`: how scalars are written, and what they say.

A line is one call, as strict JSON: `{"loss": 0.3, "acc": 0.8, "step": 3}`. JSON has no NaN and
no infinities; they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`. A scalar that is
itself called `step` is the line `{"step": 3, "step_value": 7}`, with the step first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from viz_core.typing import Scalar

__all__ = ["Point", "as_json", "encode_line", "encode_scalar", "number_of", "points"]

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


def points(line: Any) -> Iterator[Point]:
    """Return the scalars of a line that was read from JSON.

    Raises:
        ValueError, TypeError, KeyError: If it is no line of scalars.
    """
    if not isinstance(line, dict) or not isinstance(line.get("step"), int):
        raise ValueError("it must be an object with a step, a whole number")
    if list(line) == ["step", "step_value"]:
        return iter([Point("step", line["step"], number_of(line["step_value"]))])
    step = line.pop("step")
    return iter([Point(name, step, number_of(value)) for name, value in line.items()])


def number_of(value: Any) -> Scalar:
    """Return a number that was read from JSON, where NaN and infinities are strings."""
    if isinstance(value, str):
        return _NOT_JSON[value]
    if isinstance(value, (int, float)):
        return value
    raise TypeError(f"{value!r} is not a number")


def _encoded(value: Scalar) -> str:
    if value.__class__ is int or math.isfinite(value):
        return repr(value)
    return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'
