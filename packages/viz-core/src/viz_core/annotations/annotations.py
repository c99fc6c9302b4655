"""What is annotated on one image: objects, and maps of classes or segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.annotations.names import Names
from viz_core.annotations.segments import SegmentMap
from viz_core.annotations.thresholds import Threshold, find_threshold
from viz_core.errors import VizWarning

__all__ = ["Annotations"]

_PER_OBJECT = ("labels", "bboxes", "scores", "masks", "names", "ids")


@dataclass(frozen=True)
class Annotations:
    """The N objects of an image, and its maps; what is None was not given.

    `as_annotations` makes them of the samples and results of any library.

    Attributes:
        labels: Class indices, shape (N,).
        bboxes: x1, y1, x2, y2 in pixels, shape (N, 4).
        scores: In 0..1, shape (N,).
        masks: Of each object an array of shape (H, W), one of COCO's run-length encodings, or a
            list of polygons.
        names: Of the objects, instead of those of their classes.
        ids: Of the objects in a video, the same in every frame, shape (N,).
        semantic: A class for each pixel.
        panoptic: A segment for each pixel.
    """

    labels: npt.NDArray[np.int64]
    bboxes: npt.NDArray[np.float64] | None = None
    scores: npt.NDArray[np.float64] | None = None
    masks: Sequence[Any] | None = None
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

        return replace(self, **{name: pick(getattr(self, name)) for name in _PER_OBJECT})

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
        names = [None] * len(self) if self.names is None else self.names
        limits = [
            find(label, name) for label, name in zip(self.labels.tolist(), names, strict=True)
        ]
        return kept.select(self.scores > np.array(limits, np.float64))
