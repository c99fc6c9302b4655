"""Visualizers that MMEngine's Runner and hooks take, and that libraries of its family inherit.

A config names the path, and nothing has to be imported:

    visualizer = dict(type="viz_mmdet_adapter.mmengine.DetLocalVisualizer", vis_backends=[...])

Without `mmengine` in the path it is the same class where the Runner is imported, as in a config.

`Visualizer` is what a task library inherits in the place of MMEngine's. `rebase()` has libraries do
so that inherit MMEngine's, whether they are imported already or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viz_mmdet_adapter.mmengine.rebasing import rebase, rebased
from viz_mmdet_adapter.mmengine.samples_hook import SamplesHook
from viz_mmdet_adapter.mmengine.visualizer import Visualizer

if TYPE_CHECKING:
    from viz_mmdet_adapter.mmengine.detection import DetLocalVisualizer

__all__ = ["DetLocalVisualizer", "SamplesHook", "Visualizer", "rebase", "rebased"]


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import detection when it is asked for: libraries that inherit `Visualizer` have theirs."""
        if name == "DetLocalVisualizer":
            from viz_mmdet_adapter.mmengine.detection import DetLocalVisualizer

            return DetLocalVisualizer
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
