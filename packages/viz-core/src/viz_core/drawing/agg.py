"""The door to Agg, matplotlib's rasteriser, which has no types of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg

from viz_core.drawing.blending import Octets
from viz_core.drawing.surface import DPI

__all__ = ["make_renderer"]


def make_renderer(width: int, height: int) -> tuple[Any, Octets]:
    """Return a `RendererAgg` and its pixels: RGBA, shape (H, W, 4), transparent, writable."""
    renderer = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]  # matplotlib's
    pixels = np.asarray(renderer.buffer_rgba())  # type: ignore[no-untyped-call]  # likewise
    return renderer, pixels
