"""DetLocalVisualizer for MMDetection samples, on viz-core.

The classes for MMEngine's Runner are in ``viz_mmdet_adapter.mmengine``.
"""

from viz_mmdet_adapter.palette import get_palette, jitter_color, palette_val
from viz_mmdet_adapter.visualizer import DetLocalVisualizer

__version__ = "0.1.0"

__all__ = ["DetLocalVisualizer", "get_palette", "jitter_color", "palette_val"]
