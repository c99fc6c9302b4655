"""Configs as MLflow's parameters, which are text and not nested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from viz_backend_mlflow.names import masked
from viz_core import RunConfig

__all__ = ["flatten", "select"]


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
