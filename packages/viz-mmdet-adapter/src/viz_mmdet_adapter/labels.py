"""Labels of objects: their texts, sizes and places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from viz_core import Canvas
from viz_mmdet_adapter.dataset_palettes import RGB

__all__ = ["adaptive_scales", "class_name", "draw_labels"]

_FONT_SIZE = 13
_BACKGROUND = {"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}

# In pixels: the padding of 0.7 points is one, and rounding to whole pixels may take another.
_MARGIN = 2.0

# A label moves down by this many of its heights at most, so that it stays with its object.
_FARTHEST = 3


def class_name(label: int, classes: Sequence[str] | None) -> str:
    """Return the name of a class; `class 7` where `classes` has none."""
    if classes is not None and 0 <= label < len(classes):
        return str(classes[label])
    return f"class {label}"


def adaptive_scales(
    areas: npt.NDArray[Any], min_area: float = 800, max_area: float = 30000
) -> npt.NDArray[np.float64]:
    """Return the scale of each object's label, as MMDetection documents it.

    Args:
        areas: Of the objects, in pixels.
        min_area: Up to here the scale is 0.5.
        max_area: From here on it is 1; in between it grows linearly.
    """
    scales = 0.5 + 0.5 * (np.asarray(areas, np.float64) - min_area) / (max_area - min_area)
    return np.clip(scales, 0.5, 1.0)


def draw_labels(
    canvas: Canvas,
    texts: list[str],
    positions: npt.NDArray[np.float64],
    areas: npt.NDArray[Any],
    colors: list[RGB],
    *,
    horizontal: Literal["left", "center"] = "left",
    are_tops: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Draw labels, each moved inside the image, then below an earlier label that it would cover.

    One that would have to move down more than three of its heights stays where it is.

    Args:
        canvas: Drawn on.
        texts: One for each of N objects.
        positions: x and y in pixels of a point of each text, shape (N, 2).
        areas: Of the objects, in pixels, shape (N,). Larger objects have larger labels.
        colors: One for each text.
        horizontal: Which part of a text is at x.
        are_tops: Whether y is that of the top of a text, or of its middle, shape (N,); the top of
            all by default.
    """
    if not texts:
        return
    sizes = (_FONT_SIZE * adaptive_scales(areas)).astype(int).tolist()
    extents = canvas.measure_texts(texts, font_sizes=sizes)
    corners = positions.copy()
    if horizontal == "center":
        corners[:, 0] -= extents[:, 0] / 2
    if are_tops is not None:
        corners[:, 1] -= np.where(are_tops, 0, extents[:, 1] / 2)
    room = np.array([canvas.width, canvas.height]) - extents - _MARGIN
    # A text wider than the image keeps its start visible, by which names are told apart.
    corners = np.maximum(np.minimum(corners, room), _MARGIN)
    _part(corners, extents + 2 * _MARGIN, room[:, 1])
    inside = np.minimum(corners, [canvas.width - 1, canvas.height - 1])
    canvas.draw_texts(texts, inside, sizes, colors=colors, bboxes=_BACKGROUND)


def _part(
    corners: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    lowest: npt.NDArray[np.float64],
) -> None:
    """Move labels that lie on earlier ones below them, in place.

    Args:
        corners: x and y of the top left corners, shape (N, 2).
        sizes: Width and height of each, shape (N, 2).
        lowest: The largest y that each may have, shape (N,).
    """
    left, right = corners[:, 0], corners[:, 0] + sizes[:, 0]
    met, earlier = np.nonzero(np.tril((left < right[:, None]) & (left[:, None] < right), -1))
    bounds = np.searchsorted(met, np.arange(len(sizes) + 1)).tolist()
    # Each meets few others, so that lists are faster here than arrays.
    others, tops = earlier.tolist(), corners[:, 1].tolist()
    bottoms = (corners[:, 1] + sizes[:, 1]).tolist()
    for i, height in enumerate(sizes[:, 1].tolist()):
        before = others[bounds[i] : bounds[i + 1]]
        limit = min(float(lowest[i]), tops[i] + _FARTHEST * height)
        y = tops[i]
        while y <= limit:
            ends = [bottoms[j] for j in before if tops[j] < y + height and y < bottoms[j]]
            if not ends:
                tops[i], bottoms[i] = y, y + height
                break
            y = max(ends)
    corners[:, 1] = tops
