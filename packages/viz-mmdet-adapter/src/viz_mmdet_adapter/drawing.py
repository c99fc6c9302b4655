"""Drawing instances and maps on a canvas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import Canvas, VizWarning, warn_user
from viz_mmdet_adapter.components import find_runs, largest_components
from viz_mmdet_adapter.contours import Contours, map_contours
from viz_mmdet_adapter.crops import Crop
from viz_mmdet_adapter.labels import class_name, draw_labels
from viz_mmdet_adapter.masks import as_crops
from viz_mmdet_adapter.overlays import lay_line, lay_over
from viz_mmdet_adapter.palette import class_colors, jitter_color
from viz_mmdet_adapter.samples import Instances, SegmentMap

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
        classes: Names of the classes by label; None calls them `class 7`.
        boxes: Palette of boxes.
        masks: Palette of masks and maps.
        texts: Palette of labels.
        line_width: Of boxes, in points.
        alpha: Opacity of boxes, contours, masks and maps, in 0..1.
    """

    classes: Sequence[str] | None = None
    boxes: Any = None
    masks: Any = None
    texts: Any = (200, 200, 200)
    line_width: float = 3
    alpha: float = 0.8


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
    colors = class_colors(style.masks, instances.labels.tolist())
    contours = Contours(canvas.height, canvas.width)
    for some in _batches(masks, sorted(range(len(masks)), key=lambda i: -masks[i].area)):
        painted = [masks[i].paint() for i in some]
        canvas.draw_binary_masks(
            painted,
            [jitter_color(colors[i], i) for i in some],
            float(style.alpha),
            offsets=[masks[i][:2] for i in some],
        )
        for i, mask in zip(some, painted, strict=True):
            contours.add(mask, masks[i].x, masks[i].y)
    image = canvas.get_image()
    for coverage, x, y in contours.take():
        lay_line(image, coverage, _WHITE, style.alpha, x, y)
    canvas.set_image(image)


def _batches(masks: Sequence[Crop], order: Iterable[int]) -> Iterator[list[int]]:
    """Yield the masks that are not empty in their order, few enough to be in memory together."""
    batch: list[int] = []
    total = 0
    for i in order:
        if masks[i].area:
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


def _draw_boxes(
    canvas: Canvas, instances: Instances, boxes: npt.NDArray[np.float64], style: AnnotationStyle
) -> None:
    labels = instances.labels.tolist()
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    canvas.draw_bboxes(
        np.hstack([low, high]),
        edge_colors=class_colors(style.boxes, labels),
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
    """Return the texts of the labels, as `dog: 98.2`: name and score in percent."""
    names = instances.names
    texts = [
        class_name(label, style.classes) if names is None else str(names[i])
        for i, label in enumerate(instances.labels.tolist())
    ]
    if instances.scores is None:
        return texts
    scores = instances.scores.tolist()
    return [f"{text}: {round(100 * s, 1)}" for text, s in zip(texts, scores, strict=True)]


def draw_semantic(canvas: Canvas, semantic: SegmentMap, style: AnnotationStyle) -> None:
    """Draw a semantic map: each class in its color, with its name on its largest component.

    Args:
        canvas: Drawn on.
        semantic: Ids are class indices. `ignore_index` is 255 by default.
        style: Names and palettes.

    Raises:
        ValueError: If the map is of another size than the image.
    """
    ignored = _SEMANTIC_IGNORED if semantic.ignore_index is None else semantic.ignore_index
    _draw_map(canvas, semantic, ignored, style)


def draw_panoptic(canvas: Canvas, panoptic: SegmentMap, style: AnnotationStyle) -> None:
    """Draw a panoptic map: colors by class, white borders, names on the segments.

    Args:
        canvas: Drawn on.
        panoptic: Ids are instance * 1000 + class. `ignore_index` is the number of classes by
            default.
        style: Names and palettes.

    Raises:
        ValueError: If the map is of another size than the image.
    """
    classes = style.classes if panoptic.names is None else panoptic.names
    ignored = panoptic.ignore_index
    if ignored is None and classes is not None:
        ignored = len(classes)
    _draw_map(canvas, panoptic, ignored, style, is_panoptic=True)


def _draw_map(
    canvas: Canvas,
    segments: SegmentMap,
    ignored: int | None,
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
    shown = runs.keys != ignored  # every key differs from None
    keys = runs.keys.astype(np.int64)
    labels = (keys % INSTANCE_OFFSET if is_panoptic else keys)[shown].tolist()
    found = iter(class_colors(style.masks, labels))
    colors = [next(found) if is_shown else None for is_shown in shown]
    index = np.repeat(runs.which, runs.lengths).reshape(runs.shape)
    canvas.set_image(lay_over(canvas.get_image(), index, colors, style.alpha))
    if is_panoptic:
        image = canvas.get_image()
        lay_line(image, map_contours(segments.ids, ignored), _WHITE, style.alpha)
        canvas.set_image(image)
    components = largest_components(runs)
    classes = style.classes if segments.names is None else segments.names
    draw_labels(
        canvas,
        [class_name(label, classes) for label in labels],
        components.centers[shown],
        components.areas[shown],
        class_colors(style.texts if is_panoptic else _WHITE, labels),
        horizontal="center",
        are_tops=components.are_inside[shown],
    )
