"""Reading detection samples by their fields, whatever their class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import as_array
from viz_mmdet_adapter.masks import as_mask_list

__all__ = ["Instances", "SegmentMap", "read_field", "read_instances", "read_map"]


@dataclass(frozen=True)
class Instances:
    """The N objects of one side of a sample; a field that is None was not given.

    Attributes:
        labels: Class indices, shape (N,).
        boxes: x1, y1, x2, y2 in pixels, shape (N, 4).
        scores: In 0..1, shape (N,).
        masks: N masks of any kind that `masks.as_crops` takes.
        names: Of the objects, instead of those of their classes.
    """

    labels: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64] | None = None
    scores: npt.NDArray[np.float64] | None = None
    masks: Sequence[Any] | None = None
    names: Sequence[str] | None = None

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
        )


@dataclass(frozen=True)
class SegmentMap:
    """A semantic or panoptic map.

    Attributes:
        ids: Integers, shape (H, W).
        ignore_index: The id of pixels that are not drawn; None is the default of the kind of map.
        names: Of the classes; None are those of the data set.
    """

    ids: npt.NDArray[Any]
    ignore_index: int | None = None
    names: Sequence[str] | None = None


def read_field(holder: Any, name: str) -> Any:
    """Return a field of a mapping or an object, or None if it has no such field."""
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def read_instances(holder: Any) -> Instances:
    """Return the objects in an InstanceData, or in any object or mapping with its fields.

    Args:
        holder: `labels`, `bboxes` (an array, a tensor, a list or HorizontalBoxes), `scores`,
            `masks` and `label_names`, of which each may be missing. Boxes that are all 0 count as
            missing: so do models without boxes fill them. Missing labels are 0.

    Raises:
        TypeError: If a field is of another type.
        ValueError: If the fields differ in length, or boxes have another shape.
    """
    boxes = read_field(holder, "bboxes")
    boxes = None if boxes is None else _boxes(boxes)
    scores = _row(read_field(holder, "scores"))
    labels = _row(read_field(holder, "labels"))
    masks, names = read_field(holder, "masks"), read_field(holder, "label_names")
    masks = None if masks is None else as_mask_list(masks)
    fields = {"labels": labels, "bboxes": boxes, "scores": scores, "masks": masks}
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
        labels=np.zeros(count, np.int64) if labels is None else labels.astype(np.int64),
        boxes=boxes,
        scores=None if scores is None else scores.astype(np.float64),
        masks=masks,
        names=names,
    )


def read_map(holder: Any) -> SegmentMap:
    """Return the map in a PixelData, or in any object or mapping with its fields.

    Args:
        holder: `sem_seg` is integers, or floats without fractions, of shape (1, H, W) or (H, W).
            `ignore_index` and `label_names` may be fields or in `metainfo`.

    Raises:
        TypeError, ValueError: If `sem_seg` is missing, or of another type or shape.
    """
    ids = read_field(holder, "sem_seg")
    if ids is None:
        raise ValueError(f"a segmentation must have the field 'sem_seg', got {holder!r:.200}")
    array = as_array(ids, "sem_seg")
    if array.ndim == 3 and len(array) == 1:
        array = array[0]
    if array.ndim != 2:
        raise ValueError(
            f"sem_seg must have shape (1, H, W) or (H, W), got {np.shape(ids)}; take the argmax "
            "over the classes first"
        )
    if array.dtype.kind == "f":
        if not (np.isfinite(array) & (array == np.round(array))).all():
            raise ValueError(
                "sem_seg must be integer ids, got fractions, NaN or infinity; take the argmax over "
                "the classes first"
            )
        array = array.astype(np.int64)
    elif array.dtype.kind == "b":
        array = array.view(np.uint8)
    metainfo = read_field(holder, "metainfo")

    def read(name: str) -> Any:
        found = read_field(holder, name)
        return read_field(metainfo, name) if found is None else found

    ignore_index = read("ignore_index")
    return SegmentMap(
        array, None if ignore_index is None else int(ignore_index), read("label_names")
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
