"""Reading the objects of samples and results, whatever their class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.fields import (
    Spellings,
    has_strange,
    read_field,
    read_known,
    tell_of_unknown,
)
from viz_core.annotations.keypoints import read_keypoints
from viz_core.annotations.masks import as_mask_list
from viz_core.annotations.names import as_names, class_name
from viz_core.annotations.rotated_boxes import as_rotated_boxes
from viz_core.convert import as_array, is_tensor

__all__ = ["DRAWN_FIELDS", "INSTANCE_FIELDS", "is_poses", "read_instances"]

#: The fields of objects in MMDetection, torchvision, transformers, detectron2 and supervision.
INSTANCE_FIELDS: Spellings = {
    "bboxes": ("bboxes", "boxes", "xyxy", "pred_boxes", "gt_boxes"),
    "labels": ("labels", "class_id", "pred_classes", "gt_classes"),
    "scores": ("scores", "confidence"),
    "masks": ("masks", "mask", "pred_masks", "gt_masks"),
    "label_names": ("label_names", "text_labels"),
    "instances_id": ("instances_id", "instances_ids", "tracker_id", "track_ids"),
    "rotated_bboxes": ("rotated_bboxes", "obb"),
    "keypoints": ("keypoints", "pred_keypoints", "gt_keypoints", "xy"),
    "keypoint_scores": ("keypoint_scores", "keypoint_confidence"),
    "keypoints_visible": ("keypoints_visible", "visible"),
    "unbounded": ("keypoints_scores",),  # torchvision's, of which no threshold is known
}

#: Those that are drawn by themselves.
DRAWN_FIELDS = ("bboxes", "rotated_bboxes", "masks", "keypoints")


def read_instances(holder: Any, what: str = "the instances") -> Annotations:
    """Return the objects in an InstanceData, or in a result of any other make.

    Args:
        holder: Any object or mapping with some of `labels`, `bboxes` (an array, a tensor, a list
            or a class around one), `scores`, `masks`, `label_names` and `instances_id`, by these or
            other libraries' names; or a list of COCO's annotations. Boxes that are all 0 count as
            missing: so do models without boxes fill them. Missing labels are 0.
        what: What the holder is called in a warning.

    Raises:
        TypeError: If a field is of another type.
        ValueError: If the fields differ in length, or boxes have another shape.

    Warns:
        VizWarning: If it has fields, but neither boxes nor masks, or one almost called as one that
            is known.
    """
    is_coco = isinstance(holder, (list, tuple)) and not hasattr(holder, "_fields")
    if is_coco and is_poses(holder):
        holder, is_coco = _from_poses(holder), False
    elif is_coco:
        holder = _from_annotations(holder)
    elif hasattr(holder, "detection_confidence"):
        holder = _from_key_points(holder)
    elif isinstance(holder, np.ndarray) or is_tensor(holder):
        holder = {"bboxes": holder}
    elif (inner := read_field(holder, "instances")) is not None:  # all that detectron2 returns
        holder = inner
    found = read_known(holder, INSTANCE_FIELDS, what)
    boxes: Any = found.get("rotated_bboxes", found.get("bboxes"))
    if hasattr(boxes, "cls"):  # ultralytics keeps all there
        found |= {"labels": boxes.cls, "scores": boxes.conf}
        found |= {} if "rotated_bboxes" in found else {"bboxes": boxes.xyxy}
        found |= {} if boxes.id is None else {"instances_id": boxes.id}
    data = read_field(holder, "data")
    if isinstance(data, Mapping) and data.get("xyxyxyxy") is not None:  # supervision's
        found["rotated_bboxes"] = data["xyxyxyxy"]
    masks = as_mask_list(found["masks"]) if "masks" in found else None
    rotated = None
    if "rotated_bboxes" in found:
        rotated = as_rotated_boxes(found["rotated_bboxes"], are_turned=True)
        if rotated is None:
            raise ValueError(
                "rotated_bboxes must have shape (N, 5): center x, center y, width, height, angle "
                "in degrees; or (N, 4, 2): corners"
            )
    elif "bboxes" in found:
        rotated = as_rotated_boxes(found["bboxes"])
    bboxes = _boxes(found["bboxes"]) if "bboxes" in found and rotated is None else None
    keypoints = read_keypoints(found, is_coco=is_coco)
    scores = _numbers(found.get("scores"), "scores")
    ids = _ids(found.get("instances_id"))
    labels, names = _labels_and_names(holder, found)
    fields = {
        "labels": labels,
        "bboxes": bboxes,
        "rotated_bboxes": rotated,
        "keypoints": None if keypoints is None else keypoints.points,
        "scores": scores,
        "masks": masks,
        "instances_id": ids,
        "label_names": names,
    }
    lengths = {name: len(field) for name, field in fields.items() if field is not None}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"the fields of instances must have one entry per object, got {listed}")
    count = next(iter(lengths.values()), 0)
    is_empty = all(fields[name] is None for name in DRAWN_FIELDS)
    if is_empty and (not found or has_strange(holder, INSTANCE_FIELDS)):
        tell_of_unknown(holder, INSTANCE_FIELDS, what)
    if bboxes is not None and not bboxes.any():
        bboxes = None
    return Annotations(
        labels=np.zeros(count, np.int64) if labels is None else labels,
        bboxes=bboxes,
        rotated_bboxes=rotated,
        keypoints=keypoints,
        scores=None if scores is None else scores.astype(np.float64),
        masks=masks,
        names=names,
        ids=ids,
    )


def _from_annotations(annotations: Iterable[Any]) -> dict[str, Any]:
    """Return the fields of objects from COCO's annotations, whose boxes are x, y, width, height."""
    entries = list(annotations)
    for entry in entries:
        if not isinstance(entry, Mapping) or "category_id" not in entry:
            raise TypeError(
                "a list of objects must hold COCO's annotations, dicts with 'category_id', and "
                f"'bbox' or 'segmentation', got {entry!r:.200}; of a batch give one result"
            )

    def every(name: str) -> list[Any] | None:
        values = [entry.get(name) for entry in entries]
        return None if any(value is None for value in values) else values

    def some(name: str) -> list[Any] | None:
        """Return a field that files have for some objects only: nothing for the others."""
        values = [entry.get(name) for entry in entries]
        return None if all(value is None for value in values) else values

    boxes = every("bbox")
    if boxes is not None:
        corners = np.array(boxes, np.float64).reshape(-1, 4)
        corners[:, 2:] += corners[:, :2]
        boxes = list(corners)
    found: dict[str, Any] = {"bboxes": boxes, "labels": every("category_id")}
    found |= {"scores": every("score"), "instances_id": some("track_id")}
    if masks := some("segmentation"):
        found["masks"] = [[] if mask is None else mask for mask in masks]
    if poses := some("keypoints"):
        found["keypoints"] = _padded_poses(poses)
    return found


def _padded_poses(poses: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Return x, y and a third number of the points of each object, shape (N, K, 3).

    The zeros that an object with fewer points is filled with are COCO's missing ones.
    """
    rows = [np.array([] if pose is None else pose, np.float64).reshape(-1) for pose in poses]
    if wrong := [len(row) for row in rows if len(row) % 3]:
        raise ValueError(f"COCO's keypoints must be x, y, v in turn, got {wrong[0]} numbers")
    points = np.zeros((len(rows), max(map(len, rows), default=0)))
    for filled, row in zip(points, rows, strict=True):
        filled[: len(row)] = row
    return points.reshape(len(rows), -1, 3)


def is_poses(entries: Sequence[Any]) -> bool:
    """Return whether a list has what transformers returns for the bodies on one image."""
    return bool(entries) and all(
        isinstance(entry, Mapping) and {"keypoints", "scores", "labels"} <= entry.keys()
        for entry in entries
    )


def _from_poses(poses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fields of objects from transformers' poses, which lack points of low scores."""
    numbers = [as_array(pose["labels"]).astype(np.int64) for pose in poses]
    count = 1 + max((int(kinds.max()) for kinds in numbers if kinds.size), default=-1)
    points = np.full((len(poses), count, 2), np.nan)
    scores = np.zeros((len(poses), count))
    for i, (pose, kinds) in enumerate(zip(poses, numbers, strict=True)):
        points[i, kinds] = as_array(pose["keypoints"])
        scores[i, kinds] = as_array(pose["scores"])
    # Their "bbox" has the middle of the box as its corner, and sizes in units of 200 pixels.
    return {"keypoints": points, "keypoint_scores": scores}


def _from_key_points(holder: Any) -> dict[str, Any]:
    """Return the fields of objects from supervision's `KeyPoints`."""
    points = np.array(holder.xy, np.float64)
    points[(points == 0).all(axis=-1)] = np.nan  # missing
    return {
        "keypoints": points,
        "keypoint_scores": holder.keypoint_confidence,
        "labels": holder.class_id,
        "scores": holder.detection_confidence,
        "data": holder.data,
    }


def _boxes(boxes: Any) -> npt.NDArray[np.float64]:
    layout = str(getattr(getattr(boxes, "format", None), "name", "XYXY"))  # torchvision's
    boxes = getattr(boxes, "tensor", boxes)
    array = np.array(boxes) if isinstance(boxes, (list, tuple)) else as_array(boxes, "bboxes")
    if array.ndim == 1:
        array = array.reshape(-1, 4) if array.size in (0, 4) else array
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"bboxes must have shape (N, 4): x1, y1, x2, y2; got {array.shape}")
    array = array.astype(np.float64)
    if layout == "XYXY":
        return array
    if layout not in ("XYWH", "CXCYWH"):
        raise ValueError(f"bboxes must be XYXY, XYWH or CXCYWH, got {layout}; convert them")
    low = array[:, :2] - (array[:, 2:] / 2 if layout == "CXCYWH" else 0)
    return np.hstack([low, low + array[:, 2:]])


def _numbers(values: Any, name: str) -> npt.NDArray[Any] | None:
    array = _row(values)
    if array is not None and array.size and array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be numbers, one per object, got {array.tolist()[:3]}")
    return array


def _ids(values: Any) -> npt.NDArray[np.int64] | None:
    """Return the ids of objects, -1 for one that has none: None, NaN."""
    if isinstance(values, (list, tuple)):
        values = [-1 if value is None else value for value in values]
    array = _numbers(values, "instances_id")
    if array is None:
        return None
    return np.where(np.isfinite(array), array, -1).astype(np.int64)


def _row(values: Any) -> npt.NDArray[Any] | None:
    if values is None:
        return None
    array = as_array(values) if hasattr(values, "shape") else np.asarray(values)
    return array.reshape(-1)


def _labels_and_names(
    holder: Any, found: Mapping[str, Any]
) -> tuple[npt.NDArray[np.int64] | None, Sequence[str] | None]:
    """Return the class of each object, and its name if the holder has names."""
    array, names = _row(found.get("labels")), found.get("label_names")
    if names is None and isinstance(data := read_field(holder, "data"), Mapping):
        names = data.get("class_name")  # supervision's
    by_class = names if isinstance(names, Mapping) else None
    if names is None and isinstance(classes := read_field(holder, "names"), Mapping):
        by_class = classes  # ultralytics'
    names = [names] if isinstance(names, str) else names
    names = None if names is None or by_class else [str(name) for name in names]
    if array is None:
        return None, names
    if array.dtype.kind not in "biuf" and array.size:
        if names is None:
            raise ValueError(
                f"labels must be indices of classes, got {array.tolist()[:3]}; give names as "
                "label_names=[...], one per object"
            )
        return np.unique(array.astype(str), return_inverse=True)[1].reshape(-1), names
    labels = array.astype(np.int64)
    if array.dtype.kind == "f" and not (labels == array).all():
        raise ValueError(f"labels must be whole numbers, got {array.tolist()[:3]}")
    if by_class:
        names = [class_name(label, as_names(by_class)) for label in labels.tolist()]
    return labels, names
