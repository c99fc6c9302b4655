"""Copies of annotations that may be kept: small, on the CPU, and nobody else's memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.crops import encode_rle
from viz_core.annotations.keypoints import Keypoints
from viz_core.annotations.masks import as_crops
from viz_core.annotations.segments import SegmentMap
from viz_core.annotations.sides import as_annotations

__all__ = ["keep_annotations"]

#: What the ids of a map are kept as: the first that holds them.
_SMALL = (np.uint8, np.int16, np.int32)


def keep_annotations(annotations: object, height: int, width: int) -> Annotations:
    """Return a copy that shares no memory with what it is read from, and can be pickled.

    Masks are COCO's run-length encodings, maps the smallest integers that hold their ids.

    Args:
        annotations: What [`as_annotations`][viz_core.as_annotations] takes.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        TypeError, ValueError: If they are of another kind, or a mask is of another size than the
            image.
    """
    found = as_annotations(annotations)
    masks: Sequence[Any] | None = None
    if found.masks is not None:
        crops = as_crops(found.masks, height, width)
        masks = [
            # What is compressed was checked when it became a crop.
            {"size": [height, width], "counts": mask["counts"]}
            if isinstance(mask, Mapping) and isinstance(mask["counts"], str)
            else encode_rle(crop, height, width)
            for mask, crop in zip(found.masks, crops, strict=True)
        ]
    keypoints = found.keypoints
    if keypoints is not None:
        keypoints = Keypoints(*map(_copied, keypoints))
    return replace(
        found,
        labels=found.labels.copy(),
        bboxes=_copied(found.bboxes),
        rotated_bboxes=_copied(found.rotated_bboxes),
        scores=_copied(found.scores),
        masks=masks,
        keypoints=keypoints,
        ids=_copied(found.ids),
        semantic=_small(found.semantic),
        panoptic=_small(found.panoptic),
    )


def _copied(values: npt.NDArray[Any] | None) -> Any:
    return None if values is None else values.copy()


def _small(segments: SegmentMap | None) -> SegmentMap | None:
    if segments is None:
        return None
    ids = segments.ids
    low, high = (int(ids.min()), int(ids.max())) if ids.size else (0, 0)
    for kind in _SMALL:
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return replace(segments, ids=ids.astype(kind))
    return replace(segments, ids=ids.copy())
