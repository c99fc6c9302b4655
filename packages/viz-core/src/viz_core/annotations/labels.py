"""Labels of objects: their sizes, colors and places."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.annotations.palette import Ink, class_colors, opacity
from viz_core.annotations.placement import place_labels
from viz_core.annotations.style import AnnotationStyle, image_scale
from viz_core.drawing.canvas import Canvas
from viz_core.errors import VizWarning

__all__ = ["Labels", "adaptive_scales", "draw_labels", "draw_placed_labels", "is_bright"]

# MMDetection's.
_LARGEST = 13
_BACKGROUND = {"facecolor": "black", "alpha": 0.8, "pad": 0.7, "edgecolor": "none"}

# Of the legible look: points of the smallest and the largest letters, how many pixels of an
# object's side make them a point larger, and the pixels around them.
_POINTS, _PIXELS_A_POINT, _PADDING = (9.0, 12.0), 40.0, 2.0
_BACKGROUND_ALPHA = 0.85

# By how much, in one channel at least, letters differ from what they are written on.
_READABLE = 60

# Labels that would take so much of the image have the smallest letters.
_CROWDED = 0.3

# A name that takes more of the image's width goes on in the next line; so many lines, no more.
_WIDEST, _MOST_LINES = 0.6, 4

# In pixels: the padding of 0.7 points is one, and rounding to whole pixels may take another.
_MARGIN = 2.0

# With so many labels they can hardly be read, and to part them takes a second.
_MOST = 2000

# A longer list in a corner would hide the image; others are drawn over each other.
_MOST_LISTED = 60

# A label moves down by this many of its heights at most, so that it stays with its object.
_FARTHEST = 3


class Labels(NamedTuple):
    """The labels of N objects.

    Attributes:
        texts: What they say.
        classes: Labels of the objects' classes.
        inks: Colors of the objects.
        areas: Of the objects, in pixels, shape (N,). Larger objects have larger letters.
    """

    texts: list[str]
    classes: list[int]
    inks: Sequence[Ink]
    areas: npt.NDArray[Any]

    def take(self, rows: Sequence[int]) -> Labels:
        """Return some of them."""
        return Labels(
            [self.texts[i] for i in rows],
            [self.classes[i] for i in rows],
            [self.inks[i] for i in rows],
            self.areas[list(rows)],
        )


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


def is_bright(ink: Ink) -> bool:
    """Return whether black stands out from a color more than white does."""
    red, green, blue = ink[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue > 140


def draw_labels(
    canvas: Canvas,
    labels: Labels,
    positions: npt.NDArray[np.float64],
    style: AnnotationStyle,
    *,
    letters: Sequence[Ink] | None = None,
    horizontal: Literal["left", "center"] = "left",
    are_tops: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Draw labels, each moved inside the image, then below an earlier label that it would cover.

    One that would have to move down more than three of its heights stays where it is.

    Args:
        canvas: Drawn on.
        labels: Of N objects.
        positions: x and y in pixels of a point of each text, shape (N, 2).
        style: How they look.
        letters: Colors of the letters, in place of the style's; one without opacity leaves out its
            label.
        horizontal: Which part of a text is at x.
        are_tops: Whether y is that of the top of a text, or of its middle, shape (N,); the top of
            all by default.
    """
    inks = _letters(labels, style) if letters is None else letters
    seen = _seen(labels, inks)
    if not seen:
        return
    labels, inks, positions = labels.take(seen), [inks[i] for i in seen], positions[seen]
    are_tops = None if are_tops is None else are_tops[seen]
    sizes = _sizes(canvas, labels.areas, style)
    texts, extents = _measured(canvas, labels.texts, sizes, wrap=style.is_legible)
    pad = _padding(canvas) if style.is_legible else 0.0
    margin = _MARGIN + pad
    corners = positions.copy()
    if horizontal == "center":
        corners[:, 0] -= extents[:, 0] / 2
    if are_tops is not None:
        corners[:, 1] -= np.where(are_tops, 0, extents[:, 1] / 2)
    room = np.array([canvas.width, canvas.height]) - extents - margin
    # A text wider than the image keeps its start visible, by which names are told apart.
    corners = np.maximum(np.minimum(corners, room), margin)
    _part(corners, extents + 2 * margin, room[:, 1])
    if style.is_legible:
        _write(canvas, texts, corners, sizes, inks, labels.inks, range(len(texts)))
    else:
        inside = np.minimum(corners, [canvas.width - 1, canvas.height - 1])
        canvas.draw_texts(texts, inside, sizes, colors=inks, bboxes=_BACKGROUND)


def draw_placed_labels(
    canvas: Canvas,
    labels: Labels,
    boxes: npt.NDArray[np.float64],
    style: AnnotationStyle,
    priorities: npt.NDArray[np.float64] | None,
) -> None:
    """Draw labels in the colors of their objects, each where it can be read.

    Args:
        canvas: Drawn on.
        labels: Of N objects.
        boxes: x1, y1, x2, y2 in pixels, sorted, shape (N, 4).
        style: How they look.
        priorities: Which choose their places first, and are drawn last: shape (N,), the highest; by
            default as given.
    """
    inks = _letters(labels, style)
    seen = _seen(labels, inks)
    if not seen:
        return
    labels, inks, boxes = labels.take(seen), [inks[i] for i in seen], boxes[seen]
    priorities = None if priorities is None else priorities[seen]
    sizes = _sizes(canvas, labels.areas, style)
    texts, extents = _measured(canvas, labels.texts, sizes, wrap=True)
    pad = _padding(canvas)
    size = (canvas.width, canvas.height)
    is_crowd = (extents + 2 * pad).prod(axis=1).sum() > _CROWDED * canvas.width * canvas.height
    if is_crowd and style.label_size == "image":
        sizes = _sizes(canvas, np.zeros(len(texts)), style)  # the smallest
        texts, extents = _measured(canvas, labels.texts, sizes, wrap=True)
    places = place_labels(boxes, np.ceil(extents + 2 * pad), size, priorities=priorities)
    order = np.arange(len(texts))[::-1] if priorities is None else np.argsort(priorities)
    listed: dict[str, Ink] = {}
    if style.crowded == "number" and not places.placed.all():
        texts = list(texts)
        without = order[~places.placed[order]][::-1][:_MOST_LISTED]
        for number, i in enumerate(without.tolist(), start=1):
            listed[f"{number} {' '.join(texts[i].split())}"] = labels.inks[i]
            texts[i] = str(number)
        texts, extents = _measured(canvas, texts, sizes, wrap=False)
        places = place_labels(boxes, np.ceil(extents + 2 * pad), size, priorities=priorities)
    crowded = [] if style.crowded == "hide" else order[~places.placed[order]].tolist()
    free = order[places.placed[order]].tolist()
    corners = np.round(places.positions) + pad
    leaders = places.leaders
    led = [i for i in [*crowded, *free] if np.isfinite(leaders[i]).all()]
    if led:
        ends = np.clip(leaders[led], 0, size)
        colors = [labels.inks[i] for i in led]
        canvas.draw_lines(ends[..., 0], ends[..., 1], colors, line_widths=image_scale(*size))
    # Those that have a place of their own cannot cover each other: in the order of their looks, of
    # which drawing knows the last, they take half the time.
    free.sort(key=lambda i: (sizes[i], labels.inks[i], inks[i]))
    rows = [*crowded, *free]
    _write(canvas, texts, corners, sizes, inks, labels.inks, rows)
    if listed:
        canvas.draw_legend(listed)


def _write(
    canvas: Canvas,
    texts: list[str],
    corners: npt.NDArray[np.float64],
    sizes: list[float],
    letters: Sequence[Ink],
    faces: Sequence[Ink],
    rows: Sequence[int],
) -> None:
    """Draw some of the texts, in this order, on backgrounds of the given colors."""
    pad = _padding(canvas) * 72 / canvas.dpi
    backgrounds = {
        pair: dict(facecolor=_background(*pair), alpha=_BACKGROUND_ALPHA, pad=pad, edgecolor="none")
        for pair in {*zip(faces, letters, strict=True)}
    }
    canvas.draw_texts(
        [texts[i] for i in rows],
        np.clip(corners, 0, [canvas.width, canvas.height])[rows],
        [sizes[i] for i in rows],
        colors=[letters[i] for i in rows],
        bboxes=[backgrounds[faces[i], letters[i]] for i in rows],
    )


def _background(face: Ink, letters: Ink) -> Ink:
    """Return the color of an object, or black or white if letters could not be read on it."""
    if not opacity(face):
        return (0, 0, 0)
    differ = max(abs(one - other) for one, other in zip(face[:3], letters[:3], strict=True))
    if differ >= _READABLE:
        return face[:3]
    return (0, 0, 0) if is_bright(letters) else (255, 255, 255)


def _padding(canvas: Canvas) -> float:
    return round(_PADDING * image_scale(canvas.width, canvas.height))


def _letters(labels: Labels, style: AnnotationStyle) -> list[Ink]:
    """Return the color of the letters of each label."""
    if isinstance(style.text_color, str) and style.text_color == "auto":
        if not style.is_legible:
            return [(255, 255, 255)] * len(labels.texts)  # on black
        bright = [opacity(ink) > 0 and is_bright(ink) for ink in labels.inks]
        return [(0, 0, 0) if is_on_bright else (255, 255, 255) for is_on_bright in bright]
    return class_colors(style.texts, labels.classes)


def _seen(labels: Labels, inks: Sequence[Ink]) -> list[int]:
    """Return which labels are drawn: those with a color and a text, the largest of very many."""
    seen = [i for i, color in enumerate(inks) if opacity(color) and labels.texts[i].strip()]
    if len(seen) > _MOST:
        largest = sorted(seen, key=lambda i: -labels.areas[i])[:_MOST]
        warn_user(
            f"only the {_MOST} largest of {len(seen)} objects have their names drawn, since so many "
            "hide the image; of a map this may mean that its ids are noise, as in a JPEG",
            VizWarning,
        )
        seen = sorted(largest)
    return seen


def _sizes(canvas: Canvas, areas: npt.NDArray[Any], style: AnnotationStyle) -> list[float]:
    """Return the size of the letters of each label, in points."""
    if style.label_size == "object":
        whole: list[float] = (_LARGEST * adaptive_scales(areas)).astype(int).tolist()
        return whole
    if style.label_size == "image":
        scale = image_scale(canvas.width, canvas.height)
        smallest, largest = _POINTS
        points = smallest + np.sqrt(areas) / (_PIXELS_A_POINT * scale)
        rounded: list[float] = np.rint(np.clip(points, smallest, largest) * scale).tolist()
        return rounded
    return [float(style.label_size)] * len(areas)


def _measured(
    canvas: Canvas, texts: list[str], sizes: list[float], *, wrap: bool
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return texts, those that are too wide in several lines, and their widths and heights."""
    extents = canvas.measure_texts(texts, font_sizes=sizes)
    wide = np.flatnonzero(extents[:, 0] > _WIDEST * canvas.width).tolist() if wrap else []
    if wide:
        texts = list(texts)
        for i in wide:
            texts[i] = _wrapped(texts[i], _WIDEST * canvas.width * len(texts[i]) / extents[i, 0])
        broken = [texts[i] for i in wide]
        extents[wide] = canvas.measure_texts(broken, font_sizes=[sizes[i] for i in wide])
    return texts, extents


def _wrapped(text: str, width: float) -> str:
    """Return a text in lines of so many letters; of too long a name the end is left out."""
    name, _, last = text.rpartition(" ")
    most = max(int(width), 1)
    most = max(most, min(len(last), int(most / _WIDEST)))  # a score stays whole if it can
    longest = max(_MOST_LINES - 1, 1) * most
    if name and len(name) > longest:
        text = f"{name[: longest - 1]}… {last}"
    elif not name and len(text) > _MOST_LINES * most:
        text = text[: _MOST_LINES * most - 1] + "…"
    return "\n".join(textwrap.wrap(text, most)) or text


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
