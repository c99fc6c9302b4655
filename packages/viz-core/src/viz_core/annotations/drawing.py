"""Drawing annotations on a canvas."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.annotations.annotations import Annotations
from viz_core.annotations.components import find_runs, largest_components
from viz_core.annotations.contours import Contours, map_contours
from viz_core.annotations.crops import Crop
from viz_core.annotations.labels import Names, as_names, class_name, draw_labels
from viz_core.annotations.masks import as_crops
from viz_core.annotations.overlays import lay_line, lay_over
from viz_core.annotations.palette import Ink, class_colors, jitter_color, opacity
from viz_core.annotations.segments import Segment, SegmentMap
from viz_core.annotations.sides import as_annotations
from viz_core.annotations.style import AnnotationStyle
from viz_core.drawing.canvas import Canvas
from viz_core.errors import VizWarning

__all__ = ["INSTANCE_OFFSET", "draw_annotations"]

#: A panoptic id is the instance times this plus the class.
INSTANCE_OFFSET = 1000

_WHITE = (255, 255, 255)
_SEMANTIC_IGNORED = 255

# Masks of so many pixels are painted at a time.
_AT_A_TIME = 1 << 18


def draw_annotations(
    canvas: Canvas,
    annotations: object,
    *,
    style: AnnotationStyle | None = None,
    classes: Names | None = None,
) -> None:
    """Draw objects, then a semantic map, then a panoptic map.

    Args:
        canvas: Drawn on.
        annotations: What [`as_annotations`][viz_core.as_annotations] takes.
        style: How they look; [`AnnotationStyle`][viz_core.AnnotationStyle]`()` by default.
        classes: Names of the classes: a list whose index is the label, or a dict by label. A class
            without one is called `class 7`.

    Raises:
        TypeError, ValueError: If `annotations` or `classes` are of another kind, or a mask or a map
            is of another size than the image.

    Warns:
        VizWarning: If some objects are not drawn because their boxes are not finite, or if boxes
            seem to be no corners in pixels.
    """
    found, names = as_annotations(annotations), as_names(classes)
    style = AnnotationStyle() if style is None else style
    _draw_instances(canvas, found, style, names)
    if found.semantic is not None:
        _draw_semantic(canvas, found.semantic, style, names)
    if found.panoptic is not None:
        _draw_panoptic(canvas, found.panoptic, style, names)


def _draw_instances(
    canvas: Canvas, instances: Annotations, style: AnnotationStyle, classes: Names | None
) -> None:
    """Draw masks, their contours, boxes and labels, in this order.

    Labels are in the corners of boxes; without boxes, on the masks.
    """
    instances = _finite(instances)
    if not len(instances):
        return
    masks = None
    if instances.masks is not None:
        masks = as_crops(instances.masks, canvas.height, canvas.width)
        _draw_masks(canvas, instances, masks, style)
    if instances.bboxes is not None:
        _draw_boxes(canvas, instances, instances.bboxes, style, classes)
    elif masks is not None:
        _label_masks(canvas, instances, masks, style, classes)


def _draw_masks(
    canvas: Canvas, instances: Annotations, masks: Sequence[Crop], style: AnnotationStyle
) -> None:
    """Draw masks, the large ones first, so that none hides a smaller one; then their contours."""
    colors = _jittered(class_colors(style.masks, instances.labels.tolist()), instances, style)
    seen = [i for i, color in enumerate(colors) if masks[i].area and opacity(color)]
    if not seen:
        return
    contours = Contours(canvas.height, canvas.width)
    takes_crops = _takes_crops(canvas)
    for some in _batches(masks, sorted(seen, key=lambda i: -masks[i].area)):
        painted = [masks[i].paint() for i in some]
        inks, alpha = [colors[i] for i in some], float(style.alpha)
        if takes_crops:
            corners = [masks[i][:2] for i in some]
            canvas.draw_binary_masks(painted, inks, alpha, offsets=corners)
        for i, ink, mask in zip(some, inks, painted, strict=True):
            contours.add(mask, masks[i].x, masks[i].y)
            if not takes_crops:
                whole = np.zeros((1, canvas.height, canvas.width), np.bool_)
                height, width = mask.shape
                whole[0, masks[i].y :, masks[i].x :][:height, :width] = mask
                canvas.draw_binary_masks(whole, [ink], alpha)
    image = canvas.get_image()
    for coverage, x, y in contours.take():
        lay_line(image, coverage, _WHITE, style.alpha, x, y)
    canvas.set_image(image)


def _takes_crops(canvas: Canvas) -> bool:
    """Return whether masks may be crops: a subclass may have MMEngine's signature, without them."""
    parameters = inspect.signature(canvas.draw_binary_masks).parameters.values()
    return any(p.name == "offsets" or p.kind is p.VAR_KEYWORD for p in parameters)


def _jittered(
    colors: Sequence[Ink], instances: Annotations, style: AnnotationStyle
) -> Sequence[Ink]:
    """Return colors that tell objects of one class apart, the same for an id in every frame."""
    if not style.jitter:
        return colors
    seeds = range(len(colors)) if instances.ids is None else instances.ids.tolist()
    return [jitter_color(color, seed) for color, seed in zip(colors, seeds, strict=True)]


def _batches(masks: Sequence[Crop], order: Iterable[int]) -> Iterator[list[int]]:
    """Yield masks in their order, few enough to be in memory together."""
    batch: list[int] = []
    total = 0
    for i in order:
        batch.append(i)
        total += masks[i].area
        if total > _AT_A_TIME:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _finite(instances: Annotations) -> Annotations:
    """Return the objects without those whose box is not finite."""
    if instances.bboxes is None:
        return instances
    finite: npt.NDArray[np.bool_] = np.isfinite(instances.bboxes).min(axis=1)
    if not finite.all():
        warn_user(
            f"{int((~finite).sum())} of {len(finite)} boxes are not finite and are not drawn",
            VizWarning,
        )
    return instances.select(finite)


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
    canvas: Canvas,
    instances: Annotations,
    boxes: npt.NDArray[np.float64],
    style: AnnotationStyle,
    classes: Names | None,
) -> None:
    _tell_of_layout(boxes, canvas)
    labels = instances.labels.tolist()
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    colors: Sequence[Ink] = class_colors(style.boxes, labels)
    if instances.ids is not None and style.bbox_color is None:
        colors = _jittered(colors, instances, style)
    canvas.draw_bboxes(
        np.hstack([low, high]),
        edge_colors=list(colors),
        line_widths=style.line_width,
        alpha=style.alpha,
    )
    draw_labels(
        canvas,
        _texts(instances, classes),
        low + style.line_width,
        (high - low).prod(axis=1),
        class_colors(style.texts, labels),
    )


def _label_masks(
    canvas: Canvas,
    instances: Annotations,
    masks: Sequence[Crop],
    style: AnnotationStyle,
    classes: Names | None,
) -> None:
    """Label each mask on its largest component; empty masks get no label."""
    shown = instances.select(np.array([crop.area > 0 for crop in masks], np.bool_))
    centers, areas, are_inside = [], [], []
    for crop in masks:
        if crop.area:
            found = largest_components(find_runs(crop.paint()))
            centers.append(found.centers[-1] + (crop.x, crop.y))
            areas.append(found.areas[-1])
            are_inside.append(found.are_inside[-1])
    draw_labels(
        canvas,
        _texts(shown, classes),
        np.array(centers).reshape(-1, 2),
        np.array(areas),
        class_colors(style.texts, shown.labels.tolist()),
        horizontal="center",
        are_tops=np.array(are_inside, np.bool_),
    )


def _texts(instances: Annotations, classes: Names | None) -> list[str]:
    """Return the texts of the labels of objects."""
    names = instances.names
    if names is None:
        names = [class_name(label, classes) for label in instances.labels.tolist()]
    scores = [None] * len(names) if instances.scores is None else instances.scores.tolist()
    return [_text(str(name), score) for name, score in zip(names, scores, strict=True)]


def _draw_semantic(
    canvas: Canvas, semantic: SegmentMap, style: AnnotationStyle, classes: Names | None
) -> None:
    """Draw each class in its color, with its name on its largest component."""
    ignored = (_SEMANTIC_IGNORED,) if semantic.ignored is None else semantic.ignored
    _draw_map(canvas, semantic, ignored, style, classes)


def _draw_panoptic(
    canvas: Canvas, panoptic: SegmentMap, style: AnnotationStyle, classes: Names | None
) -> None:
    """Draw segments in the colors of their classes, with white borders and names.

    Ids that were colors, of which no class is known, have that color.
    """
    ignored = panoptic.ignored
    if ignored is None:
        names = classes if panoptic.names is None else panoptic.names
        ignored = (0,) if panoptic.is_coded else () if names is None else (_count(names),)
        ignored = () if panoptic.segments is not None else ignored
    _draw_map(canvas, panoptic, ignored, style, classes, is_panoptic=True)


def _count(classes: Names) -> int:
    """Return the number after the label of the last class."""
    if isinstance(classes, Mapping):
        return max(classes, default=-1) + 1
    return len(classes)


def _draw_map(
    canvas: Canvas,
    segments: SegmentMap,
    ignored: Sequence[int],
    style: AnnotationStyle,
    classes: Names | None,
    *,
    is_panoptic: bool = False,
) -> None:
    """Draw segments in the colors of their classes, with names on their largest components."""
    if segments.ids.shape != (canvas.height, canvas.width):
        raise ValueError(
            f"sem_seg must have the image's size, ({canvas.height}, {canvas.width}), got "
            f"{segments.ids.shape}; resize the map or the image"
        )
    runs = find_runs(segments.ids)
    keys = runs.keys.astype(np.int64)
    known = keys if segments.segments is None else np.array(list(segments.segments), np.int64)
    shown = (keys >= 0) & ~np.isin(keys, ignored) & np.isin(keys, known)
    drawn = keys[shown].tolist()
    names, inks, writing = _describe(segments, drawn, style, classes, is_panoptic=is_panoptic)
    found = iter(inks)
    colors = [next(found) if is_shown else None for is_shown in shown]
    index = np.repeat(runs.which, runs.lengths).reshape(runs.shape)
    image = lay_over(canvas.get_image(), index, colors, style.alpha)
    if is_panoptic:
        seen = np.array([color is not None and opacity(color) > 0 for color in colors])
        outlined = np.where(seen, np.arange(len(seen)), -1)
        lay_line(image, map_contours(outlined[index], -1), _WHITE, style.alpha)
    canvas.set_image(image)
    components = largest_components(runs)
    draw_labels(
        canvas,
        names,
        components.centers[shown],
        components.areas[shown],
        writing,
        horizontal="center",
        are_tops=components.are_inside[shown],
    )


def _describe(
    segments: SegmentMap,
    ids: list[int],
    style: AnnotationStyle,
    classes: Names | None,
    *,
    is_panoptic: bool,
) -> tuple[list[str], list[Ink], list[Ink]]:
    """Return the labels of segments, and the colors of the segments and of their labels."""
    if segments.segments is None and segments.is_coded:
        inks: list[Ink] = [(i & 255, i >> 8 & 255, i >> 16) for i in ids]
        return [f"segment {i}" for i in ids], inks, class_colors(style.texts, range(len(ids)))
    found = [
        Segment(i % INSTANCE_OFFSET if is_panoptic else i)
        if segments.segments is None
        else segments.segments[i]
        for i in ids
    ]
    labels = [segment.label for segment in found]
    classes = classes if segments.names is None else segments.names
    names = [_text(class_name(label, classes), score) for label, score in found]
    writing = class_colors(style.texts, labels)
    if not is_panoptic:
        writing = [_WHITE if opacity(ink) else ink for ink in writing]
    return names, class_colors(style.masks, labels), writing


def _text(name: str, score: float | None) -> str:
    """Return the text of a label, as `dog: 98.2`: name and score in percent."""
    return name if score is None else f"{name}: {round(100 * score, 1)}"
