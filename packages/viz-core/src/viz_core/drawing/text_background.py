"""The backgrounds of texts, as users of matplotlib describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from matplotlib.path import Path

from viz_core._checks import as_fraction, as_length
from viz_core.colors import RGBA, as_color
from viz_core.drawing.arguments import as_line_style, per_item
from viz_core.drawing.surface import DPI

__all__ = ["TextBackground", "as_background", "as_backgrounds", "background_path"]


class TextBackground(NamedTuple):
    """What is drawn behind a text.

    Attributes:
        face: Color of the filling.
        edge: Color of the border.
        padding: Between text and border, in pixels.
        rounding: Radius of the corners, in pixels.
        width: Of the border, in points.
        dashes: The border's line style.
    """

    face: RGBA
    edge: RGBA
    padding: float
    rounding: float
    width: float
    dashes: str

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but a filled rectangle."""
        return not self.rounding and not (self.edge[3] and self.width)


_BOX_KEYS = {
    "facecolor": "facecolor",
    "fc": "facecolor",
    "edgecolor": "edgecolor",
    "ec": "edgecolor",
    "linewidth": "linewidth",
    "lw": "linewidth",
    "linestyle": "linestyle",
    "ls": "linestyle",
    "alpha": "alpha",
    "pad": "pad",
    "boxstyle": "boxstyle",
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
    return [by_size[size] for size in font_sizes]


def as_background(
    value: Mapping[str, Any] | None, name: str, font_size: float
) -> TextBackground | None:
    """Return the background that matplotlib draws for these properties of a FancyBboxPatch.

    Args:
        value: Some of facecolor (C0), edgecolor (black), linewidth (1, in points), linestyle,
            alpha (of face and edge, in place of their own), boxstyle (``square`` or ``round``,
            with ``pad`` and ``rounding_size`` as in ``"round,pad=0.2"``) and pad. As in
            matplotlib, pad is in points (4) without a boxstyle, and in font sizes (0.3) with one.
        name: What it is called in an error.
        font_size: In points.

    Raises:
        TypeError: If it is not a dict.
        ValueError: If a property is unknown or has a value that it cannot have.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise TypeError(
            f"{name} must be a dict such as dict(facecolor='black', alpha=0.8), or a list of "
            f"one per item, got {type(value).__name__}: {value!r}"
        )
    given: dict[str, Any] = {}
    for key, setting in value.items():
        if key not in _BOX_KEYS:
            raise ValueError(f"{name} has no property {key!r}; it has {', '.join(_BOX_KEYS)}")
        given[_BOX_KEYS[key]] = setting
    pixels = DPI / 72
    shape = given.get("boxstyle")
    pad = given.get("pad")
    if shape is None:
        rounded = False
        padding = as_length(4 if pad is None else pad, f"{name}['pad']") * pixels
        rounding = 0.0
    else:
        rounded, in_sizes, rounding_in_sizes = _box_shape(shape, name)
        if in_sizes is None:
            in_sizes = as_length(0.3 if pad is None else pad, f"{name}['pad']")
        padding = in_sizes * font_size * pixels
        rounding = padding
        if rounding_in_sizes is not None:
            rounding = rounding_in_sizes * font_size * pixels
    alpha = given.get("alpha")
    alpha = None if alpha is None else as_fraction(alpha, f"{name}['alpha']")
    return TextBackground(
        _with_alpha(as_color(given.get("facecolor", "C0"), f"{name}['facecolor']"), alpha),
        _with_alpha(as_color(given.get("edgecolor", "black"), f"{name}['edgecolor']"), alpha),
        padding,
        rounding if rounded else 0.0,
        as_length(given.get("linewidth", 1.0), f"{name}['linewidth']"),
        as_line_style(given.get("linestyle", "-"), f"{name}['linestyle']"),
    )


def _box_shape(boxstyle: Any, name: str) -> tuple[bool, float | None, float | None]:
    """Return whether it is round, and the padding and rounding in font sizes if given."""
    shape, *settings = str(boxstyle).replace(" ", "").split(",")
    values: dict[str, float | None] = {"pad": None, "rounding_size": None}
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
    return shape == "round", values["pad"], values["rounding_size"]


def _with_alpha(color: RGBA, alpha: float | None) -> RGBA:
    return color if alpha is None or not color[3] else (*color[:3], alpha)


def background_path(background: TextBackground, width: float, top: float, bottom: float) -> Path:
    """Return the background of a text from x = 0 to ``width`` and from ``top`` to ``bottom``."""
    left, right = -background.padding, width + background.padding
    top, bottom = top - background.padding, bottom + background.padding
    r = min(background.rounding, (right - left) / 2, (bottom - top) / 2)
    if not r:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        return Path(corners, closed=True)
    # fmt: off
    corners = [
        (left + r, top), (right - r, top), (right, top), (right, top + r),
        (right, bottom - r), (right, bottom), (right - r, bottom),
        (left + r, bottom), (left, bottom), (left, bottom - r),
        (left, top + r), (left, top), (left + r, top), (left + r, top),
    ]
    # fmt: on
    line, curve = Path.LINETO, Path.CURVE3
    codes = [Path.MOVETO, *[line, curve, curve] * 4, Path.CLOSEPOLY]
    return Path(corners, codes)
