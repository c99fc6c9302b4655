"""`viz_core` as a scope of MMEngine's registry: `viz_core.Visualizer` in a config of a Runner."""

from __future__ import annotations

from mmengine.registry import VISUALIZERS, Registry

from viz_mmdet_adapter.mmengine.detection import DetLocalVisualizer
from viz_mmdet_adapter.mmengine.visualizer import Visualizer

__all__ = ["VIZ_CORE"]

#: Not for `viz_mmdet_adapter` too: what follows the name of a scope is looked up there, and
#: `mmengine.Visualizer` of `viz_mmdet_adapter.mmengine.Visualizer` would be MMEngine's own.
VIZ_CORE = Registry("visualizer", parent=VISUALIZERS, scope="viz_core")

for _cls in (DetLocalVisualizer, Visualizer):
    VIZ_CORE.register_module(module=_cls)
