"""Feature maps as pictures: reduced where they live, resampled, coloured, laid out."""

from viz_core.featmap.draw import draw_featmap

__all__ = ["draw_featmap"]
