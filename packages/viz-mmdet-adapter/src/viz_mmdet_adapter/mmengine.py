"""The visualizers, as MMEngine's Runner and hooks take them.

In a config nothing is imported; the path is enough::

    visualizer = dict(type="viz_mmdet_adapter.mmengine.DetLocalVisualizer", vis_backends=[...])

Each is a visualizer of ours that is one of MMEngine's too, so that the Runner takes an instance and
hooks find it with ``mmengine.visualization.Visualizer.get_current_instance()``. What MMEngine's
class does is never called: ours comes first in the order of methods, and its constructor ends there.
"""

from __future__ import annotations

from mmengine.visualization import Visualizer as _MMEngineVisualizer

import viz_core
from viz_mmdet_adapter import visualizer

__all__ = ["DetLocalVisualizer", "Visualizer"]


class Visualizer(viz_core.Visualizer, _MMEngineVisualizer):  # type: ignore[misc]  # untyped base
    """`viz_core.Visualizer` for MMEngine's Runner."""


class DetLocalVisualizer(visualizer.DetLocalVisualizer, Visualizer):
    """`viz_mmdet_adapter.DetLocalVisualizer` for MMEngine's Runner."""
