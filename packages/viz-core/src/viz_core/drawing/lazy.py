"""Importing what draws when something is first drawn: matplotlib takes a while."""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["drawers"]


@cache
def drawers() -> Any:
    """Return the module `viz_core.drawing.drawers`.

    An import statement in each method would do the same, and takes as long as drawing a box.
    """
    from viz_core.drawing import drawers

    return drawers
