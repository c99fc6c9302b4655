"""Annotations as values that JSON has, as a local run keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.crops import decode_rle, encode_rle
from viz_core.annotations.keypoints import Keypoints
from viz_core.annotations.masks import as_crops
from viz_core.annotations.names import Names, class_name
from viz_core.annotations.segments import Segment, SegmentMap

__all__ = ["as_vectors", "from_vectors"]

#: Digits behind the point: of pixels and degrees, and of scores.
_PIXELS, _SCORES = 2, 4


def as_vectors(annotations: Annotations, classes: Names | None = None) -> dict[str, Any]:
    """Return annotations as `docs/local-format.md` says, without what is None.

    Args:
        annotations: As `keep_annotations` returns them.
        classes: Names of the classes, by which it is known which ids of a panoptic map are void.
    """
    points = annotations.keypoints
    found: dict[str, Any] = {
        "labels": annotations.labels.tolist(),
        "bboxes": _rounded(annotations.bboxes, _PIXELS),
        "rotated_bboxes": _rounded(annotations.rotated_bboxes, _PIXELS),
        "masks": annotations.masks,
        "keypoints": None if points is None else _as_points(points.points),
        "visibility": None
        if points is None or points.visibility is None
        else points.visibility.tolist(),
        "names": None if annotations.names is None else [*annotations.names],
        "scores": _rounded(annotations.scores, _SCORES),
        "ids": None if annotations.ids is None else annotations.ids.tolist(),
        "semantic": _as_segments(annotations.semantic, classes, is_panoptic=False),
        "panoptic": _as_segments(annotations.panoptic, classes, is_panoptic=True),
    }
    return {key: value for key, value in found.items() if value is not None}


def _rounded(numbers: npt.NDArray[np.float64] | None, digits: int) -> list[Any] | None:
    """Return numbers as nested lists, with None for what is not finite."""
    if numbers is None:
        return None
    rounded: Any = np.round(numbers, digits) + 0.0  # no -0.0
    known = np.isfinite(rounded)
    if not known.all():
        rounded = np.where(known, rounded, None)
    listed: list[Any] = rounded.tolist()
    return listed


def _as_points(points: npt.NDArray[np.float64]) -> list[Any]:
    """Return x, y and confidence of each point, None for one that is missing."""
    places, scores = _rounded(points[..., :2], _PIXELS), _rounded(points[..., 2:], _SCORES)
    assert places is not None  # as points are not
    assert scores is not None
    return [
        [None if None in at else at + how for at, how in zip(*each, strict=True)]
        for each in zip(places, scores, strict=True)
    ]


def _as_segments(
    segments: SegmentMap | None, classes: Names | None, *, is_panoptic: bool
) -> dict[str, Any] | None:
    if segments is None:
        return None
    found = segments.drawn(np.unique(segments.ids).tolist(), classes, is_panoptic=is_panoptic)
    height, width = segments.ids.shape
    crops = as_crops((segments.ids == number for number in found), height, width)
    known = [segment for segment in found.values() if segment is not None]
    listed: dict[str, Any] = {"ids": [*found]}
    listed["masks"] = [encode_rle(crop, height, width) for crop in crops]
    if len(known) == len(found):  # or they were colors
        listed["labels"] = [segment.label for segment in known]
        if any(segment.score is not None for segment in known):
            listed["scores"] = [segment.score for segment in known]
        if segments.names is not None:
            listed["names"] = [class_name(segment.label, segments.names) for segment in known]
    return listed


def from_vectors(vectors: Mapping[str, Any], height: int, width: int) -> Annotations:
    """Return annotations as they were before `as_vectors`, but for what that rounds and drops.

    Args:
        vectors: As it returns them.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        KeyError, TypeError, ValueError: If they are no such.
    """
    count = len(vectors["labels"])

    def numbers(key: str, *shape: int) -> Any:
        if key not in vectors:
            return None
        return np.array(vectors[key], np.float64).reshape(count, *shape)

    keypoints = None
    if "keypoints" in vectors:
        missing = [np.nan, np.nan, np.nan]
        rows = [[missing if at is None else at for at in each] for each in vectors["keypoints"]]
        points = np.array(rows, np.float64).reshape(count, -1, 3) if count else np.zeros((0, 0, 3))
        seen = vectors.get("visibility")
        keypoints = Keypoints(
            points, None if seen is None else np.array(seen, np.int64).reshape(points.shape[:2])
        )
    return Annotations(
        labels=np.array(vectors["labels"], np.int64),
        bboxes=numbers("bboxes", 4),
        rotated_bboxes=numbers("rotated_bboxes", 5),
        scores=numbers("scores"),
        masks=vectors.get("masks"),
        keypoints=keypoints,
        names=vectors.get("names"),
        ids=np.array(vectors["ids"], np.int64) if "ids" in vectors else None,
        semantic=_segments_of(vectors.get("semantic"), height, width, is_panoptic=False),
        panoptic=_segments_of(vectors.get("panoptic"), height, width, is_panoptic=True),
    )


def _segments_of(
    listed: Mapping[str, Any] | None, height: int, width: int, *, is_panoptic: bool
) -> SegmentMap | None:
    if listed is None:
        return None
    ids = np.full((height, width), -1, np.int32)
    for number, mask in zip(listed["ids"], listed["masks"], strict=True):
        crop = decode_rle(mask)
        painted = crop.paint()
        rows, columns = painted.shape
        ids[crop.y : crop.y + rows, crop.x : crop.x + columns][painted] = number
    labels: Sequence[int] | None = listed.get("labels")
    if labels is None:
        return SegmentMap(ids, (), is_coded=True)
    scores = listed.get("scores", [None] * len(labels))
    segments = {
        number: Segment(label, score)
        for number, label, score in zip(listed["ids"], labels, scores, strict=True)
    }
    names = dict(zip(labels, listed["names"], strict=True)) if "names" in listed else None
    return SegmentMap(ids, (), names, segments if is_panoptic else None)
