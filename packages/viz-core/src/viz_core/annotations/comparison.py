"""Which objects of the truth were found, and which of the prediction are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_fraction
from viz_core.annotations.annotations import Annotations
from viz_core.annotations.contours import Contours
from viz_core.annotations.drawing import (
    box_line_widths,
    draw_objects,
    finite_objects,
    object_texts,
)
from viz_core.annotations.masks import as_crops
from viz_core.annotations.names import Names, as_names
from viz_core.annotations.overlaps import box_overlaps, mask_overlaps, rotated_overlaps
from viz_core.annotations.overlays import lay_line
from viz_core.annotations.palette import RGB, Ink, class_colors, opacity
from viz_core.annotations.sides import as_annotations
from viz_core.annotations.style import AnnotationStyle, StyleLike, as_style, contour_growth
from viz_core.drawing.canvas import Canvas
from viz_core.typing import Color, Palette

__all__ = ["Comparison", "compare_annotations", "draw_comparison", "draw_dashed"]

#: Of true positives, false positives and false negatives: green, vermilion and blue that people
#: who see no red or green tell apart (Okabe and Ito, 2008).
_COLORS: list[Color] = [(0, 158, 115), (213, 94, 0), (0, 114, 178)]

_FOUND, _WRONG, _MISSED = range(3)

# On a smaller image, in pixels, a legend would hide what it explains.
_LEAST_FOR_LEGEND = 128

# How far the color of true outlines is from that of the found ones, on the way to white.
_PALE = 0.65


@dataclass(frozen=True)
class Comparison:
    """Which of N predicted objects are which of M true ones.

    Attributes:
        matches: The index of the true object of each prediction, -1 of a false one, shape (N,).
        overlaps: Intersection over union of each prediction with its true object, 0 of a false
            one, shape (N,).
        missed: Indices of the true objects that no prediction found, ascending.
    """

    matches: npt.NDArray[np.int64]
    overlaps: npt.NDArray[np.float64]
    missed: npt.NDArray[np.int64]


def compare_annotations(
    truth: object,
    prediction: object,
    *,
    iou_thr: float = 0.5,
    image_size: tuple[int, int] | None = None,
) -> Comparison:
    """Return which predicted objects are true ones, as COCO decides it.

    Predictions choose one after the other, the highest score first: each takes the true object of
    its class, not yet taken, that it overlaps most. Where both sides name their objects, the names
    are the classes. Masks are compared where both sides have them, else turned boxes, else boxes;
    of a side that has masks alone, the boxes around them.

    Args:
        truth: What [`as_annotations`][viz_core.as_annotations] takes.
        prediction: Of the same image; drop low scores first, with `as_annotations(x).above(0.3)`.
        iou_thr: The least intersection over union of a match, in 0..1.
        image_size: Width and height in pixels, which masks need.

    Raises:
        TypeError, ValueError: If one is of another kind, or the sides have no kind of boxes or
            masks in common.
    """
    sides = as_annotations(truth), as_annotations(prediction)
    true, predicted = _made_alike(*sides, image_size)
    least = as_fraction(iou_thr, "iou_thr")
    if predicted.names is not None and true.names is not None:
        # Labels that each side gave to its own names mean nothing to the other.
        are_alike = np.array(predicted.names, str)[:, None] == np.array(true.names, str)
    else:
        are_alike = predicted.labels[:, None] == true.labels
    overlaps = _overlaps(predicted, true, image_size, are_alike, least)
    overlaps[~are_alike] = 0
    matches, found = np.full(len(predicted), -1, np.int64), np.zeros(len(predicted))
    free = np.ones(len(true), np.bool_)
    rows, columns = _pairs(overlaps, least, predicted.scores)
    matches[rows], found[rows], free[columns] = columns, overlaps[rows, columns], False
    return Comparison(matches, found, np.flatnonzero(free))


def _pairs(
    overlaps: npt.NDArray[np.float64], least: float, scores: npt.NDArray[np.float64] | None
) -> npt.NDArray[np.int64]:
    """Return which row takes which column: the highest score first, each its largest overlap.

    Returns:
        Rows and columns, shape (2, K).
    """
    rows, columns = np.nonzero((overlaps >= least) & (overlaps > 0))
    turns = rows
    if scores is not None:
        turns = np.empty_like(rows, shape=len(scores))
        turns[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
        turns = turns[rows]
    order = np.lexsort((-overlaps[rows, columns], turns))
    taken: dict[int, int] = {}
    matched = set()
    for i, j in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if i not in matched and j not in taken:
            matched.add(i)
            taken[j] = i
    return np.array([[*taken.values()], [*taken]], np.int64)


def _made_alike(
    one: Annotations, other: Annotations, image_size: tuple[int, int] | None
) -> tuple[Annotations, Annotations]:
    """Return two sides, both with boxes if one has them, both with turned ones if one has these."""
    if image_size is not None and (one.extents is None) != (other.extents is None):
        one, other = _boxed(one, *image_size), _boxed(other, *image_size)
    if one.rotated_bboxes is None and other.rotated_bboxes is None:
        return one, other
    return _turned(one), _turned(other)


def _boxed(side: Annotations, width: int, height: int) -> Annotations:
    """Return a side with the boxes around its masks, if it has no others."""
    if side.extents is not None or side.masks is None:
        return side
    boxes = np.empty((len(side), 4))
    for row, crop in zip(boxes, as_crops(side.masks, height, width), strict=True):
        rows, columns = crop.paint().shape
        row[:] = crop.x, crop.y, crop.x + columns, crop.y + rows
    return replace(side, bboxes=boxes)


def _turned(side: Annotations) -> Annotations:
    boxes = side.extents
    if side.bboxes is None or boxes is None:
        return side
    low, high = boxes[:, :2], boxes[:, 2:]
    rows = np.hstack([(low + high) / 2, high - low, np.zeros((len(boxes), 1))])
    return replace(side, bboxes=None, rotated_bboxes=rows)


def _overlaps(
    one: Annotations,
    other: Annotations,
    image_size: tuple[int, int] | None,
    wanted: npt.NDArray[np.bool_],
    least: float,
) -> npt.NDArray[np.float64]:
    """Return the overlap of each object with each of the others, shape (N, M).

    Turned boxes that are not wanted, or overlap by less than the least, may have 0.
    """
    if not len(one) or not len(other):
        return np.zeros((len(one), len(other)))
    if one.masks is not None and other.masks is not None and image_size is not None:
        width, height = image_size
        return mask_overlaps(*(as_crops(side.masks or (), height, width) for side in (one, other)))
    if one.rotated_bboxes is not None and other.rotated_bboxes is not None:
        return rotated_overlaps(one.rotated_bboxes, other.rotated_bboxes, wanted, least)
    boxes, others = one.extents, other.extents
    if boxes is None or others is None:
        raise ValueError(
            "truth and prediction must both have boxes, or both masks with image_size=(width, "
            "height), to be compared"
        )
    return box_overlaps(boxes, others)


def draw_comparison(
    canvas: Canvas,
    truth: object,
    prediction: object,
    *,
    style: StyleLike = "legible",
    classes: Names | None = None,
    iou_thr: float = 0.5,
    colors: Palette | None = None,
) -> Comparison:
    """Draw which objects were found, which are wrong, and which were missed, in three colors.

    True positives are green, with their intersection over union and the true outline dashed;
    false positives vermilion; false negatives blue. A legend counts them, on images of at least
    128 pixels.

    Known as `ComparisonAnnotator` in supervision.

    Args:
        canvas: Drawn on.
        truth: What [`as_annotations`][viz_core.as_annotations] takes.
        prediction: Of the same image; drop low scores first, with `as_annotations(x).above(0.3)`.
        style: How objects look, as `draw_annotations` takes it; its palettes are not used.
        classes: Names of the classes: a list whose index is the label, or a dict by label.
        iou_thr: The least intersection over union of a match, in 0..1.
        colors: Of true positives, false positives and false negatives; None is green, vermilion
            and blue.

    Returns:
        What was found. Its indices are of the objects without those whose box is not finite.
    """
    size = (canvas.width, canvas.height)
    sides = finite_objects(as_annotations(truth)), finite_objects(as_annotations(prediction))
    true, predicted = _made_alike(*sides, size)
    found = compare_annotations(true, predicted, iou_thr=iou_thr, image_size=size)
    inks = class_colors(_COLORS if colors is None else colors, range(3))
    red, green, blue = (round(channel + _PALE * (255 - channel)) for channel in inks[_FOUND][:3])
    pale: RGB = (red, green, blue)
    look, names = as_style(style), as_names(classes)
    texts = object_texts(predicted, look, names)
    hits = np.flatnonzero(found.matches >= 0)
    for i in hits.tolist():
        texts[i] += f" IoU {found.overlaps[i]:.2f}"
    missed = _take(true, found.missed)
    texts += object_texts(replace(missed, scores=None), look, names)
    objects = _joined(predicted, missed)
    states = np.full(len(objects), _MISSED)
    states[: len(predicted)] = np.where(found.matches >= 0, _FOUND, _WRONG)
    plain = replace(
        look,
        labels="none" if look.labels == "none" else "name",
        color_by="class",
        palette=inks,
        bbox_color=None,
        mask_color=None,
        jitter=False,
    )
    draw_objects(
        canvas,
        replace(objects, labels=states, names=texts),
        plain,
        None,
        before_labels=lambda: draw_dashed(
            canvas, _take(true, found.matches[hits]), [pale] * len(hits), plain
        ),
    )
    counts = (len(hits), len(predicted) - len(hits), len(missed))
    entries = zip(("TP", "FP", "FN"), counts, inks, strict=True)
    if min(size) >= _LEAST_FOR_LEGEND:
        canvas.draw_legend({f"{name} {count}": ink for name, count, ink in entries})
    return found


def _take(objects: Annotations, rows: npt.NDArray[np.int64]) -> Annotations:
    """Return some of the objects, in the order of their side."""
    wanted = np.zeros(len(objects), bool)
    wanted[rows] = True
    return objects.select(wanted)


def _joined(one: Annotations, other: Annotations) -> Annotations:
    """Return the objects of two sides, with what both have; missed ones count as sure."""

    def join(name: str) -> Any:
        first, second = getattr(one, name), getattr(other, name)
        if first is None or second is None:
            return None
        if isinstance(first, np.ndarray):
            return np.concatenate([first, second])
        return [*first, *second]

    scores = np.ones(len(one)) if one.scores is None else one.scores
    return Annotations(
        labels=join("labels"),
        bboxes=join("bboxes"),
        rotated_bboxes=join("rotated_bboxes"),
        masks=join("masks"),
        scores=np.concatenate([scores, np.ones(len(other))]),
    )


def draw_dashed(
    canvas: Canvas, objects: Annotations, inks: Sequence[Ink], style: AnnotationStyle
) -> None:
    """Draw the outlines of objects, each in its color: of boxes dashed, of masks thin."""
    boxes = objects.extents if objects.rotated_bboxes is None else objects.rotated_bboxes
    if not len(objects) or (boxes is None and objects.masks is None):
        return
    if boxes is None:
        growth = contour_growth(style, canvas.width, canvas.height)
        image = canvas.get_image()
        crops = as_crops(objects.masks or (), canvas.height, canvas.width)
        for ink in dict.fromkeys(inks):
            contours = Contours(canvas.height, canvas.width, growth)
            for crop, own in zip(crops, inks, strict=True):
                if own == ink and crop.area:
                    contours.add(crop.paint(), crop.x, crop.y)
            red, green, blue = ink[:3]
            for coverage, x, y in contours.take():
                lay_line(image, coverage, (red, green, blue), opacity(ink), x, y)
        canvas.set_image(image)
        return
    sides = boxes[:, 2:4] - (boxes[:, :2] if objects.rotated_bboxes is None else 0)
    how: dict[str, Any] = {
        "edge_colors": list(inks),
        "line_styles": "--",
        "line_widths": box_line_widths(canvas, sides.min(axis=1), style),
        "alpha": style.bbox_alpha,
    }
    draw = canvas.draw_bboxes if objects.rotated_bboxes is None else canvas.draw_rotated_bboxes
    draw(boxes, **how)
