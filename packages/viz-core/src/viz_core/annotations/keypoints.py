"""Reading the keypoints of objects, whatever library they are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array

__all__ = ["Keypoints", "read_keypoints"]

Floats: TypeAlias = npt.NDArray[np.float64]


class Keypoints(NamedTuple):
    """The K keypoints of each of N objects.

    Attributes:
        points: x, y and confidence, shape (N, K, 3); NaN where a point is missing.
        visibility: 0 is not drawn, 1 hollow, 2 drawn, shape (N, K); None is not known.
    """

    points: Floats
    visibility: npt.NDArray[np.int64] | None = None


def read_keypoints(found: Mapping[str, Any], *, is_coco: bool = False) -> Keypoints | None:
    """Return the keypoints among the fields of objects, or None if there are none.

    Whole numbers up to 2 in a third column are COCO's visibility; those of 0 and 1 alone, as
    torchvision returns them, a confidence. Points at (0, 0) are missing where ultralytics
    and COCO say so.

    Args:
        found: `keypoints` is of shape (K, 2), (K, 3), (N, K, 2) or (N, K, 3), or a class around
            such; `keypoint_scores` and `keypoints_visible` are of shape (N, K).
        is_coco: Whether whole numbers up to 2 in a third column are visibility even if none is 2;
            the files that models write have confidences there.

    Raises:
        ValueError: If they are of another shape.
    """
    given = found.get("keypoints")
    if given is None:
        return None
    inner = getattr(given, "tensor", given)  # detectron2's
    if not hasattr(inner, "__array_interface__") and hasattr(inner, "xy"):  # ultralytics'
        inner = inner.data
    array = np.array(inner, np.float64) if isinstance(inner, (list, tuple)) else as_array(inner)
    array = array.astype(np.float64)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[-1] not in (2, 3):
        raise ValueError(
            "keypoints must have shape (N, K, 2): x, y; or (N, K, 3): x, y, confidence; got "
            f"{array.shape}"
        )
    visibility = None
    confidence: npt.NDArray[Any] = np.ones(array.shape[:2])
    if array.shape[-1] == 3:
        third = array[..., 2]
        is_whole = np.isin(third, (0, 1, 2)).all()
        is_visibility = is_whole and (is_coco or (third == 2).any())
        visibility = third.astype(np.int64) if is_visibility else None
        confidence = confidence if is_visibility else third
    for name in ("keypoints_visible", "keypoint_scores"):
        if (own := found.get(name)) is not None:
            confidence = as_array(np.asarray(own) if isinstance(own, list) else own)
            confidence = confidence.astype(np.float64).reshape(array.shape[0], array.shape[1], -1)
            confidence = confidence[..., 0]
    points = np.concatenate([array[..., :2], confidence[..., None]], axis=-1)
    if is_coco or inner is not given:
        points[(points[..., :2] == 0).all(axis=-1)] = np.nan
    return Keypoints(points, visibility)
