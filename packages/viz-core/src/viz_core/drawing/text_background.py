"""The backgrounds of texts, as users of matplotlib describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from viz_core._checks import as_fraction, as_length
from viz_core.colors import RGBA, as_color
from viz_core.convert import as_array
from viz_core.drawing.arguments import as_line_style, per_item
from viz_core.drawing.limits import LARGEST_LENGTH, as_line_width
from viz_core.drawing.surface import DPI

__all__ = ["WIDEST_PLAIN", "TextBackground", "as_background", "as_backgrounds"]


class TextBackground(NamedTuple):
    """What is drawn behind a text.

    Attributes:
        face: Color of the filling.
        edge: Color of the border.
        padding: Between text and border, in pixels.
        rounding: Radius of the corners, in pixels.
        width: Of the border, in points.
        dashes: The border's line style.
        is_plain: Whether it is nothing but a filled rectangle, of which a bitmap can be kept.
    """

    face: RGBA
    edge: RGBA
    padding: float
    rounding: float
    width: float
    dashes: str
    is_plain: bool


#: Wider ones, in points, make large bitmaps.
WIDEST_PLAIN = 100

# The properties there are, and what else they are called.
_PROPERTIES = {
    **{
        name: name
        for name in ("facecolor", "edgecolor", "linewidth", "linestyle", "alpha", "pad", "boxstyle")
    },
    "fc": "facecolor",
    "ec": "edgecolor",
    "lw": "linewidth",
    "ls": "linestyle",
}


def as_backgrounds(bboxes: Any, font_sizes: Sequence[float]) -> list[TextBackground | None]:
    """Return the background of each text.

    Args:
        bboxes: One description for all texts, or a list of one per text; see `as_background`.
        font_sizes: Of the texts, in points.
    """
    if isinstance(bboxes, list):
        given = per_item(bboxes, len(font_sizes), "bboxes", lambda box, _: box, cycle=False)
        return list(map(as_background, given, repeat("bboxes"), font_sizes))
    by_size = {size: as_background(bboxes, "bboxes", size) for size in set(font_sizes)}
    return list(map(by_size.__getitem__, font_sizes))


def as_background(
    value: Mapping[str, Any] | None, name: str, font_size: float
) -> TextBackground | None:
    """Return the background that matplotlib draws for these properties of a FancyBboxPatch.

    Args:
        value: Some of facecolor (C0), edgecolor (black), both as `as_color` takes them or as
            matplotlib does, linewidth (1, in points), linestyle, alpha (of face and edge, in place
            of their own), boxstyle (``square`` or ``round``, in any case, with ``pad`` and
            ``rounding_size`` as in ``"round,pad=0.2"``) and pad. As in matplotlib, pad is in points
            (4) without a boxstyle, and in font sizes (0.3) with one.
        name: What it is called in an error.
        font_size: In points.

    Raises:
        TypeError: If it is not a dict.
        ValueError: If a property is unknown or has a value that it cannot have.
    """
    if value is None:
        return None
    if not isinstance(value, (dict, Mapping)):  # mostly a dict, which is told faster
        raise TypeError(
            f"{name} must be a dict such as dict(facecolor='black', alpha=0.8), or a list of "
            f"one per item, got {type(value).__name__}: {value!r}"
        )
    given = {_PROPERTIES.get(key): setting for key, setting in value.items()}
    if None in given:
        wrong = next(key for key in value if key not in _PROPERTIES)
        raise ValueError(f"{name} has no property {wrong!r}; it has {', '.join(_PROPERTIES)}")
    pad, alpha = given.get("pad"), given.get("alpha")
    shape = given.get("boxstyle")
    if pad is not None:
        pad = as_length(pad, f"{name}['pad']")
    # In font sizes, of which matplotlib takes two decimals.
    if shape is None:
        padding, rounding = round((4 if pad is None else pad) / font_size, 2), 0.0
    else:
        padding, rounding = _box_shape(shape, round(0.3 if pad is None else pad, 2), name)
    largest = max(padding, rounding) * font_size
    if largest > LARGEST_LENGTH:
        raise ValueError(
            f"{name} must have a pad and round corners of at most {LARGEST_LENGTH:,} points, got "
            f"{largest:g}"
        )
    if alpha is not None:
        alpha = as_fraction(alpha, f"{name}['alpha']")
    face = _with_alpha(_as_color(given.get("facecolor", "C0"), f"{name}['facecolor']"), alpha)
    edge = _with_alpha(_as_color(given.get("edgecolor", "black"), f"{name}['edgecolor']"), alpha)
    width = as_line_width(given.get("linewidth", 1.0), f"{name}['linewidth']")
    dashes = as_line_style(given.get("linestyle", "-"), f"{name}['linestyle']")
    is_plain = not rounding and not (edge[3] and width) and largest <= WIDEST_PLAIN
    pixels = font_size * DPI / 72
    return TextBackground(face, edge, padding * pixels, rounding * pixels, width, dashes, is_plain)


def _box_shape(boxstyle: Any, pad: float, name: str) -> tuple[float, float]:
    """Return the padding and the radius of the corners in font sizes."""
    shape, *settings = str(boxstyle).replace(" ", "").split(",")
    shape = shape.lower()
    values = {"pad": pad, "rounding_size": 0.0}
    try:
        if shape not in ("square", "round"):
            raise ValueError(shape)
        for setting in settings:
            key, _, number = setting.partition("=")
            if key not in values:
                raise ValueError(key)
            values[key] = as_length(float(number), key)
    except ValueError as error:
        raise ValueError(
            f"{name}['boxstyle'] must be 'square' or 'round', with pad and rounding_size as in "
            f"'round,pad=0.2', got {boxstyle!r}; for other shapes draw with axes()"
        ) from error
    pad, radius = values.values()
    return pad, (radius or pad) if shape == "round" else 0.0


def _as_color(color: Any, name: str) -> RGBA:
    """Return a color; 3 or 4 numbers of which none is above 1 are matplotlib's, in 0..1.

    MMEngine hands the description to matplotlib, so that its users write them so, and 0..255 is
    almost black then.
    """
    if type(color) is tuple and any(type(number) is int and number > 1 for number in color):
        return as_color(color, name)  # mostly
    if not isinstance(color, str):
        numbers = as_array(color, name)
        if (
            numbers.shape in ((3,), (4,))
            and numbers.dtype.kind in "iuf"
            and (numbers >= 0).all()
            and (numbers <= 1).all()
        ):
            red, green, blue, *alpha = numbers.tolist()
            levels = [int(255 * part + 0.5) for part in (red, green, blue)]
            return (levels[0], levels[1], levels[2], float(alpha[0]) if alpha else 1.0)
    return as_color(color, name)


def _with_alpha(color: RGBA, alpha: float | None) -> RGBA:
    return color if alpha is None or not color[3] else (*color[:3], alpha)
