"""The settings of a run: quiet and durable, unless the user sets them otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

__all__ = ["explicit_settings", "find_mode", "quiet_settings"]

_QUIET: dict[str, Any] = {
    "silent": True,
    "x_disable_meta": True,
    "disable_git": True,
    "disable_code": True,
    "label_disable": True,
    "x_save_requirements": False,
}


def quiet_settings(
    given: Any,
    *,
    flush_interval: float,
    finish_timeout: float,
    capture_console: bool,
    system_metrics: bool,
) -> dict[str, Any]:
    """Return the settings of a run; arguments as `WandbVisBackend`'s.

    The user's own, `given` as a dict or `wandb.Settings` and in `WANDB_*` variables, win.
    """
    defaults = {
        **_QUIET,
        "x_transaction_log_flush_interval": flush_interval,
        "finish_timeout": finish_timeout,
        "x_disable_stats": not system_metrics,
    }
    if not capture_console:
        defaults["console"] = "off"
    settings = {name: value for name, value in defaults.items() if not _is_in_environment(name)}
    return {**settings, **explicit_settings(given)}


def find_mode(arguments: Mapping[str, Any]) -> str:
    """Return the mode that the user asks for, or `""`: then W&B's own settings have it.

    `WANDB_MODE` is read here, as W&B itself reads it only once in a program.
    """
    explicit = explicit_settings(arguments.get("settings"))
    mode = arguments.get("mode") or explicit.get("mode") or os.environ.get("WANDB_MODE") or ""
    return {"run": "online", "dryrun": "offline"}.get(mode, mode)


def explicit_settings(given: Any) -> dict[str, Any]:
    """Return the settings that were set, without the defaults of `wandb.Settings`."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    return {name: getattr(given, name) for name in given.model_fields_set}


def _is_in_environment(name: str) -> bool:
    variables = {f"WANDB_{name.upper()}"}
    if name.startswith("x_"):
        variables.add(f"WANDB__{name[2:].upper()}")
    return any(variable in os.environ for variable in variables)
