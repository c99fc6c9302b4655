"""viz-core's Visualizer as a logger of Lightning, and a callback that records samples."""

from viz_lightning_adapter.logger import VizLogger
from viz_lightning_adapter.samples import SamplesCallback

__version__ = "0.2.0"

__all__ = ["SamplesCallback", "VizLogger"]
