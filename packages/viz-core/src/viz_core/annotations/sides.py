"""What there is to draw of a sample, of its two sides, or of the result of a model."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.fields import Spellings, read_field, read_known, tell_of_unknown
from viz_core.annotations.samples import DRAWN_FIELDS, INSTANCE_FIELDS, is_poses, read_instances
from viz_core.annotations.segments import OTHER_ARRAYS, read_map
from viz_core.convert import as_array, is_tensor

__all__ = ["Side", "Sides", "as_annotations", "read_sides"]

# The fields of a DetDataSample, and of a TrackDataSample where that has others.
_SAMPLE_FIELDS: Spellings = {
    "gt_instances": ("gt_instances",),
    "gt_sem_seg": ("gt_sem_seg",),
    "gt_panoptic_seg": ("gt_panoptic_seg",),
    "pred_instances": ("pred_instances", "pred_track_instances"),
    "pred_sem_seg": ("pred_sem_seg",),
    "pred_panoptic_seg": ("pred_panoptic_seg",),
}
# "ignored_instances" and "pred_instances_3d" are others, "pred_instance" is none.
_LIKENESS = 0.92

_MAP_FIELDS: Spellings = {
    "instances": ("instances",),  # these three are detectron2's
    "sem_seg": ("sem_seg",),
    "panoptic_seg": ("panoptic_seg",),
    "segmentation": ("segmentation",),  # transformers'
}


class Side(NamedTuple):
    """What there is to draw of one side; None is missing.

    Attributes:
        instances: What `samples.read_instances` takes.
        semantic: What `segments.read_map` takes.
        panoptic: What `segments.read_map` takes as panoptic.
    """

    instances: Any = None
    semantic: Any = None
    panoptic: Any = None


class Sides(NamedTuple):
    """Ground truth and prediction, or the one result of a model."""

    truth: Side = Side()
    prediction: Side = Side()
    result: Side | None = None


def as_annotations(sample: object) -> Annotations:
    """Return what is annotated in a sample, or in the result of a model.

    Args:
        sample: What `read_sides` takes, or one of the sides that it returns. Of a sample with both
            sides it is the prediction. None, and what has nothing to draw, has no objects.

    Raises:
        TypeError, ValueError: If it is none of these, or a field cannot be drawn.

    Warns:
        VizWarning: As `read_sides` does, of objects too.
    """
    if isinstance(sample, Annotations):
        return sample
    if not isinstance(sample, Side):
        sides = Sides() if sample is None else read_sides(sample)
        predicted = any(part is not None for part in sides.prediction)
        sample = sides.result or (sides.prediction if predicted else sides.truth)
    objects = [] if sample.instances is None else sample.instances
    found = read_instances(objects)
    if sample.semantic is None and sample.panoptic is None:  # mostly
        return found
    return replace(
        found,
        semantic=None if sample.semantic is None else read_map(sample.semantic),
        panoptic=None if sample.panoptic is None else read_map(sample.panoptic, is_panoptic=True),
    )


def read_sides(sample: object) -> Sides:
    """Return what there is to draw of a sample, unread: `as_annotations` reads a side.

    Args:
        sample: An object or a mapping with fields of a DetDataSample; or a result: what
            torchvision's, transformers', detectron2's and ultralytics' models return for one
            image, `supervision.Detections`, COCO's annotations, or a semantic map.

    Raises:
        TypeError: If it is a number, a string, or a list of several results.

    Warns:
        VizWarning: If it has fields, but none that is known, or one almost called as one that is.
    """
    if isinstance(sample, (str, bytes, numbers.Number)):
        raise TypeError(
            "data_sample must be a sample with fields, a mapping, or the result of a model, got "
            f"{type(sample).__name__}: {sample!r:.60}"
        )
    if isinstance(sample, (list, tuple)) and not hasattr(sample, "_fields"):
        if is_poses(sample):
            return Sides(result=Side(instances=sample))
        if len(sample) == 1 and not _is_annotation(sample[0]):
            sample = sample[0]  # of a batch of one
        elif all(map(_is_annotation, sample)):
            return Sides(result=Side(instances=sample))
        elif _is_pair(sample):
            return Sides(result=Side(panoptic=sample))
        else:
            raise TypeError(
                f"data_sample must be that of one image, got {len(sample)} in a "
                f"{type(sample).__name__}; give one of them; {OTHER_ARRAYS}"
            )
    if _is_array(sample):
        return Sides(result=Side(semantic=sample))
    found = read_known(sample, _SAMPLE_FIELDS, "data_sample", taken=_LIKENESS, told=_LIKENESS)
    if found:
        return Sides(_read_side(found, "gt"), _read_side(found, "pred"))
    if _is_annotation(sample):
        return Sides(result=Side(instances=[sample]))
    annotations = read_field(sample, "annotations")
    if isinstance(annotations, (list, tuple)) and all(map(_is_annotation, annotations)):
        return Sides(result=Side(instances=annotations))  # of an image, as processors take it
    result = _read_result(sample)
    if result is None:
        tell_of_unknown(sample, {**_SAMPLE_FIELDS, **INSTANCE_FIELDS, **_MAP_FIELDS}, "data_sample")
    return Sides() if result is None else Sides(result=result)


def _read_side(found: Mapping[str, Any], side: str) -> Side:
    instances, semantic, panoptic = (
        found.get(f"{side}_{kind}") for kind in ("instances", "sem_seg", "panoptic_seg")
    )
    if _is_annotation(instances):
        instances = [instances]
    elif panoptic is None and read_field(instances, "segmentation") is not None:
        # The objects of transformers are a map and the list of its segments.
        instances, panoptic = None, instances
    return Side(instances, semantic, panoptic)


def _read_result(sample: Any) -> Side | None:
    """Return what there is to draw of the result of a model, or None if nothing is known of it."""
    if (panoptic := read_field(sample, "panoptic_seg")) is not None:
        return Side(panoptic=panoptic)  # which has the objects, too
    if read_field(sample, "segmentation") is not None:
        return Side(panoptic=sample)
    if _has_objects(sample):
        return Side(instances=sample)
    instances, semantic = read_field(sample, "instances"), read_field(sample, "sem_seg")
    if semantic is not None:
        scores = as_array(semantic, "sem_seg")
        # detectron2's scores of all classes; a map of one class has one axis less, or a 1 there.
        is_scores = scores.ndim == 3 and scores.shape[0] > 1 and scores.dtype.kind == "f"
        semantic = scores.argmax(axis=0) if is_scores else sample
    if instances is None and semantic is None:
        return None
    return Side(instances=instances, semantic=semantic)


def _has_objects(sample: Any) -> bool:
    return any(
        read_field(sample, spelling) is not None
        for name in DRAWN_FIELDS
        for spelling in INSTANCE_FIELDS[name]
    )


def _is_annotation(entry: Any) -> bool:
    """Return whether something is one of COCO's annotations."""
    return (
        isinstance(entry, Mapping)
        and "category_id" in entry
        and any(name in entry for name in ("bbox", "segmentation", "keypoints"))
    )


def _is_pair(sample: Any) -> bool:
    """Return whether a sequence is a panoptic map of detectron2 with the list of its segments."""
    return (
        isinstance(sample, tuple)
        and len(sample) == 2
        and _is_array(sample[0])
        and isinstance(sample[1], (list, type(None)))
    )


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or is_tensor(value) or hasattr(value, "getbands")
