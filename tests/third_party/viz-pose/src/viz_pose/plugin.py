"""What viz-core asks this package."""

from viz_core import hookimpl


@hookimpl
def viz_visualizers():
    return {"PoseVisualizer": "viz_pose.visualizer:PoseVisualizer"}
