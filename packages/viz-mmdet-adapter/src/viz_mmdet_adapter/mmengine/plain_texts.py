"""Texts that libraries put on the Axes, as `draw_texts` draws them in a sixth of the time."""

from __future__ import annotations

from numbers import Real
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import BoxStyle, FancyBboxPatch
from matplotlib.text import Text

__all__ = ["as_plain_text"]

#: The space between lines that `draw_texts` has, which is matplotlib's default.
_LINE_SPACING = vars(Text())["_linespacing"]

#: Larger fonts and borders, in points, and longer texts have limits in `draw_texts`.
_LARGEST, _LONGEST = 100, 1000


def as_plain_text(artist: Artist, axes: Axes, width: int, height: int) -> dict[str, Any] | None:
    """Return what `draw_texts` takes for a text; None for what matplotlib is to draw itself.

    Args:
        artist: On the Axes, whose coordinates are pixels.
        axes: That Axes.
        width: Of the image.
        height: Of the image.
    """
    if type(artist) is not Text or not _is_plain(artist, axes):
        return None
    x, y = artist.get_position()
    size: Any = artist.get_fontsize()  # never a name here
    patch = artist.get_bbox_patch()
    background = None if patch is None else _background(patch, size)
    if not (0 <= x <= width and 0 <= y <= height) or (patch is not None and background is None):
        return None
    return {
        "texts": artist.get_text(),
        "positions": [x, y],
        "font_sizes": size,
        "colors": tuple(
            round(255 * part) for part in to_rgba(artist.get_color(), artist.get_alpha())
        ),
        "vertical_alignments": artist.get_verticalalignment(),
        "horizontal_alignments": artist.get_horizontalalignment(),
        "font_properties": artist.get_fontproperties(),
        "bboxes": background,
    }


def _is_plain(text: Any, axes: Axes) -> bool:
    """Whether nothing about a text is unusual but its words, font, colors and place."""
    known = vars(text)  # of some there is no getter
    return (
        text.axes is axes
        and all(isinstance(number, Real) for number in text.get_position())
        and text.get_fontsize() <= _LARGEST
        and len(text.get_text()) <= _LONGEST
        and text.get_visible()
        and text.get_transform() == axes.transData
        and not text.get_rotation()
        and not text.get_clip_on()
        and not text.get_path_effects()
        and text.get_sketch_params() is None
        and text.get_agg_filter() is None
        and not text.get_wrap()
        and not text.get_usetex()
        and "$" not in text.get_text()
        and known["_linespacing"] == _LINE_SPACING
        and known["_multialignment"] in (None, text.get_horizontalalignment())
        and known["_antialiased"]
        and not known.get("_features")
        and not known.get("_language")
    )


def _background(patch: FancyBboxPatch, font_size: float) -> dict[str, Any] | None:
    """Return a background as `draw_texts` takes it; None if it has no such."""
    style: Any = patch.get_boxstyle()
    if type(style) not in (BoxStyle.Round, BoxStyle.Square):
        return None
    corners = getattr(style, "rounding_size", None) or 0
    if not (0 <= style.pad * font_size <= _LARGEST and 0 <= corners * font_size <= _LARGEST):
        return None
    if patch.get_hatch() or patch.get_path_effects() or patch.get_linestyle() != "solid":
        return None
    if patch.get_linewidth() > _LARGEST:
        return None
    shape = "square" if type(style) is BoxStyle.Square else "round"
    return {
        "facecolor": patch.get_facecolor(),  # these are in 0..1 there, as matplotlib's
        "edgecolor": patch.get_edgecolor(),
        "linewidth": patch.get_linewidth(),
        "boxstyle": f"{shape},pad={style.pad}" + (f",rounding_size={corners}" if corners else ""),
    }
