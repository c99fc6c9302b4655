"""Reading back a config that was kept as Python source."""

from __future__ import annotations

from typing import Any

__all__ = ["evaluate_config"]


def evaluate_config(source: str) -> dict[str, Any]:
    """Return the variables of a config's Python source, as `config.py` holds it.

    It is executed: pass only what a test wrote.
    """
    values: dict[str, Any] = {}
    exec(compile(source, "config.py", "exec"), values)
    del values["__builtins__"]
    return values
