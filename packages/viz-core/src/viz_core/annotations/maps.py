"""Drawing semantic and panoptic maps on a canvas."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from viz_core.annotations.components import find_runs, largest_components
from viz_core.annotations.contours import map_contours
from viz_core.annotations.labels import Labels, draw_labels
from viz_core.annotations.names import Names, class_name, label_text
from viz_core.annotations.overlays import lay_line, lay_over
from viz_core.annotations.palette import Ink, class_colors, opacity
from viz_core.annotations.segments import OTHER_ARRAYS, Segment, SegmentMap
from viz_core.annotations.style import AnnotationStyle, contour_growth
from viz_core.drawing.canvas import Canvas

__all__ = ["draw_panoptic", "draw_semantic"]

_WHITE = (255, 255, 255)


def draw_semantic(
    canvas: Canvas, semantic: SegmentMap, style: AnnotationStyle, classes: Names | None
) -> None:
    """Draw each class in its color, with its name on its largest component."""
    _draw_map(canvas, semantic, style, classes)


def draw_panoptic(
    canvas: Canvas, panoptic: SegmentMap, style: AnnotationStyle, classes: Names | None
) -> None:
    """Draw segments in the colors of their classes, with white borders and names.

    Ids that were colors, of which no class is known, have that color.
    """
    _draw_map(canvas, panoptic, style, classes, is_panoptic=True)


def _draw_map(
    canvas: Canvas,
    segments: SegmentMap,
    style: AnnotationStyle,
    classes: Names | None,
    *,
    is_panoptic: bool = False,
) -> None:
    """Draw segments in the colors of their classes, with names on their largest components."""
    if segments.ids.shape != (canvas.height, canvas.width):
        raise ValueError(
            f"sem_seg must have the image's size, ({canvas.height}, {canvas.width}), got "
            f"{segments.ids.shape}; resize the map or the image; {OTHER_ARRAYS}"
        )
    runs = find_runs(segments.ids)
    keys = runs.keys.astype(np.int64)
    drawn = segments.drawn(keys.tolist(), classes, is_panoptic=is_panoptic)
    shown = np.isin(keys, [*drawn])
    texts, inks, found = _describe(segments, drawn, style, classes)
    each = iter(inks)
    colors = [next(each) if is_shown else None for is_shown in shown]
    index = np.repeat(runs.which, runs.lengths).reshape(runs.shape)
    image = lay_over(canvas.get_image(), index, colors, style.mask_alpha)
    if is_panoptic:
        seen = np.array([color is not None and opacity(color) > 0 for color in colors])
        outlined = np.where(seen, np.arange(len(seen)), -1)
        growth = contour_growth(style, canvas.width, canvas.height)
        lay_line(image, map_contours(outlined[index], -1, growth), _WHITE, style.mask_alpha)
    canvas.set_image(image)
    if style.labels == "none":
        return
    components = largest_components(runs)
    labels = Labels(texts, [label for label, _ in found], inks, components.areas[shown])
    draw_labels(
        canvas,
        labels,
        components.centers[shown],
        style,
        # MMDetection's names of a semantic map are white.
        letters=None if is_panoptic or style.is_legible else _white(labels, style),
        horizontal="center",
        are_tops=components.are_inside[shown],
    )


def _describe(
    segments: SegmentMap,
    drawn: Mapping[int, Segment | None],
    style: AnnotationStyle,
    classes: Names | None,
) -> tuple[list[str], list[Ink], list[Segment]]:
    """Return the labels of segments, their colors, and their classes."""
    if segments.segments is None and segments.is_coded:
        coded: list[Ink] = [(i & 255, i >> 8 & 255, i >> 16) for i in drawn]
        return [f"segment {i}" for i in drawn], coded, [Segment(i) for i in range(len(drawn))]
    ids, found = [*drawn], [segment for segment in drawn.values() if segment is not None]
    classes = classes if segments.names is None else segments.names
    numbers = ids if "{" in style.labels else [None] * len(ids)  # of segments, not of tracks
    texts = [
        label_text(style.labels, class_name(label, classes), score, shown, label, look=style.look)
        for shown, (label, score) in zip(numbers, found, strict=True)
    ]
    return texts, class_colors(style.masks, [label for label, _ in found]), found


def _white(labels: Labels, style: AnnotationStyle) -> list[Ink]:
    inks = class_colors(style.texts, labels.classes)
    return [_WHITE if opacity(ink) else ink for ink in inks]
