"""Annotations as W&B's boxes and masks, which its page shows and hides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from viz_core import as_label_maps

if TYPE_CHECKING:
    from viz_core import Annotated, Annotations

__all__ = ["Overlays", "as_boxes", "as_masks"]

Overlays: TypeAlias = "dict[str, dict[str, Any]]"
"""What W&B takes for the boxes or the masks of an image: by key, each a layer of its page."""

#: The number of a class is its label and one: where a mask has nothing it is 0.
_FIRST = 1

#: How many classes a mask has numbers for.
_MOST = 255


def _sides(annotated: Annotated) -> dict[str, Annotations]:
    sides = {"truth": annotated.truth, "prediction": annotated.prediction}
    return {key: side for key, side in sides.items() if side is not None}


def as_boxes(annotated: Annotated) -> Overlays:
    """Return the boxes of both sides, and those around other objects but masks."""
    height, width = annotated.image.shape[:2]
    boxes: Overlays = {}
    for key, side in _sides(annotated).items():
        if side.extents is None:
            continue
        labels = side.labels.tolist()
        names = side.names or map(annotated.class_name, labels)
        scores = [math.nan] * len(side) if side.scores is None else side.scores.tolist()
        # In pixels, they would be of the small image that a page shows first.
        corners = (side.extents / ([width, height] * 2)).tolist()
        boxes[key] = {
            "box_data": [
                _box(*each)
                for each in zip(labels, names, scores, corners, strict=True)
                if all(map(math.isfinite, each[-1]))
            ],
            "class_labels": _names(annotated, labels, 0),
        }
    return boxes


def _box(label: int, name: str, score: float, corners: list[float]) -> dict[str, Any]:
    box: dict[str, Any] = {
        "position": dict(zip(("minX", "minY", "maxX", "maxY"), corners, strict=True)),
        "class_id": label + _FIRST,
        "box_caption": name,
    }
    if math.isfinite(score):
        box |= {"box_caption": f"{name} {score:.0%}", "scores": {"score": score}}
    return box


def as_masks(annotated: Annotated, height: int, width: int) -> Overlays:
    """Return the masks and maps of both sides, of this size.

    Those that overlap have several keys, and so have classes that one has no numbers for.
    """
    full_height, full_width = annotated.image.shape[:2]
    rows, columns = (
        np.arange(height) * full_height // height,
        np.arange(width) * full_width // width,
    )
    masks: Overlays = {}
    for key, side in _sides(annotated).items():
        maps = as_label_maps(side, full_height, full_width, annotated.classes)
        for count, labels in enumerate(maps, 1):
            small = labels[np.ix_(rows, columns)]
            numbers = (small % _MOST + _FIRST).astype(np.uint8)
            for block in np.unique(small[small >= 0] // _MOST).tolist():
                first = block * _MOST
                parts = [key, *([str(count)] if count > 1 else [])]
                parts += [f"from class {first}"] if first else []
                shown = (small >= 0) & (small // _MOST == block)
                found = np.unique(small[shown]).tolist()
                names = _names(annotated, found, first)
                masks[" ".join(parts)] = {
                    "mask_data": np.where(shown, numbers, 0),
                    "class_labels": {n: names[n] for n in names if _FIRST <= n < _FIRST + _MOST},
                }
    return masks


def _names(annotated: Annotated, labels: Iterable[int], first: int) -> dict[int, str]:
    """Return the names of all classes by number: a run keeps what it was told last."""
    classes = annotated.classes
    known = (
        () if classes is None else classes if isinstance(classes, Mapping) else range(len(classes))
    )
    return {i - first + _FIRST: annotated.class_name(i) for i in sorted({*known, *labels})}
