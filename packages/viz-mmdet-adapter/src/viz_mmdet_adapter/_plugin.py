"""What viz-core asks this package."""

from viz_core import hookimpl


@hookimpl
def viz_visualizers() -> dict[str, str]:
    """Return the visualizer, imported when a config first names it."""
    return {"DetLocalVisualizer": "viz_mmdet_adapter:DetLocalVisualizer"}
