"""Feature maps as images: reduced where they live, resampled, colored, laid out."""

from viz_core.featmap.draw import draw_featmap

__all__ = ["draw_featmap"]
