"""What ``define_metric_cfg`` may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["as_definitions"]


def as_definitions(config: Any) -> list[dict[str, Any]]:
    """Return the arguments of each call of ``define_metric``.

    Args:
        config: Summaries by name, as ``{"acc": "max"}``; a list of arguments, each with a
            ``name``; or None.

    Raises:
        TypeError: If it is something else.
    """
    if config is None:
        return []
    if isinstance(config, Mapping) and all(
        isinstance(name, str) and isinstance(summary, str) for name, summary in config.items()
    ):
        return [{"name": name, "summary": summary} for name, summary in config.items()]
    if isinstance(config, (list, tuple)) and all(
        isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in config
    ):
        return [dict(item) for item in config]
    raise TypeError(
        "define_metric_cfg must be a dict of summaries, as {'acc': 'max'}, or a list of dicts, as "
        f"[{{'name': 'loss', 'summary': 'min'}}], got {type(config).__name__}: {config!r}"
    )
