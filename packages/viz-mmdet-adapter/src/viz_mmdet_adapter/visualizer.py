"""The name is taken, and the visualizer is not written yet."""

from typing import Any

from viz_core import Visualizer, VizError

__all__ = ["DetLocalVisualizer"]


class DetLocalVisualizer(Visualizer):
    """Not available yet: making one says so."""

    def __init__(self, name: str = "visualizer", *_: Any, **__: Any) -> None:
        raise VizError(
            f"DetLocalVisualizer {name!r} is not available yet: viz-mmdet-adapter holds its name "
            "only; subclass viz_core.Visualizer until it is"
        )
