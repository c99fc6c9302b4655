"""How bad the prediction of a sample is, where its objects do not say it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from viz_core import as_array

__all__ = ["badness"]

#: A panoptic id of MMDetection's is the instance times this plus the class.
_INSTANCE_OFFSET = 1000

#: The id of pixels without a class.
_IGNORED = 255


def badness(sample: Any) -> Callable[[], float] | None:
    """Return what says how bad a prediction is; None where objects do, by `viz_core.Samples`.

    Of keypoints it is their mean distance from the true ones, over the square root of the area of
    the object; of maps the share of wrong pixels. Without a truth it is 0.

    Args:
        sample: One of MMEngine's family, with both sides.
    """
    true, found = _sides(sample, "instances")
    if hasattr(true, "keypoints") and hasattr(found, "keypoints"):
        return partial(_distance, true, found)
    if found is not None and len(found):
        return None if true is not None else float
    for kind, divisor in (("sem_seg", None), ("panoptic_seg", _INSTANCE_OFFSET)):
        true, found = _sides(sample, kind)
        if found is not None:
            return float if true is None else partial(_wrong_share, true, found, divisor)
    return None


def _sides(sample: Any, kind: str) -> tuple[Any, Any]:
    return getattr(sample, f"gt_{kind}", None), getattr(sample, f"pred_{kind}", None)


def _wrong_share(true: Any, found: Any, divisor: int | None) -> float:
    """Return the share of pixels with another class, of those that have one, where they lie."""
    true, found = (getattr(each, "sem_seg", getattr(each, "data", None)) for each in (true, found))
    true, found = true.reshape(true.shape[-2:]), found.reshape(found.shape[-2:])
    known = true != _IGNORED
    if divisor is not None:
        true, found = true % divisor, found % divisor
    return float(((true != found) & known).sum()) / max(1, int(known.sum()))


def _distance(true: Any, found: Any) -> float:
    """Return the mean distance of the true points from those of the nearest prediction, 1 at most."""
    points, others = (as_array(each.keypoints)[..., :2].astype(float) for each in (true, found))
    if not len(points) or not len(others):
        return float(len(points) != len(others))
    seen = np.isfinite(points).all(axis=-1)
    if hasattr(true, "keypoints_visible"):
        visible = as_array(true.keypoints_visible)
        seen &= visible.reshape(*points.shape[:2], -1)[..., 0] > 0
    low = np.where(seen[..., None], points, np.inf).min(axis=1)
    high = np.where(seen[..., None], points, -np.inf).max(axis=1)
    if hasattr(true, "bboxes"):
        low, high = np.split(as_array(true.bboxes).astype(float), 2, axis=1)
    sizes = np.sqrt(np.maximum((high - low).prod(axis=1), 1))
    apart = np.linalg.norm(points[:, None] - others[None], axis=-1)  # (N, M, K)
    apart = np.where(seen[:, None], apart, 0).sum(axis=2) / np.maximum(seen.sum(axis=1), 1)[:, None]
    nearest = apart.min(axis=1) / sizes
    wanted = seen.any(axis=1)
    return float(np.minimum(nearest[wanted], 1).mean()) if wanted.any() else 0.0
