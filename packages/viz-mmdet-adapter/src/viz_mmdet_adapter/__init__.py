"""DetLocalVisualizer for MMDetection samples, on viz-core.

The classes for MMEngine's Runner are in `viz_mmdet_adapter.mmengine`. Where MMEngine's Runner is
imported, `viz_mmdet_adapter.DetLocalVisualizer` is the one there, which inherits the other.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz_mmdet_adapter.palette import get_palette, jitter_color, palette_val
    from viz_mmdet_adapter.visualizer import DetLocalVisualizer

__version__ = "0.2.0"

__all__ = ["DetLocalVisualizer", "get_palette", "jitter_color", "palette_val"]


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import what is asked for: viz-core looks at this package for any name it does not know."""
        if name in __all__:
            from viz_mmdet_adapter import palette, visualizer

            if name != "DetLocalVisualizer":
                return getattr(palette, name)
            if "mmengine.runner" not in sys.modules:
                return visualizer.DetLocalVisualizer
            # A config for the Runner names this package first; its hooks look for MMEngine's class.
            from viz_mmdet_adapter import mmengine

            return mmengine.DetLocalVisualizer
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
