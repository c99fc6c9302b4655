"""What the methods of a canvas call to draw: all of it brings matplotlib in."""

from viz_core.drawing import outlines
from viz_core.drawing.faces import find_face
from viz_core.drawing.fonts import as_font_properties
from viz_core.drawing.frames import draw_boxes
from viz_core.drawing.outlines import Style, draw_outlines
from viz_core.drawing.points import as_marker, draw_points
from viz_core.drawing.text_boxes import as_box
from viz_core.drawing.texts import as_horizontal, as_vertical, draw_texts, measure

__all__ = [
    "Style",
    "as_box",
    "as_font_properties",
    "as_horizontal",
    "as_marker",
    "as_vertical",
    "draw_boxes",
    "draw_outlines",
    "draw_points",
    "draw_texts",
    "find_face",
    "measure",
    "outlines",
]
