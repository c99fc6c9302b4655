"""The methods of a canvas that draw and measure texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from viz_core.arrays import is_tensor
from viz_core.colors import as_colors
from viz_core.drawing import arguments as check
from viz_core.drawing.picture import Picture
from viz_core.types import ArrayLike, Colors

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
        places = check.as_coordinates(positions, "positions", 2, "x, y")
        if len(places) != count:
            raise ValueError(
                f"positions must have one row for each of the {count} texts, got "
                f"{np.shape(positions)}"
            )
        from viz_core.drawing import texts as drawing
        from viz_core.drawing.text_boxes import Box, as_box

        faces = self._faces(count, font_sizes, font_families, font_properties)

        def each(value: Any, name: str, convert: Any) -> list[Any]:
            return check.per_item(value, count, name, convert, cycle=False)

        given = each(bboxes, "bboxes", lambda box, _: box)
        made: dict[tuple[int, float], Box | None] = {}  # mostly one for all
        boxes = []
        for box, face in zip(given, faces, strict=True):
            key = (id(box), face.size)
            if key not in made:
                made[key] = as_box(box, "bboxes", face.size)
            boxes.append(made[key])
        items = zip(
            words,
            *places.T.tolist(),
            faces,
            as_colors(colors, count, cycle=False),
            each(horizontal_alignments, "horizontal_alignments", drawing.as_horizontal),
            each(vertical_alignments, "vertical_alignments", drawing.as_vertical),
            boxes,
            each(rotations, "rotations", check.as_number),
            strict=True,
        )
        check.warn_if_out_of_bounds("text", places, places, self.width, self.height)
        drawing.draw_texts(surface, items)
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
        from viz_core.drawing.texts import measure

        faces = self._faces(len(words), font_sizes, font_families, font_properties)
        sizes = [measure(text, face) for text, face in zip(words, faces, strict=True)]
        return np.array(sizes, dtype=np.float64).reshape(-1, 2)

    def _faces(
        self, count: int, font_sizes: Any, font_families: Any, font_properties: Any
    ) -> list[Any]:
        """Return the font of each text."""
        from viz_core.drawing.faces import find_face
        from viz_core.drawing.fonts import as_font_properties

        if font_sizes is None:
            font_sizes = max(math.sqrt(self.height * self.width) // 90, 10.0)

        def each(value: Any, name: str, convert: Any, count: int) -> list[Any]:
            return check.per_item(value, count, name, convert, cycle=False)

        def find(count: int) -> list[Any]:
            return list(
                map(
                    find_face,
                    each(font_properties, "font_properties", as_font_properties, count),
                    each(font_families, "font_families", check.as_string, count),
                    each(font_sizes, "font_sizes", check.as_font_size, count),
                )
            )

        one_for_all = not any(
            isinstance(given, (list, np.ndarray)) or is_tensor(given)
            for given in (font_sizes, font_families, font_properties)
        )
        return find(1) * count if one_for_all else find(count)


def _texts(texts: str | Sequence[str]) -> list[str]:
    words = [texts] if isinstance(texts, str) else list(texts)
    for text in words:
        if not isinstance(text, str):
            raise TypeError(
                f"texts must be a string or a list of strings, got a "
                f"{type(text).__name__}: {text!r}"
            )
    return words
