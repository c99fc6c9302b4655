"""How annotations look."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np

from viz_core._checks import as_fraction, as_number
from viz_core.typing import Palette

__all__ = ["LAYOUTS", "AnnotationStyle", "StyleLike", "as_style", "is_of_style"]

StyleLike: TypeAlias = "str | Mapping[str, Any] | AnnotationStyle"
"""The name of a look, some arguments of `AnnotationStyle` in a dict, or all."""

#: How the two sides of a sample may be shown, as `draw_layout` says.
LAYOUTS = ("side_by_side", "overlay", "matches", "prediction")

#: What an argument has that is as the look says.
_OF_STYLE = "style"

_LOOKS: dict[str, dict[str, Any]] = {
    "legible": {
        "text_color": "auto",
        "line_width": "image",
        "label_size": "image",
        "bbox_alpha": 1.0,
        "mask_alpha": 0.5,
        "order": "area",
    },
    "mmdet": {
        "text_color": (200, 200, 200),
        "line_width": 3,
        "label_size": "object",
        "bbox_alpha": 0.8,
        "mask_alpha": 0.8,
        "order": "given",
    },
}
_CHOICES = {
    "look": tuple(_LOOKS),
    "color_by": ("class", "instance", "track", "score"),
    "order": ("area", "score", "given"),
    "crowded": ("draw", "hide", "number"),
}
_LABELS = ("name score", "name", "score", "none")
_IN_LABELS = ("name", "score", "id", "label")
_CALCULATED = {"line_width": ("image",), "label_size": ("image", "object")}

# An image of so many pixels has letters and lines of the sizes that are written here; those of a
# larger one grow with its sides.
_USUAL = 900 * 900


@dataclass(frozen=True)
class AnnotationStyle:
    """How annotations are drawn.

    Arguments that are `"style"` are as the look says. A palette is a color for all, a list by
    class, a dict, or a name: `"coco"`, `"citys"`, `"voc"`, `"random"` or `"distinct"`.

    Attributes:
        look: `"legible"`: labels in the colors of their objects, where they can be read and hide
            neither each other nor small objects, with letters and lines that grow with the image.
            `"mmdet"`: MMDetection's, gray letters on black in the corners of boxes.
        labels: What is written: `"name score"`, with the id of what is tracked, `"name"`,
            `"score"`, `"none"`, or a template with name, score in 0..1, id and label in braces, as
            `"{name} {score:.2f} #{id}"`.
        color_by: What has a color of its own: each `"class"`, `"instance"`, `"track"` (by its id)
            or `"score"` (from violet over green to yellow).
        palette: Of the classes; a class that it lacks has a color that differs from others.
        bbox_color: Palette of boxes; None is `palette`.
        mask_color: Palette of masks and maps; None is `palette`.
        text_color: Palette of labels; None is `palette`, `"auto"` black or white, whichever stands
            out from the label's background. On a background of their own color no letters can be
            read: it is black or white then.
        line_width: Of boxes, in points; `"image"` grows with it, thinner around small objects.
        label_size: Of letters, in points; `"image"` grows with it, from 9 points; `"object"` grows
            with its area, from 6 to 13.
        bbox_alpha: Opacity of boxes, in 0..1.
        mask_alpha: Opacity of masks, contours and maps, in 0..1.
        order: Which boxes are drawn first: the largest by `"area"`, the lowest by `"score"`, or as
            `"given"`. The largest mask is always first.
        crowded: What becomes of a label that finds no free place: `"draw"` it over others, `"hide"`
            it, or `"number"` it and list in a corner what the numbers stand for, at most 60.
        jitter: Whether the masks of one class, and boxes with an id, differ a little in color.

    Raises:
        TypeError, ValueError: If an argument has a value that it cannot have.
    """

    look: str = "legible"
    labels: str = "name score"
    color_by: str = "class"
    palette: Palette | None = None
    bbox_color: Palette | None = None
    mask_color: Palette | None = None
    text_color: Palette | None = _OF_STYLE
    line_width: float | str = _OF_STYLE
    label_size: float | str = _OF_STYLE
    bbox_alpha: float = _OF_STYLE  # type: ignore[assignment]  # a number once it is made
    mask_alpha: float = _OF_STYLE  # type: ignore[assignment]  # a number once it is made
    order: str = _OF_STYLE
    crowded: str = "draw"
    jitter: bool = True

    def __post_init__(self) -> None:
        """Check the arguments, and give those that are as the look says its values."""
        _check_choice("look", self.look)
        for name, value in _LOOKS[self.look].items():
            if is_of_style(getattr(self, name)):
                object.__setattr__(self, name, value)
        for name in _CHOICES:
            _check_choice(name, getattr(self, name))
        _check_labels(self.labels)
        for name, words in _CALCULATED.items():
            value = getattr(self, name)
            if isinstance(value, str) and value not in words:
                listed = " or ".join(map(repr, words))
                raise ValueError(f"{name} must be {listed} or a number of points, got {value!r}")
            if not isinstance(value, str) and as_number(value, name) <= 0:
                raise ValueError(f"{name} must be above 0 points, got {value!r}")
        if not isinstance(self.jitter, (int, np.bool_)):
            raise TypeError(f"jitter must be True or False, got {self.jitter!r:.60}")
        for name in ("bbox_alpha", "mask_alpha"):
            as_fraction(getattr(self, name), name)

    @property
    def boxes(self) -> Palette | None:
        """The palette of boxes."""
        return self.palette if self.bbox_color is None else self.bbox_color

    @property
    def masks(self) -> Palette | None:
        """The palette of masks and maps."""
        return self.palette if self.mask_color is None else self.mask_color

    @property
    def texts(self) -> Palette | None:
        """The palette of labels, where they do not follow their objects."""
        return self.palette if self.text_color is None else self.text_color

    @property
    def is_legible(self) -> bool:
        """Whether labels find their own places, and have the colors of their objects."""
        return self.look == "legible"


def as_style(style: StyleLike) -> AnnotationStyle:
    """Return the style that is meant by the name of a look, or by some arguments in a dict.

    Raises:
        TypeError, ValueError: If it is none of these, or an argument has a value that it cannot
            have.
    """
    if isinstance(style, AnnotationStyle):
        return style
    if isinstance(style, str):
        _check_choice("look", style, "style")
        return AnnotationStyle(look=style)
    if not isinstance(style, Mapping):
        raise TypeError(
            "style must be 'legible', 'mmdet', a dict of arguments of AnnotationStyle, or one, got "
            f"{type(style).__name__}: {style!r:.60}"
        )
    known = [field.name for field in fields(AnnotationStyle)]
    for name in style:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise TypeError(f"style has no argument {name!r}; {hint}it has {', '.join(known)}")
    return AnnotationStyle(**style)


def is_of_style(value: object) -> bool:
    """Return whether an argument was left to the style."""
    return isinstance(value, str) and value == _OF_STYLE


def image_scale(width: int, height: int) -> float:
    """Return by how much letters and lines are larger on an image: 1 up to 900 x 900 pixels."""
    return max(1.0, math.sqrt(width * height / _USUAL))


def contour_growth(style: AnnotationStyle, width: int, height: int) -> int:
    """Return how many pixels wider contours are on an image, on either side of theirs."""
    return round(image_scale(width, height) - 1) if style.line_width == "image" else 0


def _check_choice(name: str, value: object, called: str | None = None) -> None:
    if value not in _CHOICES[name]:
        listed = ", ".join(map(repr, _CHOICES[name]))
        raise ValueError(f"{called or name} must be one of {listed}, got {value!r}")


def _check_labels(labels: object) -> None:
    """Raise for what is neither one of the usual labels nor a template that can be filled in."""
    wanted = (
        f"labels must be one of {', '.join(map(repr, _LABELS))}, or a template with "
        f"{', '.join('{' + name + '}' for name in _IN_LABELS)}, got {labels!r:.60}; a text of "
        "each object's own is its label_names, supervision's data['class_name'], with labels='name'"
    )
    if not isinstance(labels, str):
        raise TypeError(wanted)
    if labels in _LABELS:
        return
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(labels) if name is not None]
        if not names or not set(names) <= {*_IN_LABELS}:
            raise ValueError(names)
        labels.format(name="dog", score=0.5, id=1, label=1)
    except (ValueError, LookupError) as error:
        raise ValueError(wanted) from error
