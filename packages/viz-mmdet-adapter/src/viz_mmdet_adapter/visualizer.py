"""The visualizer of detection samples."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from viz_core import (
    Annotations,
    AnnotationStyle,
    Visualizer,
    as_annotations,
    as_image,
    as_style,
    draw_annotations,
    draw_comparison,
    make_grid,
    read_sides,
)
from viz_core.typing import ArrayLike, Image, Palette, VisBackends
from viz_mmdet_adapter.files import write_image

__all__ = ["DetLocalVisualizer"]


class _OfStyle:
    """An attribute of the visualizer that is an argument of its style, or several of one value."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __get__(self, visualizer: DetLocalVisualizer, owner: object = None) -> Any:
        return getattr(visualizer.style, self._names[0])

    def __set__(self, visualizer: DetLocalVisualizer, value: Any) -> None:
        visualizer.style = replace(visualizer.style, **dict.fromkeys(self._names, value))


class DetLocalVisualizer(Visualizer):
    """Draws detection samples: objects, semantic and panoptic maps, ground truth and predictions.

    Set `dataset_meta` to a dict with `classes` and `palette`, the names and colors of classes: lists
    whose index is the class, or dicts by class, as `{1: "person", 13: "stop sign"}`. A class without
    a name is called `class 7`, one without a color has one that differs from others.

    Args:
        name: What [`get_instance`][viz_core.NamedInstances.get_instance] knows it by.
        image: An image to draw on; `add_datasample` sets its own.
        vis_backends: Configs or backends, one or a sequence, as
            [`Visualizer`][viz_core.Visualizer] takes them.
        save_dir: Backends write to `<save_dir>/vis_data`.
        bbox_color: Of boxes: one color as a tuple of red, green and blue in 0..255 or a name, a
            palette by its name or as a list, or None for that of the data set. What has a color
            without opacity, as `'none'` or `(255, 0, 0, 0)`, is not drawn.
        text_color: Of labels: a color or a palette, as `bbox_color`, or `"auto"`: black or white,
            whichever stands out from the label's background. By default as the style says.
        mask_color: Of masks and maps: a color or a palette, as `bbox_color`.
        line_width: Of boxes, in points, or `"image"`: it grows with the image. By default as the
            style says.
        alpha: Opacity of boxes, masks and maps, in 0..1. By default as the style says.
        jitter: Whether the masks of one class differ a little in color. Objects with an
            `instances_id` have the same color in every frame, mask and box.
        style: How samples are drawn: `"legible"`, `"mmdet"`, which is MMDetection's look, an
            [`AnnotationStyle`][viz_core.AnnotationStyle], or some of its arguments in a dict. The
            other arguments of this class win over it.
        labels: What labels say, as `AnnotationStyle` takes it.
        color_by: What has a color of its own: each `"class"`, `"instance"`, `"track"` or `"score"`.
        label_size: Of the letters, in points, or `"image"`: it grows with the image.
        compare: What is drawn of samples with both sides: `"image"`, the prediction compared with
            the truth: true positives, with their intersection over union and the true outline
            dashed, false positives and false negatives in three colors; `"panes"`, truth,
            prediction and that beside each other, with captions; by default truth and prediction.
        iou_thr: The least intersection over union of a true positive, in 0..1.
        **kwargs: Other arguments of [`Visualizer`][viz_core.Visualizer].
    """

    bbox_color = _OfStyle("bbox_color")
    text_color = _OfStyle("text_color")
    mask_color = _OfStyle("mask_color")
    line_width = _OfStyle("line_width")
    alpha = _OfStyle("mask_alpha", "bbox_alpha")
    jitter = _OfStyle("jitter")
    labels = _OfStyle("labels")
    color_by = _OfStyle("color_by")
    label_size = _OfStyle("label_size")

    def __init__(
        self,
        name: str = "visualizer",
        image: ArrayLike | None = None,
        vis_backends: VisBackends | None = None,
        save_dir: str | os.PathLike[str] | None = None,
        bbox_color: Palette | None = None,
        text_color: Palette | None = "style",
        mask_color: Palette | None = None,
        line_width: float | str = "style",
        alpha: float | str = "style",
        *,
        jitter: bool | str = "style",
        style: str | Mapping[str, Any] | AnnotationStyle = "legible",
        labels: str = "style",
        color_by: str = "style",
        label_size: float | str = "style",
        compare: str | None = None,
        iou_thr: float = 0.5,
        **kwargs: object,
    ) -> None:
        super().__init__(name, image, vis_backends, save_dir, **kwargs)  # type: ignore[arg-type]  # checked there
        if compare not in (None, "image", "panes"):
            raise ValueError(f"compare must be 'image', 'panes' or None, got {compare!r}")
        self.compare = compare
        self.iou_thr = iou_thr
        self.style = style
        own: dict[str, Any] = dict(
            bbox_color=bbox_color, text_color=text_color, mask_color=mask_color
        )
        own |= dict(line_width=line_width, alpha=alpha, jitter=jitter)
        own |= dict(labels=labels, color_by=color_by, label_size=label_size)
        for argument, value in own.items():
            is_left_out = value is None and argument != "text_color"
            if not (is_left_out or (isinstance(value, str) and value == "style")):
                setattr(self, argument, value)
        self.dataset_meta = {}

    @property
    def style(self) -> AnnotationStyle:
        """How samples are drawn; whatever the constructor takes may be set."""
        return self._style

    @style.setter
    def style(self, style: str | Mapping[str, Any] | AnnotationStyle) -> None:
        self._style = as_style(style)

    def add_datasample(  # type: ignore[override]  # the positions that MMDetection's users know
        self,
        name: str,
        image: ArrayLike,
        data_sample: object = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        out_file: str | os.PathLike[str] | None = None,
        pred_score_thr: float | Sequence[float] | Mapping[str, float] | Mapping[int, float] = 0.3,
        step: int = 0,
    ) -> None:
        """Draw a sample, the ground truth left of the prediction, and record the image.

        `get_image()` returns the drawn image afterwards.

        Args:
            name: What the recorded image is called, or the title of the window.
            image: RGB, as `set_image` takes it. Turn BGR with `image[..., ::-1]`.
            data_sample: A `DetDataSample`, or any object or dict with some of its fields:
                `gt_instances`, `gt_sem_seg`, `gt_panoptic_seg`, and the same three of `pred_...`;
                arrays or tensors of any device. Or what a model of torchvision, transformers,
                ultralytics or detectron2 returns for one image, `supervision.Detections`, or COCO's
                annotations: one pane. None draws nothing on the image.
            draw_gt: Whether to draw the ground truth.
            draw_pred: Whether to draw the prediction. With both there are two panes, even if one
                has nothing to draw.
            show: Show the image instead of recording it.
            wait_time: Seconds to show it; 0 waits for a key.
            out_file: Write the image to this file, in the format of its extension, instead of
                recording it.
            pred_score_thr: Only predictions with a higher score are drawn, and those without
                scores. A number, a list by class, or a dict by the name or the label of a class,
                as `{"person": 0.5}`; a class that it lacks has 0.3.
            step: Of the recorded image.

        Raises:
            TypeError, ValueError: If the image or a field cannot be drawn.

        Warns:
            VizWarning: If some predictions are not drawn because their score is NaN, or some boxes
                because they are not finite; if boxes seem to be no corners in pixels; and if the
                sample has fields, but none that is known, or one almost called as one that is.
        """
        pixels = as_image(image)
        panes = []
        if data_sample is not None and (draw_gt or draw_pred):
            sides = read_sides(data_sample)
            # Objects are compared; maps are beside each other.
            objects = (sides.truth.instances, sides.prediction.instances)
            compares = (
                self.compare is not None
                and draw_gt
                and draw_pred
                and any(part is not None for part in objects)
            )
            if sides.result is not None:
                panes.append(self._draw_pane(pixels, sides.result, pred_score_thr))
            elif compares:
                panes.append(self._compare(pixels, sides.truth, sides.prediction, pred_score_thr))
            else:
                if draw_gt:
                    panes.append(self._draw_pane(pixels, sides.truth))
                if draw_pred:
                    panes.append(self._draw_pane(pixels, sides.prediction, pred_score_thr))
        if not panes:
            self.set_image(pixels)
            panes.append(self.get_image())
        drawn = panes[0]
        if len(panes) > 1:
            drawn = np.concatenate(panes, axis=1)
            self.set_image(drawn)
        if show:
            self.show(drawn, win_name=name, wait_time=wait_time)
        if out_file is not None:
            write_image(out_file, drawn)
        elif not show:
            self._add_drawn(name, drawn, step)

    def _draw_pane(self, image: Image, side: object, threshold: Any = None) -> Image:
        """Return the image with one side of a sample drawn on it."""
        meta = self.dataset_meta or {}
        style = self.style
        if style.palette is None:
            style = replace(style, palette=meta.get("palette"))
        annotations = self._read(side, threshold)
        self.set_image(image)
        draw_annotations(
            self,
            annotations,
            style=style,
            classes=meta.get("classes"),
            skeleton=meta.get("skeleton_links"),
        )
        return self.get_image()

    def _compare(self, image: Image, truth: object, prediction: object, threshold: Any) -> Image:
        """Return the image with the prediction compared with the truth, alone or as third pane."""
        panes = []
        if self.compare == "panes":
            panes.append(self._draw_pane(image, truth))
            panes.append(self._draw_pane(image, prediction, threshold))
        self.set_image(image)
        draw_comparison(
            self,
            self._read(truth),
            self._read(prediction, threshold),
            style=self.style,
            classes=(self.dataset_meta or {}).get("classes"),
            iou_thr=self.iou_thr,
        )
        if panes:
            panes.append(self.get_image())
            self.set_image(make_grid(panes, ["truth", "prediction", "comparison"], columns=3))
        return self.get_image()

    def _read(self, side: object, threshold: Any = None) -> Annotations:
        """Return what is annotated on a side, of predictions what is above the threshold."""
        annotations = as_annotations(side)
        if threshold is None:
            return annotations
        return annotations.above(threshold, (self.dataset_meta or {}).get("classes"))
