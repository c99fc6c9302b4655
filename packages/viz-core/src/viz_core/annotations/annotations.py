"""What is annotated on one image: objects, and maps of classes or segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.annotations.keypoints import Keypoints
from viz_core.annotations.names import Names
from viz_core.annotations.rotated_boxes import corners_of
from viz_core.annotations.segments import SegmentMap
from viz_core.annotations.thresholds import Threshold, find_threshold
from viz_core.errors import VizWarning

__all__ = ["Annotations"]

_PER_OBJECT = ("labels", "bboxes", "rotated_bboxes", "masks", "names", "scores", "ids")


@dataclass(frozen=True)
class Annotations:
    """The N objects of an image, and its maps; what is None was not given.

    `as_annotations` makes them of the samples and results of any library.

    Attributes:
        labels: Class indices, shape (N,).
        bboxes: x1, y1, x2, y2 in pixels, shape (N, 4).
        rotated_bboxes: Center x, center y, width, height in pixels, and angle in degrees, clockwise
            as seen on the screen, shape (N, 5).
        scores: In 0..1, shape (N,).
        masks: Of each object an array of shape (H, W), one of COCO's run-length encodings, or a
            list of polygons.
        keypoints: x, y and confidence of K points of each, shape (N, K, 3), and their visibility.
        names: Of the objects, instead of those of their classes.
        ids: Of the objects in a video, the same in every frame, -1 of what is not tracked, shape
            (N,).
        semantic: A class for each pixel.
        panoptic: A segment for each pixel.
    """

    labels: npt.NDArray[np.int64]
    bboxes: npt.NDArray[np.float64] | None = None
    rotated_bboxes: npt.NDArray[np.float64] | None = None
    scores: npt.NDArray[np.float64] | None = None
    masks: Sequence[Any] | None = None
    keypoints: Keypoints | None = None
    names: Sequence[str] | None = None
    ids: npt.NDArray[np.int64] | None = None
    semantic: SegmentMap | None = None
    panoptic: SegmentMap | None = None

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.labels)

    def select(self, wanted: npt.NDArray[np.bool_]) -> Annotations:
        """Return the objects for which `wanted`, of shape (N,), is true; maps stay."""
        if wanted.all():
            return self
        rows = np.flatnonzero(wanted)

        def pick(values: Any) -> Any:
            if values is None or isinstance(values, np.ndarray):
                return None if values is None else values[rows]
            return [values[i] for i in rows]

        picked: dict[str, Any] = {name: pick(getattr(self, name)) for name in _PER_OBJECT}
        if self.keypoints is not None:
            picked["keypoints"] = Keypoints(*map(pick, self.keypoints))
        return replace(self, **picked)

    @property
    def extents(self) -> npt.NDArray[np.float64] | None:
        """x1, y1, x2, y2 of the boxes, of what is around turned ones, or of what has a point.

        Shape (N, 4), sorted; NaN for an object without a point. None if there are but masks.
        """
        if self.bboxes is not None:
            one, other = self.bboxes[:, :2], self.bboxes[:, 2:]
            return np.hstack([np.minimum(one, other), np.maximum(one, other)])
        if self.rotated_bboxes is not None:
            points = corners_of(self.rotated_bboxes)
        elif self.keypoints is not None and self.masks is None:
            points = self.keypoints.points[..., :2]
        else:
            return None
        low, high = (np.where(np.isnan(points), end, points) for end in (np.inf, -np.inf))
        around = np.hstack([low.min(axis=1, initial=np.inf), high.max(axis=1, initial=-np.inf)])
        around[~np.isfinite(around).all(axis=1)] = np.nan
        return around

    def above(self, threshold: Threshold, classes: Names | None = None) -> Annotations:
        """Return the objects and segments whose score is above a threshold, or is not known.

        Args:
            threshold: One for all, a list by class, or a dict by the name or the label of a class;
                a class that it lacks has 0.3.
            classes: Names of the classes: a list whose index is the label, or a dict by label.

        Raises:
            TypeError: If a threshold is no number.
            ValueError: If a dict has a name that no class has.

        Warns:
            VizWarning: If some are left out because their score is NaN.
        """
        find = find_threshold(threshold, classes)
        kept = self
        if self.panoptic is not None:
            kept = replace(kept, panoptic=self.panoptic.above(find))
        if self.scores is None:
            return kept
        unknown = int(np.isnan(self.scores).sum())
        if unknown:
            warn_user(
                f"{unknown} of {len(self)} predictions have the score NaN and are not drawn",
                VizWarning,
            )
        if isinstance(threshold, (int, float)):
            return kept.select(self.scores > threshold)
        names = [None] * len(self) if self.names is None else self.names
        limits = [
            find(label, name) for label, name in zip(self.labels.tolist(), names, strict=True)
        ]
        return kept.select(self.scores > np.array(limits, np.float64))
