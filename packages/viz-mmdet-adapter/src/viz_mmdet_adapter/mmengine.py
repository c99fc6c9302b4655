"""Visualizers that MMEngine's Runner and hooks take.

A config names the path, and nothing has to be imported:

    visualizer = dict(type="viz_mmdet_adapter.mmengine.DetLocalVisualizer", vis_backends=[...])

Without `mmengine` in the path it is the same class where the Runner is imported, as in a config.

Each is a visualizer of ours that also inherits MMEngine's, so that the Runner takes an instance and
hooks find it with `mmengine.visualization.Visualizer.get_current_instance()`. No method of MMEngine's
class is called: ours come first in the order of inheritance, and our constructor calls no other.
"""

from __future__ import annotations

from typing import Any

from mmengine.visualization import Visualizer as _MMEngineVisualizer

import viz_core
from viz_mmdet_adapter import visualizer

__all__ = ["DetLocalVisualizer", "Visualizer"]


class _Manager(type(_MMEngineVisualizer)):  # type: ignore[misc]  # untyped base
    """MMEngine's metaclass, without its rule that a constructor must name `name`."""

    def __init__(cls, *args: Any) -> None:
        type.__init__(cls, *args)  # the table of instances, which it makes, is there already


class Visualizer(viz_core.Visualizer, _MMEngineVisualizer, metaclass=_Manager):  # type: ignore[misc]  # untyped base
    """`viz_core.Visualizer` for MMEngine's Runner."""


class DetLocalVisualizer(visualizer.DetLocalVisualizer, Visualizer):
    """`viz_mmdet_adapter.DetLocalVisualizer` for MMEngine's Runner."""
