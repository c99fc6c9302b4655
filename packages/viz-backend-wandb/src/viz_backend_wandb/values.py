"""Configs and numbers as W&B's JSON keeps them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from typing import Any

from viz_backend_wandb.keys import from_key, to_key

__all__ = ["as_json_config", "as_json_scalar", "config_name"]

#: Integers beyond are not kept whole by readers of JSON.
_LARGEST_INTEGER = 2**63


def as_json_scalar(value: float) -> float:
    """Return a number that W&B keeps: an integer that is too large becomes a float, or infinite."""
    if isinstance(value, float) or -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def as_json_config(config: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a config of plain values as one that JSON has.

    Tuples become lists, sets sorted lists, bytes and complex numbers their text, keys that are
    no strings theirs, and what is not finite ``"NaN"``, ``"Infinity"`` or ``"-Infinity"``. W&B
    strips ``-`` from the ends of the outermost keys and keeps those that begin with ``_`` for
    itself: such keys are escaped as names are, see :func:`to_key`.
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
    """Return the name that an outermost key of a config was made of."""
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
    if isinstance(value, (bool, str, float)) or value is None:
        return value
    if isinstance(value, int):
        return as_json_scalar(value)
    return str(value)
