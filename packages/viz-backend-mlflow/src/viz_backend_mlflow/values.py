"""Values of parameters and tags, as MLflow takes them."""

from __future__ import annotations

from collections.abc import Mapping

from viz_backend_mlflow.names import to_key

__all__ = ["as_param", "as_tags"]

_PARAM_LENGTH = 6000
_TAG_LENGTH = 5000


def as_param(value: str) -> str:
    """Return the value of a parameter; at most 6000 characters."""
    return _clean(value)[:_PARAM_LENGTH]


def as_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags by their keys, their values cut to 5000 characters."""
    return {to_key(name): _clean(value)[:_TAG_LENGTH] for name, value in tags.items()}


def _clean(value: str) -> str:
    return value.replace("\0", "\\x00")  # a PostgreSQL server cannot store it
