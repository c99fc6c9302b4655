"""Configs and scalars as W&B's JSON can hold them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Set
from typing import Any

from viz_backend_wandb.keys import from_key, to_key

__all__ = ["as_json_config", "as_json_scalar", "config_name", "masked"]

#: Readers of JSON round integers beyond this.
_LARGEST_INTEGER = 2**63


#: The name and password in a URL: all with a colon, and in HTTP's a token alone too.
_PASSWORD = re.compile(r"(\w://)(?:[^\s/'\"@:]*:[^\s/'\"]*|(?<=http://|ttps://)[^\s/'\"]+)@")


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
