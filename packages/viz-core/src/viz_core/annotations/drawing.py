"""Drawing annotations on a canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.annotations.annotations import Annotations
from viz_core.annotations.components import find_runs, largest_components
from viz_core.annotations.crops import Crop
from viz_core.annotations.keypoints import Keypoints
from viz_core.annotations.labels import Labels, draw_labels, draw_placed_labels
from viz_core.annotations.maps import draw_panoptic, draw_semantic
from viz_core.annotations.mask_painting import draw_masks
from viz_core.annotations.masks import as_crops
from viz_core.annotations.names import Names, as_names, class_name, label_text
from viz_core.annotations.palette import Ink, class_colors, jitter_color, opacity, score_colors
from viz_core.annotations.sides import as_annotations
from viz_core.annotations.style import (
    AnnotationStyle,
    StyleLike,
    as_style,
    image_scale,
)
from viz_core.drawing.canvas import Canvas
from viz_core.errors import VizWarning
from viz_core.typing import ArrayLike, Palette

__all__ = ["box_line_widths", "draw_annotations", "draw_objects", "finite_objects", "object_texts"]

# Lines of the legible look: points on a usual image, the part of a box's shorter side that they may
# have, and the pixels of a point.
_POINTS, _OF_SIDE, _PIXELS = 2.0, 1 / 12, 100 / 72

# Of keypoints: the diameter in points, and the part of an object's longer side that it may have.
_POINT, _OF_BODY = 5.0, 1 / 16

# How far above keypoints without a box a label begins, in pixels of a usual image.
_HEAD = 26.0

#: The pairs of keypoints that are joined, counted from 0.
Skeleton: TypeAlias = "ArrayLike | Sequence[Sequence[int]]"


def draw_annotations(
    canvas: Canvas,
    annotations: object,
    *,
    style: StyleLike = "legible",
    classes: Names | None = None,
    skeleton: Skeleton | None = None,
) -> None:
    """Draw objects, then a semantic map, then a panoptic map.

    Args:
        canvas: Drawn on.
        annotations: What [`as_annotations`][viz_core.as_annotations] takes.
        style: How they look: `"legible"`, `"mmdet"`, an
            [`AnnotationStyle`][viz_core.AnnotationStyle], or some of its arguments in a dict.
        classes: Names of the classes: a list whose index is the label, or a dict by label. A class
            without one is called `class 7`.
        skeleton: The pairs of keypoints that are joined, counted from 0, as mmpose's
            `skeleton_links`.

    Raises:
        TypeError, ValueError: If `annotations` or `classes` are of another kind, or a mask or a map
            is of another size than the image.

    Warns:
        VizWarning: If some objects are not drawn because their boxes are not finite, or if boxes
            seem to be no corners in pixels.
    """
    if not hasattr(canvas, "draw_bboxes"):
        raise TypeError(
            f"canvas must be a Canvas or a Visualizer, got {type(canvas).__name__}; make one of an "
            "image: Canvas(image)"
        )
    found, names, style = as_annotations(annotations), as_names(classes), as_style(style)
    draw_objects(canvas, found, style, names, skeleton)
    if found.semantic is not None:
        draw_semantic(canvas, found.semantic, style, names)
    if found.panoptic is not None:
        draw_panoptic(canvas, found.panoptic, style, names)


def draw_objects(
    canvas: Canvas,
    objects: Annotations,
    style: AnnotationStyle,
    classes: Names | None,
    skeleton: Skeleton | None = None,
    *,
    before_labels: Callable[[], object] | None = None,
) -> None:
    """Draw masks, their contours, boxes, keypoints and labels, in this order.

    Args:
        canvas: Drawn on.
        objects: What is drawn, without its maps.
        style: How it looks.
        classes: Names of the classes.
        skeleton: The pairs of keypoints that are joined.
        before_labels: Draws what lies below the labels and above all else.
    """
    objects = finite_objects(objects)
    if not len(objects):
        return
    masks = None
    tints: Sequence[Ink] = _colors(objects, style, style.masks, style.mask_color)
    inks = tints
    if objects.masks is not None:
        masks = as_crops(objects.masks, canvas.height, canvas.width)
        draw_masks(canvas, masks, _jittered(tints, objects, style), style)
    if objects.extents is not None:
        inks = _colors(objects, style, style.boxes, style.bbox_color)
        if objects.ids is not None and style.bbox_color is None:
            inks = _jittered(inks, objects, style)
        _draw_boxes(canvas, objects, inks, style)
    if objects.keypoints is not None:
        _draw_keypoints(canvas, objects, objects.keypoints, inks, skeleton)
    if before_labels is not None:
        before_labels()
    if style.labels != "none":
        texts = object_texts(objects, style, classes)
        shown = [ink if opacity(ink) else tint for ink, tint in zip(inks, tints, strict=True)]
        _draw_labels(canvas, objects, masks, texts, shown, style)


def _colors(
    objects: Annotations, style: AnnotationStyle, palette: Palette | None, own: Palette | None
) -> list[Ink]:
    """Return the color of each object; of its class if it lacks what the style colors by."""
    by = style.color_by
    if by == "score" and objects.scores is not None:
        return score_colors(objects.scores)
    if by == "instance" or (by == "track" and objects.ids is not None):
        numbers = range(len(objects)) if objects.ids is None else objects.ids.tolist()
        return class_colors("distinct" if own is None else own, numbers)
    return class_colors(palette, objects.labels.tolist())


def _jittered(colors: Sequence[Ink], objects: Annotations, style: AnnotationStyle) -> Sequence[Ink]:
    """Return colors that tell objects of one class apart, the same for an id in every frame."""
    if not style.jitter or style.color_by != "class":
        return colors
    seeds = range(len(colors)) if objects.ids is None else objects.ids.tolist()
    return [jitter_color(color, seed) for color, seed in zip(colors, seeds, strict=True)]


def finite_objects(objects: Annotations) -> Annotations:
    """Return the objects without those whose box is not finite."""
    boxes = objects.rotated_bboxes if objects.bboxes is None else objects.bboxes
    if boxes is None:
        return objects
    finite: npt.NDArray[np.bool_] = np.isfinite(boxes).min(axis=1)
    if not finite.all():
        warn_user(
            f"{int((~finite).sum())} of {len(finite)} boxes are not finite and are not drawn",
            VizWarning,
        )
    return objects.select(finite)


def _tell_of_layout(boxes: npt.NDArray[np.float64], canvas: Canvas) -> None:
    """Tell of boxes that seem to be no corners in pixels."""
    turned = boxes[(boxes[:, :2] > boxes[:, 2:]).any(axis=1)]
    if len(turned):
        warn_user(
            f"{len(turned)} of {len(boxes)} bboxes are not x1, y1, x2, y2 with x1 <= x2 and y1 <= "
            f"y2, as {turned[0].tolist()}; sort the corners, and turn x, y, width, height into "
            "corners first",
            VizWarning,
        )
    elif 0 <= boxes.min() < boxes.max() <= 1 < min(canvas.width, canvas.height):
        warn_user(
            f"all bboxes lie within 0..1, as {boxes[0].tolist()}; if they are fractions of the "
            "image, multiply them by its width and height",
            VizWarning,
        )


def _draw_boxes(
    canvas: Canvas, objects: Annotations, inks: Sequence[Ink], style: AnnotationStyle
) -> None:
    """Draw boxes in the order of the style."""
    boxes, rotated = objects.extents, objects.rotated_bboxes
    if boxes is None or (rotated is None and objects.bboxes is None):
        return
    if objects.bboxes is not None:
        _tell_of_layout(objects.bboxes, canvas)
    order = np.arange(len(boxes))
    if style.order == "area":
        sizes = _areas(boxes) if rotated is None else rotated[:, 2] * rotated[:, 3]
        order = np.argsort(-sizes, kind="stable")
    elif style.order == "score" and objects.scores is not None:
        order = np.argsort(objects.scores, kind="stable")
    sides = boxes[:, 2:] - boxes[:, :2] if rotated is None else rotated[:, 2:4]
    how: dict[str, Any] = {
        "edge_colors": [inks[i] for i in order.tolist()],
        "line_widths": box_line_widths(canvas, sides[order].min(axis=1), style),
        "alpha": style.bbox_alpha,
    }
    if rotated is None:
        canvas.draw_bboxes(boxes[order], **how)
    else:
        canvas.draw_rotated_bboxes(rotated[order], **how)


def _draw_keypoints(
    canvas: Canvas,
    objects: Annotations,
    keypoints: Keypoints,
    inks: Sequence[Ink],
    skeleton: Skeleton | None,
) -> None:
    """Draw the keypoints of each object in its color, and the limbs between them."""
    points, visibility = keypoints
    extents = replace(objects, bboxes=None, rotated_bboxes=None, masks=None).extents
    if extents is None:
        return
    sides = np.nan_to_num((extents[:, 2:] - extents[:, :2]).max(axis=1))
    scale = image_scale(canvas.width, canvas.height)
    # Points on a small body are small, or they would hide it.
    diameters = np.clip(sides * _OF_BODY / _PIXELS, 2, _POINT * scale)
    for i, ink in enumerate(inks):
        if opacity(ink) and not np.isnan(points[i, :, :2]).all():
            canvas.draw_keypoints(
                points[i],
                skeleton,
                colors=ink,
                sizes=float(diameters[i] ** 2),
                visibility=None if visibility is None else visibility[i],
                line_widths=float(diameters[i] / 2),
            )


def box_line_widths(
    canvas: Canvas, sides: npt.NDArray[np.float64], style: AnnotationStyle
) -> list[float]:
    """Return the width of the line of each box, in points, of which these are the shorter sides."""
    if not isinstance(style.line_width, str):
        return [style.line_width] * len(sides)
    widest = _POINTS * _PIXELS * image_scale(canvas.width, canvas.height)
    thin = sides * _OF_SIDE
    # In halves of a pixel, since each width costs stencils of its own.
    widths: list[float] = (np.rint(2 * np.clip(thin, 1, widest)) / (2 * _PIXELS)).tolist()
    return widths


def _areas(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(over="ignore"):  # of coordinates that are as large as floats are
        areas: npt.NDArray[np.float64] = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return areas


def _draw_labels(
    canvas: Canvas,
    objects: Annotations,
    masks: Sequence[Crop] | None,
    texts: list[str],
    inks: Sequence[Ink],
    style: AnnotationStyle,
) -> None:
    """Draw the labels of boxes; those of masks without boxes on their largest components."""
    classes = objects.labels.tolist()
    boxes = objects.extents
    if boxes is not None:
        rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
        boxes, scores = boxes[rows], objects.scores
        labels = Labels(texts, classes, inks, np.zeros(len(texts))).take(rows.tolist())
        labels = labels._replace(areas=_areas(boxes))
        if objects.bboxes is None and objects.rotated_bboxes is None:
            boxes[:, 1] -= _HEAD * image_scale(canvas.width, canvas.height)  # or it hides the face
        if style.is_legible:
            scores = None if scores is None else scores[rows]
            draw_placed_labels(canvas, labels, boxes, style, scores)
        else:
            width = style.line_width if not isinstance(style.line_width, str) else _POINTS
            draw_labels(canvas, labels, boxes[:, :2] + width, style)
    elif masks is not None:
        filled = [i for i, crop in enumerate(masks) if crop.area]  # empty ones have no label
        found = [largest_components(find_runs(masks[i].paint())) for i in filled]
        corners = [masks[i][:2] for i in filled]
        centers = [part.centers[-1] + at for part, at in zip(found, corners, strict=True)]
        labels = Labels(texts, classes, inks, np.zeros(len(texts))).take(filled)
        draw_labels(
            canvas,
            labels._replace(areas=np.array([part.areas[-1] for part in found])),
            np.array(centers).reshape(-1, 2),
            style,
            horizontal="center",
            are_tops=np.array([part.are_inside[-1] for part in found], np.bool_),
        )


def object_texts(objects: Annotations, style: AnnotationStyle, classes: Names | None) -> list[str]:
    """Return the texts of the labels of objects."""
    labels = objects.labels.tolist()
    names = objects.names
    if names is None:
        names = [class_name(label, classes) for label in labels]
    nothing = [None] * len(labels)
    scores = nothing if objects.scores is None else objects.scores.tolist()
    ids: list[int | None] = [None] * len(labels)
    if objects.ids is not None:
        ids = [None if number < 0 else number for number in objects.ids.tolist()]  # not tracked
    return [
        label_text(style.labels, str(name), *others, look=style.look)
        for name, *others in zip(names, scores, ids, labels, strict=True)
    ]
