"""The truth and the prediction of a sample in one image."""

from __future__ import annotations

from typing import Any

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.comparison import draw_comparison, draw_dashed
from viz_core.annotations.drawing import Skeleton, draw_annotations, draw_objects, finite_objects
from viz_core.annotations.names import Names, as_names
from viz_core.annotations.palette import class_colors
from viz_core.annotations.style import AnnotationStyle
from viz_core.drawing.canvas import Canvas
from viz_core.drawing.grid import make_grid
from viz_core.typing import ArrayLike, Image

__all__ = ["draw_layout"]


def draw_layout(
    image: ArrayLike,
    truth: Annotations,
    prediction: Annotations,
    *,
    layout: str,
    style: AnnotationStyle,
    classes: Names | None = None,
    skeleton: Skeleton | None = None,
) -> Image:
    """Return an image with both sides drawn: uint8, shape (H, W, 3).

    Args:
        image: RGB, as `as_image` takes it; it is not changed.
        truth: The annotations of the data set.
        prediction: Those of the model.
        layout: `"side_by_side"`, with captions; `"overlay"`: the prediction, the outlines of the
            truth dashed in the colors of their classes; `"matches"`, as `draw_comparison`; or
            `"prediction"`. Maps cannot be laid over each other: samples that have nothing else are
            side by side in the first three.
        style: How it looks.
        classes: Names of the classes.
        skeleton: The pairs of keypoints that are joined, counted from 0.
    """
    how: dict[str, Any] = {"style": style, "classes": classes, "skeleton": skeleton}
    has_objects = len(truth) or len(prediction)
    has_maps = any(
        part is not None for side in (truth, prediction) for part in (side.semantic, side.panoptic)
    )
    if layout == "prediction":
        return _pane(image, prediction, how)
    if layout == "side_by_side" or (has_maps and not has_objects):
        panes = [_pane(image, side, how) for side in (truth, prediction)]
        return make_grid(panes, ["truth", "prediction"], columns=2)
    canvas = Canvas(image)
    if layout == "matches":
        draw_comparison(canvas, truth, prediction, style=style, classes=classes)
        return canvas.get_image()
    true, predicted = finite_objects(truth), finite_objects(prediction)
    names = as_names(classes)

    def draw_truth() -> None:
        draw_dashed(canvas, true, class_colors(style.boxes, true.labels.tolist()), style)

    if not len(predicted):
        draw_truth()
    draw_objects(canvas, predicted, style, names, skeleton, before_labels=draw_truth)
    return canvas.get_image()


def _pane(image: ArrayLike, side: Annotations, how: dict[str, Any]) -> Image:
    canvas = Canvas(image)
    draw_annotations(canvas, side, **how)
    return canvas.get_image()
