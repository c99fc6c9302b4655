"""Drawing instances and maps on a canvas."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import Canvas, VizWarning, warn_user
from viz_mmdet_adapter.components import find_runs, largest_components
from viz_mmdet_adapter.contours import Contours, map_contours
from viz_mmdet_adapter.crops import Crop
from viz_mmdet_adapter.labels import Names, class_name, draw_labels
from viz_mmdet_adapter.masks import as_crops
from viz_mmdet_adapter.overlays import lay_line, lay_over
from viz_mmdet_adapter.palette import Ink, class_colors, jitter_color, opacity
from viz_mmdet_adapter.samples import Instances
from viz_mmdet_adapter.segments import Segment, SegmentMap

__all__ = ["INSTANCE_OFFSET", "AnnotationStyle", "draw_instances", "draw_panoptic", "draw_semantic"]

#: A panoptic id is the instance times this plus the class.
INSTANCE_OFFSET = 1000

_WHITE = (255, 255, 255)
_SEMANTIC_IGNORED = 255

# Masks of so many pixels are painted at a time.
_AT_A_TIME = 1 << 18


@dataclass(frozen=True)
class AnnotationStyle:
    """How samples are drawn. Palettes are what `palette.class_colors` takes.

    Attributes:
        classes: Names of the classes; None calls them `class 7`.
        boxes: Palette of boxes.
        masks: Palette of masks and maps.
        texts: Palette of labels.
        line_width: Of boxes, in points.
        alpha: Opacity of boxes, contours, masks and maps, in 0..1.
        jitter: Whether the masks of one class differ a little in color.
        boxes_by_id: Whether boxes with an id differ as their masks do.
    """

    classes: Names | None = None
    boxes: Any = None
    masks: Any = None
    texts: Any = (200, 200, 200)
    line_width: float = 3
    alpha: float = 0.8
    jitter: bool = True
    boxes_by_id: bool = True


def draw_instances(canvas: Canvas, instances: Instances, style: AnnotationStyle) -> None:
    """Draw objects: masks, their contours, boxes and labels, in this order.

    Labels are in the corners of boxes; without boxes, on the masks.

    Args:
        canvas: Drawn on.
        instances: What is drawn. Objects whose box is not finite are left out, with a warning.
        style: Names, palettes and widths.
    """
    instances = _finite(instances)
    if not len(instances):
        return
    masks = None
    if instances.masks is not None:
        masks = as_crops(instances.masks, canvas.height, canvas.width)
        _draw_masks(canvas, instances, masks, style)
    if instances.boxes is not None:
        _draw_boxes(canvas, instances, instances.boxes, style)
    elif masks is not None:
        _label_masks(canvas, instances, masks, style)


def _draw_masks(
    canvas: Canvas, instances: Instances, masks: Sequence[Crop], style: AnnotationStyle
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


def _jittered(colors: Sequence[Ink], instances: Instances, style: AnnotationStyle) -> Sequence[Ink]:
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


def _finite(instances: Instances) -> Instances:
    """Return the objects without those whose box is not finite."""
    if instances.boxes is None:
        return instances
    finite: npt.NDArray[np.bool_] = np.isfinite(instances.boxes).min(axis=1)
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
    canvas: Canvas, instances: Instances, boxes: npt.NDArray[np.float64], style: AnnotationStyle
) -> None:
    _tell_of_layout(boxes, canvas)
    labels = instances.labels.tolist()
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    colors: Sequence[Ink] = class_colors(style.boxes, labels)
    if instances.ids is not None and style.boxes_by_id:
        colors = _jittered(colors, instances, style)
    canvas.draw_bboxes(
        np.hstack([low, high]),
        edge_colors=list(colors),
        line_widths=style.line_width,
        alpha=style.alpha,
    )
    draw_labels(
        canvas,
        _texts(instances, style),
        low + style.line_width,
        (high - low).prod(axis=1),
        class_colors(style.texts, labels),
    )


def _label_masks(
    canvas: Canvas, instances: Instances, masks: Sequence[Crop], style: AnnotationStyle
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
        _texts(shown, style),
        np.array(centers).reshape(-1, 2),
        np.array(areas),
        class_colors(style.texts, shown.labels.tolist()),
        horizontal="center",
        are_tops=np.array(are_inside, np.bool_),
    )


def _texts(instances: Instances, style: AnnotationStyle) -> list[str]:
    """Return the texts of the labels of objects."""
    names = instances.names
    if names is None:
        names = [class_name(label, style.classes) for label in instances.labels.tolist()]
    scores = [None] * len(names) if instances.scores is None else instances.scores.tolist()
    return [_text(str(name), score) for name, score in zip(names, scores, strict=True)]


def draw_semantic(canvas: Canvas, semantic: SegmentMap, style: AnnotationStyle) -> None:
    """Draw a semantic map: each class in its color, with its name on its largest component.

    Args:
        canvas: Drawn on.
        semantic: Ids are class indices; 255 is ignored by default.
        style: Names and palettes.

    Raises:
        ValueError: If the map is of another size than the image.
    """
    ignored = (_SEMANTIC_IGNORED,) if semantic.ignored is None else semantic.ignored
    _draw_map(canvas, semantic, ignored, style)


def draw_panoptic(canvas: Canvas, panoptic: SegmentMap, style: AnnotationStyle) -> None:
    """Draw a panoptic map: colors by class, white borders, names on the segments.

    Args:
        canvas: Drawn on.
        panoptic: Ids are instance * 1000 + class, of which by default that after the last class is
            ignored, or those of its segments. Ids that were colors, of which no class is known,
            have that color; 0 is ignored.
        style: Names and palettes.

    Raises:
        ValueError: If the map is of another size than the image.
    """
    ignored = panoptic.ignored
    if ignored is None:
        classes = style.classes if panoptic.names is None else panoptic.names
        ignored = (0,) if panoptic.is_coded else () if classes is None else (_count(classes),)
        ignored = () if panoptic.segments is not None else ignored
    _draw_map(canvas, panoptic, ignored, style, is_panoptic=True)


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
    names, inks, writing = _describe(segments, drawn, style, is_panoptic=is_panoptic)
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
    segments: SegmentMap, ids: list[int], style: AnnotationStyle, *, is_panoptic: bool
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
    classes = style.classes if segments.names is None else segments.names
    names = [_text(class_name(label, classes), score) for label, score in found]
    writing = class_colors(style.texts, labels)
    if not is_panoptic:
        writing = [_WHITE if opacity(ink) else ink for ink in writing]
    return names, class_colors(style.masks, labels), writing


def _text(name: str, score: float | None) -> str:
    """Return the text of a label, as `dog: 98.2`: name and score in percent."""
    return name if score is None else f"{name}: {round(100 * score, 1)}"
