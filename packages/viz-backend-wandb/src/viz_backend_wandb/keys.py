"""What W&B's history and config can hold: keys made of names, values as JSON has them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Set
from pathlib import PureWindowsPath
from typing import Any

__all__ = [
    "STEP_KEY",
    "as_json_config",
    "as_json_scalar",
    "as_metric_definitions",
    "config_name",
    "from_key",
    "masked",
    "to_file_path",
    "to_image_key",
    "to_key",
    "to_table_key",
]

#: The key of the step, which every row has. It is the axis of all other metrics.
STEP_KEY = "global_step"

#: A key cannot have everything that a name has: a text that looks like one of our escapes, a NUL,
#: an underscore at its beginning (such names are W&B's own, which its pages hide), and the name of
#: the axis are escaped.
_ESCAPE_LIKE = re.compile("%(?=[0-9A-F]{2})")
_ESCAPED = re.compile("%([0-9A-F]{2})")

#: Bytes of an image's key, a part of a file name with a step, a hash and an ending. File systems
#: take 255 bytes for a part of a path, and 4096 for the path, much of which may be the folder.
_LONGEST_PART = 200
_LONGEST_PATH = 800

#: Letters of the name of an artifact, less those of `run-`, `-incr-`, `_table`, `~2` and W&B's hash;
#: and of a key where a run's id leaves no room.
_LONGEST_ARTIFACT = 100
_SHORTEST = 24

#: Readers of JSON round integers beyond this.
_LARGEST_INTEGER = 2**63

#: The name and password in a URL: all with a colon, and in HTTP's a token alone too.
_PASSWORD = re.compile(r"(\w://)(?:[^\s/'\"@:]*:[^\s/'\"]*|(?<=http://|ttps://)[^\s/'\"]+)@")


def to_key(name: str) -> str:
    """Return the key for a name, which is the name itself unless W&B would change or hide it.

    `_x` becomes `%5Fx`, `global_step` `%67lobal_step`, a NUL `%00`, and the `%` of a text that
    looks like such an escape `%25`. Two names never have the same key.
    """
    if "%" in name:
        name = _ESCAPE_LIKE.sub("%25", name)
    if "\0" in name:
        name = name.replace("\0", "%00")
    if name.startswith("_") or name == STEP_KEY:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name


def from_key(key: str) -> str:
    """Return the name of a key that `to_key` made."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), key)


def to_image_key(name: str) -> tuple[str, bool]:
    """Return the key for what W&B keeps in files, as an image, and whether it was cut.

    A key that is too long for a file name is cut, and ends in `~` and a hash of the whole name. A
    part `..`, which W&B refuses in the keys of tables, is `%2E.`.
    """
    parts = ["%2E." if part == ".." else part for part in to_key(name).split("/")]
    key = "/".join(parts)
    if len(key.encode()) <= _LONGEST_PATH and all(
        len(part.encode()) <= _LONGEST_PART for part in parts
    ):
        return key, False
    return _cut(key, name, _LONGEST_PART), True


def to_table_key(name: str, run_id: str) -> str:
    """Return the key for a table or a chart, which is cut as that of an image is.

    W&B names an artifact after it and the run, and refuses one of over 128 letters. It makes a path
    of it too, and refuses what is an absolute one anywhere, or leaves its folder.
    """
    key, _ = to_image_key(name)
    if PureWindowsPath(key).anchor or ".." in PureWindowsPath(key).parts:
        key = key.replace("\\", "%5C").replace(":", "%3A")
        key = f"%2F{key[1:]}" if key.startswith("/") else key
    room = max(_LONGEST_ARTIFACT - len(run_id), _SHORTEST)
    return key if len(key) <= room else _cut(key, name, room)


def _cut(key: str, name: str, size: int) -> str:
    mark = f"~{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"
    return key.encode()[: size - len(mark)].decode(errors="ignore") + mark


def to_file_path(name: str) -> str:
    """Return where a file called `name` is in a run: below `files`, and never outside."""
    parts = [to_image_key(part)[0] for part in name.split("/")]
    names = {"": "%2F", ".": "%2E"}
    return "/".join(["files", *(names.get(part, part) for part in parts)])


def as_metric_definitions(config: Any) -> list[dict[str, Any]]:
    """Return the arguments of each call of `define_metric`, first that for all metrics.

    The axis of a metric is `global_step` unless its definition names another `step_metric`.

    Args:
        config: Summaries by name, as `{"acc": "max"}`; a list of arguments, each with a `name`;
            or None.

    Raises:
        TypeError: If it is none of these.
    """
    if config is None:
        return [_ALL]
    if isinstance(config, Mapping) and all(
        isinstance(name, str) and isinstance(summary, str) for name, summary in config.items()
    ):
        return [_ALL] + [
            _definition({"name": name, "summary": summary}) for name, summary in config.items()
        ]
    if isinstance(config, (list, tuple)) and all(
        isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in config
    ):
        return [_ALL] + [_definition(item) for item in config]
    raise TypeError(
        "define_metric_cfg must be a dict of summaries, as {'acc': 'max'}, or a list of dicts, as "
        f"[{{'name': 'loss', 'summary': 'min'}}], got {type(config).__name__}: {config!r}"
    )


_ALL = {"name": "*", "step_metric": STEP_KEY}


def _definition(given: Mapping[str, Any]) -> dict[str, Any]:
    definition = {"step_metric": STEP_KEY, **given}
    for part in ("name", "step_metric"):
        name = definition[part]
        if isinstance(name, str) and name not in ("", STEP_KEY) and not name.endswith("*"):
            definition[part] = to_key(name)
    return definition


def masked(text: str) -> str:
    """Return a text with `***` in place of each name and password in its URLs."""
    return _PASSWORD.sub(r"\1***@", text)


def as_json_scalar(value: float) -> float:
    """Return a scalar; an integer too large for W&B becomes a float, or infinite."""
    if isinstance(value, float) or -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def as_json_config(config: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a config of plain values as one that JSON can hold.

    Tuples become lists, sets sorted lists; keys that are no strings, bytes and complex values
    become their text; NaN and infinities become `"NaN"`, `"Infinity"` or `"-Infinity"`. W&B
    strips `-` from the ends of the outermost keys, and reserves those that begin with `_`: such
    keys are escaped as `to_key` does. Passwords in URLs are masked.
    """
    return {_config_key(str(key)): _plain(value) for key, value in config.items()}


def _config_key(key: str) -> str:
    key = to_key(key) if key else "%"
    if key.startswith("-"):
        key = f"%2D{key[1:]}"
    if key.endswith("-"):
        key = f"{key[:-1]}%2D"
    return key


def config_name(key: str) -> str:
    """Return the user's own key, from an outermost key of `as_json_config`."""
    return "" if key == "%" else from_key(key)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Set):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, (bool, float)) or value is None:
        return value
    if isinstance(value, int):
        return as_json_scalar(value)
    return masked(str(value))
