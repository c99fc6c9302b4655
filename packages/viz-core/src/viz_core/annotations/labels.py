"""Labels of objects: their texts, sizes and places."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.annotations.palette import Ink, opacity
from viz_core.drawing.canvas import Canvas
from viz_core.errors import VizWarning

__all__ = ["Names", "adaptive_scales", "as_names", "class_name", "draw_labels"]

#: Of classes: a list whose index is the label, or by label.
Names = Sequence[str] | Mapping[int, str]

_FONT_SIZE = 13
_BACKGROUND = {"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}

# In pixels: the padding of 0.7 points is one, and rounding to whole pixels may take another.
_MARGIN = 2.0

# With so many labels they can hardly be read, and to part them takes a second.
_MOST = 2000

# A label moves down by this many of its heights at most, so that it stays with its object.
_FARTHEST = 3


def as_names(classes: Any) -> Names | None:
    """Return the names of classes, in a list or by label, whatever a data set has them in.

    Args:
        classes: A list of names, the name of the only class, names by label, labels by name, or
            COCO's categories: dicts with `id` and `name`. None has no names.

    Raises:
        TypeError: If it is none of these.
    """
    if classes is None:
        return None
    if isinstance(classes, str):
        return (classes,)
    try:
        if isinstance(classes, Mapping):
            if classes and all(isinstance(label, numbers.Integral) for label in classes.values()):
                return {int(label): str(name) for name, label in classes.items()}
            return {int(label): str(name) for label, name in classes.items()}
        entries = list(classes)
        if entries and all(isinstance(entry, Mapping) for entry in entries):
            return {int(entry["id"]): str(entry["name"]) for entry in entries}
    except (TypeError, ValueError, KeyError) as error:
        raise TypeError(
            "classes must be a list of names, or a dict of names by label, as "
            f"{{1: 'person', 13: 'stop sign'}}, got {classes!r:.200}"
        ) from error
    return [str(entry) for entry in entries]


def class_name(label: int, classes: Names | None) -> str:
    """Return the name of a class; `class 7` where `classes` has none."""
    if isinstance(classes, Mapping):
        return classes.get(label, f"class {label}")
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
    colors: Sequence[Ink],
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
        colors: One for each text; one without opacity leaves out its label.
        horizontal: Which part of a text is at x.
        are_tops: Whether y is that of the top of a text, or of its middle, shape (N,); the top of
            all by default.
    """
    seen = [i for i, color in enumerate(colors) if opacity(color)]
    if not seen:
        return
    if len(seen) > _MOST:
        largest = sorted(seen, key=lambda i: -areas[i])[:_MOST]
        warn_user(
            f"only the {_MOST} largest of {len(seen)} objects have their names drawn, since so many "
            "hide the image; of a map this may mean that its ids are noise, as in a JPEG",
            VizWarning,
        )
        seen = sorted(largest)
    if len(seen) < len(texts):
        texts, colors = [texts[i] for i in seen], [colors[i] for i in seen]
        positions, areas = positions[seen], areas[seen]
        are_tops = None if are_tops is None else are_tops[seen]
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
    canvas.draw_texts(texts, inside, sizes, colors=list(colors), bboxes=_BACKGROUND)


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
