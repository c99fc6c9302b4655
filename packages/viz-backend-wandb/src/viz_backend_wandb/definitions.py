"""What ``define_metric_cfg`` may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz_backend_wandb.names import STEP_KEY, to_key

__all__ = ["as_definitions"]


def as_definitions(config: Any) -> list[dict[str, Any]]:
    """Return the arguments of each call of ``define_metric``, that of all numbers first.

    Numbers lie over ``global_step`` where nothing else is said.

    Args:
        config: Summaries by name, as ``{"acc": "max"}``; a list of arguments, each with a
            ``name``; or None.

    Raises:
        TypeError: If it is something else.
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
