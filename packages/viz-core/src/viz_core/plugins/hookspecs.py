"""The two questions that viz-core asks every installed plugin.

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

from collections.abc import Mapping
from typing import TypeAlias

import pluggy

__all__ = ["Target", "hookimpl", "viz_backends", "viz_visualizers"]

#: A class, or `"package.module:Class"`, which is imported when its name is first used.
Target: TypeAlias = "str | type"

_hookspec = pluggy.HookspecMarker("viz")

#: Marks a function of a plugin as the answer to one of the questions in this module.
hookimpl = pluggy.HookimplMarker("viz")


@_hookspec
def viz_backends() -> Mapping[str, Target]:  # type: ignore[empty-body]  # a question, not code
    """Return the backends this plugin provides, by the names that configs use."""


@_hookspec
def viz_visualizers() -> Mapping[str, Target]:  # type: ignore[empty-body]  # a question, not code
    """Return the visualizers this plugin provides, by the names that configs use."""
