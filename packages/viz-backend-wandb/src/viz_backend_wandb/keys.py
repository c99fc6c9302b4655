"""Keys of W&B's history, made of names, and the axes that they have."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["STEP_KEY", "as_metric_definitions", "from_key", "to_image_key", "to_key"]

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


def to_key(name: str) -> str:
    """Return the key for a name, which is the name itself unless W&B would change or hide it.

    `_x` becomes `%5Fx`, `global_step` `%67lobal_step`, a NUL `%00`, and the `%` of a text that
    looks like such an escape `%25`. Two names never have the same key.
    """
    if "%" in name:
        name = _ESCAPE_LIKE.sub("%25", name)
    if "\0" in name:
        name = name.replace("\0", "%00")
    if name[0] == "_" or name == STEP_KEY:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name


def from_key(key: str) -> str:
    """Return the name of a key that `to_key` made."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), key)


def to_image_key(name: str) -> tuple[str, bool]:
    """Return the key for an image, and whether it was cut.

    A key that is too long for a file name is cut, and ends in `~` and a hash of the whole name.
    """
    key = to_key(name)
    parts = key.split("/")
    if len(key.encode()) <= _LONGEST_PATH and all(
        len(part.encode()) <= _LONGEST_PART for part in parts
    ):
        return key, False
    mark = f"~{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"
    start = key.encode()[: _LONGEST_PART - len(mark)].decode(errors="ignore")
    return f"{start}{mark}", True


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
