"""Where the labels of objects go, so that each can be read and none hides a small object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_length
from viz_core.convert import as_array
from viz_core.drawing.arguments import as_coordinates, check_box
from viz_core.typing import ArrayLike

__all__ = ["LabelPlacement", "place_labels"]

Floats: TypeAlias = npt.NDArray[np.float64]
Booleans: TypeAlias = npt.NDArray[np.bool_]

# A box is small if its shorter side is less than this many heights of its label: a label inside
# would hide the object.
_SMALL = 2.2

# What a place costs: for the part of the label that is hidden there, and of a small object that it
# hides; for each place before it in the list; and for each height of the label between it and the
# box.
_HIDDEN, _HIDING, _LATER, _DISTANT = 10.0, 8.0, 0.004, 0.1

# A place is free if what is hidden there costs no more than this.
_FREE = 0.01

# Which places are tried first, since they touch the box, and which then: those on a grid over it
# and around it. Of the ways from side to side, and of the greatest distance, that has these parts.
_TURNS = (slice(10), slice(10, None))
_WITHIN = np.array([0.0, 0.5, 1.0])
_AWAY = np.array([0.0, 1.0])


@dataclass(frozen=True)
class LabelPlacement:
    """Where labels go.

    Attributes:
        positions: x and y of the upper left corner of each label, in pixels, shape (N, 2).
        placed: Whether a free place was found, bool, shape (N,). Where none was, `positions` has
            the best there is, and whoever draws decides: draw it all the same, leave it out, or
            draw a shorter one.
        leaders: From each label that does not touch its box, a line to it: x, y of its start, x, y
            of its end, shape (N, 2, 2). NaN for the others.
    """

    positions: Floats
    placed: Booleans
    leaders: Floats


def place_labels(
    bboxes: ArrayLike,
    sizes: ArrayLike,
    image_size: tuple[int, int],
    *,
    priorities: ArrayLike | None = None,
    max_distance: float = 2.5,
) -> LabelPlacement:
    """Find a place for the label of each box, so that all can be read.

    Labels stay inside the image and off each other. The label of a small box, whose shorter side
    is less than 2.2 heights of its label, is outside of it: above, else below, right or left. No
    label hides a small box. That of a large one is in or above its top left corner, else at
    another corner. One that finds no such place goes to the nearest free one around its box, with
    a line to it. Labels choose one after the other, so that equal arguments have equal results.

        sizes = canvas.measure_texts(names)
        placement = place_labels(bboxes, sizes, (canvas.width, canvas.height), priorities=scores)
        canvas.draw_texts(names, placement.positions)

    Known as `smart_position` in supervision and as adjustText for matplotlib, which push labels
    away from each other.

    Args:
        bboxes: x1, y1, x2, y2 in pixels, shape (4,) or (N, 4).
        sizes: Width and height of each label in pixels, with its background, shape (2,) or (N, 2).
        image_size: Width and height of the image in pixels.
        priorities: The label with the highest chooses first, shape (N,); draw it last. Of equal
            ones, the first. Default: in the order given.
        max_distance: How far a label may be from its box, in heights of the label. 0: it touches.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If an argument has another shape, is not finite, or the corners of a box are
            not sorted.
    """
    corners = as_coordinates(bboxes, "bboxes", 4, "x1, y1, x2, y2")
    extents = as_coordinates(sizes, "sizes", 2, "width, height")
    image = as_coordinates(image_size, "image_size", 2, "width, height")
    count = len(corners)
    if len(extents) != count:
        raise ValueError(f"sizes must have one row per bbox, got {len(extents)} for {count}")
    if len(image) != 1 or (image <= 0).any():
        raise ValueError(f"image_size must be a width and a height above 0, got {image_size}")
    if (extents < 0).any():
        raise ValueError(f"sizes must not be negative, got {extents.min():g}")
    for number in np.flatnonzero((corners[:, 2:] < corners[:, :2]).any(axis=1)).tolist():
        check_box(corners[number].tolist(), number)
    seen = np.clip(corners, 0, np.tile(image[0], 2))  # what is outside has its label at the border
    extents = np.minimum(extents, image)  # what is larger than the image begins at its corner
    farthest = min(as_length(max_distance, "max_distance"), float(image.max()))
    shorter = (seen[:, 2:] - seen[:, :2]).min(axis=1)
    is_small = shorter < _SMALL * extents[:, 1]
    places = np.clip(_places(seen, extents, is_small, farthest), 0, (image - extents)[..., None])
    small = seen[is_small & (shorter > 0)]
    room = _Room(small, places, extents, _preferences(places, extents, seen))
    chosen = np.zeros(count, np.intp)
    placed = np.ones(count, bool)
    for number in _order(priorities, count):
        for turn in range(len(_TURNS)):
            chosen[number], placed[number] = room.choose(number, turn)
            if placed[number]:
                break
        room.take(number, chosen[number])
    positions = places[np.arange(count), :, chosen]
    return LabelPlacement(positions, placed, _leaders(positions, extents, seen))


def _order(priorities: ArrayLike | None, count: int) -> list[int]:
    """Return which label chooses first, second and so on."""
    if priorities is None:
        return list(range(count))
    values = as_array(priorities, "priorities").reshape(-1)
    if len(values) != count:
        raise ValueError(f"priorities must have one entry per bbox, got {len(values)} for {count}")
    order: list[int] = np.argsort(-values.astype(np.float64), kind="stable").tolist()
    return order


def _places(boxes: Floats, sizes: Floats, is_small: Booleans, max_distance: float) -> Floats:
    """Return upper left corners that each label may have, those that touch first: (N, P, 2)."""
    x1, y1, x2, y2 = boxes.T
    w, h = sizes.T
    left, above, middle = x1 - w, y1 - h, (x1 + x2 - w) / 2
    # fmt: off
    outside = [
        (x1, above), (x1, y2), (x2, y1), (left, y1), (x2 - w, above), (x2 - w, y2),
        (middle, above), (middle, y2), (x2, y2 - h), (left, y2 - h),
    ]
    inside = [
        (x1, y1), (x1, above), (x2 - w, y1), (x2 - w, above), (x1, y2 - h), (x2 - w, y2 - h),
        (x1, y2), (x2 - w, y2), (x2, y1), (left, y1),
    ]
    # fmt: on
    touching = np.where(is_small, outside, inside).transpose(2, 1, 0)
    away = _AWAY[:, None] * (max_distance * h)
    columns, rows = (
        np.concatenate(
            [low - length - away, low + _WITHIN[:, None] * (high - length - low), high + away]
        )
        for low, high, length in ((x1, x2, w), (y1, y2, h))
    )
    grid = np.stack(np.broadcast_arrays(columns.T[:, None], rows.T[:, :, None]), axis=1)
    return np.concatenate([touching, grid.reshape(-1, 2, len(columns) * len(rows))], axis=2)


def _preferences(places: Floats, sizes: Floats, boxes: Floats) -> Floats:
    """Return what it costs that a place is not the best one, shape (N, P)."""
    before = boxes[:, :2, None] - places - sizes[..., None]
    gaps = np.maximum(np.maximum(before, places - boxes[:, 2:, None]), 0)
    costs: Floats = gaps.max(axis=1) * (_DISTANT / np.maximum(sizes[:, 1:], 1))
    costs[:, _TURNS[0]] = _LATER * np.arange(_TURNS[0].stop)
    return costs


class _Room:
    """What labels may not hide: small objects, and the labels that have a place.

    Overlaps are exact: on a grid of cells, coarse enough to be quick, an object of a few pixels
    would block all places beside it.
    """

    def __init__(self, objects: Floats, places: Floats, sizes: Floats, preferences: Floats) -> None:
        # Rectangles are -x1, -y1, x2, y2: the larger these are, the larger is the rectangle.
        labels = np.concatenate([-places, places + sizes[..., None]], axis=1, dtype=np.float32)
        self._places = labels
        self._preferences = preferences
        # What is near the places of a turn ends behind the beginning of all, and so on.
        self._limits = [
            -labels[:, [2, 3, 0, 1], turn].max(axis=2, keepdims=True) for turn in _TURNS
        ]
        used = len(objects)
        self._taken = np.empty((4, used + len(places)), np.float32)
        self._taken[:, :used] = objects.T * [[-1], [-1], [1], [1]]
        # What it costs that a pixel is hidden.
        self._weights = np.empty(used + len(places), np.float32)
        self._weights[:used] = _HIDING / (objects[:, 2:] - objects[:, :2]).prod(axis=1)
        self._own_weights = (_HIDDEN / np.maximum(sizes.prod(axis=1), 1)).astype(np.float32)
        self._used = used

    def take(self, number: int, choice: int) -> None:
        """Note that a label has its place."""
        self._taken[:, self._used] = self._places[number, :, choice]
        self._weights[self._used] = self._own_weights[number]
        self._used += 1

    def choose(self, number: int, turn: int) -> tuple[int, bool]:
        """Return which of the places of a label costs least, and whether it is free."""
        which = _TURNS[turn]
        start, preferences = which.start or 0, self._preferences[number, which]
        taken = self._taken[:, : self._used]
        near = (taken > self._limits[turn][number]).all(axis=0).nonzero()[0]
        if not near.size:
            return start + int(preferences.argmin()), True
        overlaps = np.minimum(taken.take(near, 1)[..., None], self._places[number, :, None, which])
        sides = overlaps[:2]
        sides += overlaps[2:]
        np.maximum(sides, 0, out=sides)
        weights = np.maximum(self._weights[near], self._own_weights[number])
        costs = weights @ (sides[0] * sides[1])
        choice = int((costs + preferences).argmin())
        return start + choice, bool(costs[choice] <= _FREE)


def _leaders(positions: Floats, sizes: Floats, boxes: Floats) -> Floats:
    """Return the shortest line from each label to its box; NaN where they touch."""
    ends = positions + sizes
    starts = np.clip((boxes[:, :2] + boxes[:, 2:]) / 2, positions, ends)
    stops = np.clip(starts, boxes[:, :2], boxes[:, 2:])
    starts = np.clip(stops, positions, ends)
    leaders = np.stack([starts, stops], axis=1)
    leaders[(np.abs(starts - stops) <= 1).all(axis=1)] = np.nan
    return leaders
