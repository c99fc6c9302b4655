"""DetLocalVisualizer for MMDetection samples, on viz-core.

The classes for MMEngine's Runner are in `viz_mmdet_adapter.mmengine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz_mmdet_adapter.palette import get_palette, jitter_color, palette_val
    from viz_mmdet_adapter.visualizer import DetLocalVisualizer

__version__ = "0.2.0.dev0"

__all__ = ["DetLocalVisualizer", "get_palette", "jitter_color", "palette_val"]


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import what is asked for: viz-core looks at this package for any name it does not know."""
        if name in __all__:
            from viz_mmdet_adapter import palette, visualizer

            return getattr(visualizer if name == "DetLocalVisualizer" else palette, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
