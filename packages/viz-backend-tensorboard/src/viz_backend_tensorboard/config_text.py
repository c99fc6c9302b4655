"""A config as Markdown: a table to look at, and its source to copy."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from viz_core import RunConfig

__all__ = ["config_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]|])")


def config_markdown(config: RunConfig) -> str:
    """Return a table with a row for each value, and below it the config's own source.

    Nested values are named by their path: `outer.inner`, `items.0`.
    """
    text = config.pretty_text
    rows = [f"| {_cell(key)} | {_cell(_source(value))} |" for key, value in _flatten(config)]
    # A longer fence than any in the text, so that the text cannot end it.
    longest = max((len(run) for run in re.findall("~+", text)), default=0)
    fence = "~" * max(3, longest + 1)
    return "\n".join(["| key | value |", "|---|---|", *rows, "", fence, text.rstrip("\n"), fence])


def _flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that is nested in `value`, after its path."""
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, (list, tuple)) and any(isinstance(v, Mapping) for v in value):
        items = enumerate(value)
    if not items:
        yield prefix, value
    for key, inner in items:
        yield from _flatten(inner, f"{prefix}.{key}" if prefix else str(key))


def _source(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # Python writes no integer of thousands of digits
        return RunConfig({"it": value}).pretty_text.removeprefix("it = ").strip()


def _cell(text: str) -> str:
    """Return `text` escaped, so that Markdown shows every character of it, on one line."""
    return _SPECIAL.sub(r"\\\1", html.escape(text, quote=False)).replace("\n", " ")
