"""The three questions that viz-core asks every installed plugin.

A plugin answers with data: names and where their classes are. Installing one changes
nothing by itself; a backend is used only when a config names it. The smallest plugin is a
module with one hook and one entry point:

    # viz_backend_csv.py
    @viz_core.hookimpl
    def viz_backends():
        return {"CsvVisBackend": "viz_backend_csv:CsvVisBackend"}

    # pyproject.toml
    [project.entry-points."viz.plugins.v1"]
    csv = "viz_backend_csv"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pluggy

__all__ = ["Command", "Target", "hookimpl", "viz_backends", "viz_commands", "viz_visualizers"]

#: A class, or `"package.module:Class"`, which is imported when its name is first used.
Target: TypeAlias = "str | type"

_DOTTED = re.compile(r"[\w.]+:[\w.]+")


@dataclass(frozen=True)
class Command:
    """A command of `viz`, as a plugin offers it.

    Args:
        target: `"package.module:function"`, which is imported when the command is run. The function
            is called with the arguments that stand after the command, as a list of strings, and
            returns the exit status.
        help: What it does, in one line of `viz --help`.

    Raises:
        TypeError: If `target` is no such text, or `help` none.
    """

    target: str
    help: str

    def __post_init__(self) -> None:
        if not _DOTTED.fullmatch(str(self.target)):
            raise TypeError(
                f"target={self.target!r} of a command is not 'package.module:function'; it is "
                "imported when the command is run"
            )
        if not isinstance(self.help, str):
            raise TypeError(f"help={self.help!r} of a command is no text; say what it does")


_hookspec = pluggy.HookspecMarker("viz")

#: Marks a function of a plugin as the answer to one of the questions in this module.
hookimpl = pluggy.HookimplMarker("viz")


@_hookspec
def viz_backends() -> Mapping[str, Target]:  # type: ignore[empty-body]  # a question, not code
    """Return the backends this plugin provides, by the names that configs use."""


@_hookspec
def viz_visualizers() -> Mapping[str, Target]:  # type: ignore[empty-body]  # a question, not code
    """Return the visualizers this plugin provides, by the names that configs use."""


@_hookspec
def viz_commands() -> Mapping[str, Command]:  # type: ignore[empty-body]  # a question, not code
    """Return the commands that this plugin adds to `viz`, by what is typed: `viz report`."""
