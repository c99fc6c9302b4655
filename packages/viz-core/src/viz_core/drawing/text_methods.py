"""The methods of a canvas that draw and measure texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from viz_core.colors import as_colors
from viz_core.drawing import arguments as check
from viz_core.drawing.lazy import drawers
from viz_core.drawing.picture import Picture
from viz_core.types import ArrayLike, Colors

if TYPE_CHECKING:
    from viz_core.drawing.faces import Face
    from viz_core.drawing.text_boxes import Box

__all__ = ["TextMethods"]

Self = TypeVar("Self", bound="TextMethods")


class TextMethods(Picture):
    """Draws and measures texts; `Canvas` says what the style parameters mean."""

    def draw_texts(
        self: Self,
        texts: str | Sequence[str],
        positions: ArrayLike,
        font_sizes: float | Sequence[float] | None = None,
        colors: Colors = "g",
        vertical_alignments: str | Sequence[str] = "top",
        horizontal_alignments: str | Sequence[str] = "left",
        font_families: str | Sequence[str] = "sans-serif",
        bboxes: dict[str, Any] | Sequence[dict[str, Any] | None] | None = None,
        font_properties: Any = None,
        *,
        rotations: float | Sequence[float] = 0.0,
    ) -> Self:
        """Draw texts. A list that is shorter than the texts is an error.

        Any script is drawn if a font on the machine has it. A newline starts a new line; ``$``
        is itself.

        Args:
            texts: One text, or a list of N.
            positions: x and y, shape (2,) or (N, 2).
            font_sizes: In points; by default the square root of the picture's area divided by
                90, and at least 10.
            colors: See `Canvas`.
            vertical_alignments: What of the text is at the position: ``'top'``, ``'bottom'``,
                ``'center'``, ``'baseline'`` or ``'center_baseline'``.
            horizontal_alignments: Likewise: ``'left'``, ``'center'`` or ``'right'``.
            font_families: A font's name, or ``'sans-serif'``, ``'serif'``, ``'monospace'``.
            bboxes: The box behind a text, as in ``dict(facecolor='black', alpha=0.8, pad=0.7,
                edgecolor='none')``: facecolor, edgecolor, linewidth, linestyle, alpha, pad and
                boxstyle (``square`` or ``round``) as matplotlib's FancyBboxPatch has them.
            font_properties: A matplotlib FontProperties, or a pathlib.Path of a font file. It
                comes before ``font_families``; its size is not used.
            rotations: In degrees, counterclockwise.
        """
        surface = self._surface
        words = _texts(texts)
        count = len(words)
        places = check.as_rows(positions, "positions", 2, "x, y")
        if len(places) != count:
            raise ValueError(
                f"positions must have one row for each of the {count} texts, got "
                f"{np.shape(positions)}"
            )
        width, height = surface.width, surface.height
        leaves = False
        for number, (x, y) in enumerate(places):
            if not (0 <= x <= width and 0 <= y <= height):
                check.check_finite(places[number], "positions", number)
                leaves = True
        draw = drawers()
        faces = self._faces(count, font_sizes, font_families, font_properties)
        items = zip(
            words,
            places,
            faces,
            as_colors(colors, count, cycle=False),
            *_placings(count, horizontal_alignments, vertical_alignments, rotations),
            _boxes(bboxes, faces),
            strict=True,
        )
        if leaves:
            check.warn_out_of_bounds("text")
        draw.draw_texts(surface, items)
        return self

    def measure_texts(
        self,
        texts: str | Sequence[str],
        font_sizes: float | Sequence[float] | None = None,
        font_families: str | Sequence[str] = "sans-serif",
        font_properties: Any = None,
    ) -> npt.NDArray[np.float64]:
        """Return the width and height in pixels that texts take, without boxes or rotation.

        Args:
            texts: See `draw_texts`, as are the others.
            font_sizes: By default that of the picture.
            font_families: Likewise.
            font_properties: Likewise.

        Returns:
            Shape (N, 2).
        """
        words = _texts(texts)
        measure = drawers().measure
        faces = self._faces(len(words), font_sizes, font_families, font_properties)
        sizes = [measure(text, face) for text, face in zip(words, faces, strict=True)]
        return np.array(sizes, dtype=np.float64).reshape(-1, 2)

    def _faces(
        self, count: int, font_sizes: Any, font_families: Any, font_properties: Any
    ) -> list[Any]:
        """Return the font of each text."""
        draw = drawers()
        if font_sizes is None:
            font_sizes = self._surface.font_size
            if font_properties is None and isinstance(font_families, str):  # mostly
                return [draw.find_face(None, font_families, font_sizes)] * count

        def find(count: int) -> list[Any]:
            columns = (
                (font_properties, count, "font_properties", draw.as_font_properties),
                (font_families, count, "font_families", check.as_string),
                (font_sizes, count, "font_sizes", check.as_font_size),
            )
            each = (check.per_item(*column, cycle=False) for column in columns)
            return list(map(draw.find_face, *each))

        given = (font_properties, font_families, font_sizes)
        one_for_all = not any(isinstance(one, list) or hasattr(one, "shape") for one in given)
        return find(1) * count if one_for_all else find(count)


def _placings(
    count: int, horizontals: Any, verticals: Any, rotations: Any
) -> tuple[list[str], list[str], list[float]]:
    """Return the alignments and the rotation of each text."""
    try:
        horizontal, vertical, rotation = _placing_of_all(horizontals, verticals, rotations)
    except TypeError:  # a list, an array, or something wrong
        draw = drawers()
        each = partial(check.per_item, count=count, cycle=False)
        return (
            each(horizontals, name="horizontal_alignments", convert=draw.as_horizontal),
            each(verticals, name="vertical_alignments", convert=draw.as_vertical),
            each(rotations, name="rotations", convert=check.as_number),
        )
    return [horizontal] * count, [vertical] * count, [rotation] * count


@lru_cache(maxsize=64, typed=True)  # mostly the same in every call
def _placing_of_all(horizontal: Any, vertical: Any, rotation: Any) -> tuple[str, str, float]:
    draw = drawers()
    return (
        draw.as_horizontal(horizontal, "horizontal_alignments"),
        draw.as_vertical(vertical, "vertical_alignments"),
        check.as_number(rotation, "rotations"),
    )


def _boxes(bboxes: Any, faces: Sequence[Face]) -> list[Box | None]:
    """Return the box behind each text, whose padding may depend on the size of its font."""
    as_box = drawers().as_box
    count = len(faces)
    if not isinstance(bboxes, list) and count and faces.count(faces[0]) == count:  # mostly
        return [as_box(bboxes, "bboxes", faces[0].size)] * count
    given = check.per_item(bboxes, count, "bboxes", lambda box, _: box, cycle=False)
    return [as_box(box, "bboxes", face.size) for box, face in zip(given, faces, strict=True)]


def _texts(texts: str | Sequence[str]) -> list[str]:
    words = [texts] if isinstance(texts, str) else list(texts)
    for text in words:
        if not isinstance(text, str):
            raise TypeError(
                f"texts must be a string or a list of strings, got a "
                f"{type(text).__name__}: {text!r}"
            )
    return words
