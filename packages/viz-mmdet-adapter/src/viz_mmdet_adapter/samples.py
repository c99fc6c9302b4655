"""Reading detection samples by their fields, whatever their class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import as_array
from viz_mmdet_adapter.masks import as_mask_list

__all__ = ["Instances", "read_field", "read_instances"]


@dataclass(frozen=True)
class Instances:
    """The N objects of one side of a sample; a field that is None was not given.

    Attributes:
        labels: Class indices, shape (N,).
        boxes: x1, y1, x2, y2 in pixels, shape (N, 4).
        scores: In 0..1, shape (N,).
        masks: N masks of any kind that `masks.as_crops` takes.
        names: Of the objects, instead of those of their classes.
        ids: Of the objects in a video, the same in every frame, shape (N,).
    """

    labels: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64] | None = None
    scores: npt.NDArray[np.float64] | None = None
    masks: Sequence[Any] | None = None
    names: Sequence[str] | None = None
    ids: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.labels)

    def select(self, wanted: npt.NDArray[np.bool_]) -> Instances:
        """Return the objects for which `wanted`, of shape (N,), is true."""
        if wanted.all():
            return self
        rows = np.flatnonzero(wanted)

        def pick(values: Any) -> Any:
            if isinstance(values, (list, tuple)):
                return [values[i] for i in rows]
            return None if values is None else values[rows]

        return replace(
            self,
            labels=self.labels[rows],
            boxes=pick(self.boxes),
            scores=pick(self.scores),
            masks=pick(self.masks),
            names=pick(self.names),
            ids=pick(self.ids),
        )


def read_field(holder: Any, name: str) -> Any:
    """Return a field of a mapping or an object, or None if it has no such field."""
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def read_instances(holder: Any) -> Instances:
    """Return the objects in an InstanceData, or in any object or mapping with its fields.

    Args:
        holder: `labels`, `bboxes` (an array, a tensor, a list or HorizontalBoxes), `scores`,
            `masks`, `label_names` and `instances_id`, of which each may be missing. Boxes that are all 0 count as
            missing: so do models without boxes fill them. Missing labels are 0.

    Raises:
        TypeError: If a field is of another type.
        ValueError: If the fields differ in length, or boxes have another shape.
    """
    boxes = read_field(holder, "bboxes")
    boxes = None if boxes is None else _boxes(boxes)
    scores = _row(read_field(holder, "scores"))
    labels = _labels(read_field(holder, "labels"))
    ids = _row(read_field(holder, "instances_id"))
    masks, names = read_field(holder, "masks"), read_field(holder, "label_names")
    masks = None if masks is None else as_mask_list(masks)
    fields = {
        "labels": labels,
        "bboxes": boxes,
        "scores": scores,
        "masks": masks,
        "instances_id": ids,
    }
    lengths = {name: len(field) for name, field in fields.items() if field is not None}
    if names is not None:
        lengths["label_names"] = len(names)
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"the fields of instances must have one entry per object, got {listed}")
    count = next(iter(lengths.values()), 0)
    if boxes is not None and not boxes.any():
        boxes = None
    return Instances(
        labels=np.zeros(count, np.int64) if labels is None else labels,
        boxes=boxes,
        scores=None if scores is None else scores.astype(np.float64),
        masks=masks,
        names=names,
        ids=None if ids is None else ids.astype(np.int64),
    )


def _boxes(boxes: Any) -> npt.NDArray[np.float64]:
    boxes = getattr(boxes, "tensor", boxes)
    array = np.array(boxes) if isinstance(boxes, (list, tuple)) else as_array(boxes, "bboxes")
    if array.ndim == 1:
        array = array.reshape(-1, 4) if array.size in (0, 4) else array
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"bboxes must have shape (N, 4): x1, y1, x2, y2; got {array.shape}")
    return array.astype(np.float64)


def _row(values: Any) -> npt.NDArray[Any] | None:
    if values is None:
        return None
    array = as_array(values) if hasattr(values, "shape") else np.asarray(values)
    return array.reshape(-1)


def _labels(values: Any) -> npt.NDArray[np.int64] | None:
    array = _row(values)
    if array is None:
        return None
    if array.dtype.kind not in "biuf" and array.size:
        raise ValueError(
            f"labels must be indices of classes, got {array.tolist()[:3]}; give names as "
            "label_names=[...], one per object"
        )
    whole = array.astype(np.int64)
    if array.dtype.kind == "f" and not (whole == array).all():
        raise ValueError(f"labels must be whole numbers, got {array.tolist()[:3]}")
    return whole
