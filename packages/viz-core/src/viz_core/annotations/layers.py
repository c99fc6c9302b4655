"""Masks and maps of a sample as few maps of labels, in which none hides another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.masks import as_crops
from viz_core.annotations.names import Names
from viz_core.annotations.segments import SegmentMap

__all__ = ["as_label_maps"]

LabelMap = npt.NDArray[np.int64]


def as_label_maps(
    annotations: Annotations, height: int, width: int, classes: Names | None = None
) -> list[LabelMap]:
    """Return the class of each pixel, -1 where there is none, as trackers with masks take it.

    Masks that overlap are in several maps, in the order of the objects; a semantic and a panoptic
    map follow.

    Args:
        annotations: Of an image.
        height: Rows of the image.
        width: Columns of the image.
        classes: Names of the classes, by which it is known which ids of a panoptic map are void.

    Returns:
        Each int64, shape (H, W).
    """
    maps: list[LabelMap] = []
    crops = as_crops(annotations.masks or [], height, width)
    for label, crop in zip(annotations.labels.tolist(), crops, strict=False):
        mask = crop.paint()
        place = np.s_[crop.y : crop.y + mask.shape[0], crop.x : crop.x + mask.shape[1]]
        free = (layer for layer in maps if (layer[place][mask] < 0).all())
        if (layer := next(free, None)) is None:
            layer = np.full((height, width), -1)
            maps.append(layer)
        layer[place][mask] = label
    for segments, is_panoptic in ((annotations.semantic, False), (annotations.panoptic, True)):
        if segments is not None:
            maps.append(_labels_of(segments, classes, is_panoptic=is_panoptic))
    return maps


def _labels_of(segments: SegmentMap, classes: Names | None, *, is_panoptic: bool) -> LabelMap:
    ids, places = np.unique(segments.ids, return_inverse=True)
    drawn = segments.drawn(ids.tolist(), classes, is_panoptic=is_panoptic)
    labels = {  # colors have no class: each is one
        number: place if segment is None else segment.label
        for place, (number, segment) in enumerate(drawn.items())
    }
    return np.array([labels.get(number, -1) for number in ids.tolist()], np.int64)[places].reshape(
        segments.ids.shape
    )
