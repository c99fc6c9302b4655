"""The functions of `mmdet.visualization.palette`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from viz_core import get_palette, jitter_color

__all__ = ["get_palette", "jitter_color", "palette_val"]


def palette_val(palette: Iterable[Sequence[float]]) -> list[tuple[float, ...]]:
    """Return the colors of `palette`, in 0..255, as matplotlib takes them, in 0..1."""
    return [tuple(channel / 255 for channel in color) for color in palette]
