"""How bad a prediction is, in one number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.comparison import compare_annotations

__all__ = ["error_rate"]


def error_rate(truth: Annotations, prediction: Annotations) -> float:
    """Return how bad a prediction is: (FP + FN) / (truths + predictions), at an overlap of 0.5.

    0 is perfect, as is nothing where there is nothing; 1 has nothing right. A box that is not
    finite matches nothing.

    Raises:
        ValueError: If there are maps alone, of which it is not known, or the sides have no kind of
            boxes or masks in common.
    """
    total = len(truth) + len(prediction)
    if not total:
        maps = (truth.semantic, truth.panoptic, prediction.semantic, prediction.panoptic)
        if any(each is not None for each in maps):
            raise ValueError(
                "maps without objects have no score of their own; pass one as score=, as the share "
                "of pixels that are wrong, or keep no worst samples: worst=0"
            )
        return 0.0
    true, predicted = (side.select(_are_finite(side)) for side in (truth, prediction))
    found = compare_annotations(true, predicted, image_size=_mask_size(true, predicted))
    return (total - 2 * int(np.count_nonzero(found.matches >= 0))) / total


def _are_finite(side: Annotations) -> npt.NDArray[np.bool_]:
    boxes = side.rotated_bboxes if side.bboxes is None else side.bboxes
    if boxes is None:
        return np.ones(len(side), np.bool_)
    finite: npt.NDArray[np.bool_] = np.isfinite(boxes).min(axis=1)
    return finite


def _mask_size(*sides: Annotations) -> tuple[int, int] | None:
    """Return width and height of an image that holds the masks, if they are to be compared."""
    if all(side.masks is None or side.extents is not None for side in sides):
        return None  # boxes take less time
    height, width = (1, 1)
    for mask in (mask for side in sides for mask in side.masks or ()):
        if isinstance(mask, Mapping):
            return int(mask["size"][1]), int(mask["size"][0])
        if hasattr(mask, "height"):
            return mask.width, mask.height
        shape: tuple[int, ...] = tuple(getattr(mask, "shape", ()))
        if shape:
            return shape[-1], shape[-2]
        for polygon in mask:
            x, y = np.asarray(polygon, np.float64).reshape(-1, 2).max(axis=0, initial=1)
            width, height = max(width, int(x) + 1), max(height, int(y) + 1)
    return width, height
