"""How large the numbers may be that are drawn: what takes seconds to draw is refused.

Coordinates and radii have no limit: shapes are clipped to what can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from viz_core._checks import as_length, as_number

__all__ = [
    "LARGEST_LENGTH",
    "as_font_size",
    "as_line_width",
    "as_marker_size",
    "as_rotation",
    "check_marker",
    "check_texts",
]

#: Of lines, and of the space around texts, in points.
LARGEST_LENGTH = 10_000

# Squares of points, as markers of 1,000 points.
_LARGEST_MARKER = 1_000_000

# Letters of a formula that is a marker: matplotlib sets one in a millisecond.
_LONGEST_MARKER = 500

# In points. What is smaller than the smallest cannot be seen, and FreeType has no such sizes.
_LARGEST_FONT = 500
_SMALLEST_FONT = 0.1

# Letters, letters times points, and letters times points times points: a second's work. A line
# that is turned lies in a square, with room around it.
_MOST_LETTERS = 10_000
_LONGEST_LINE = 10_000
_LONGEST_TURNED_LINE = 4_000
_AROUND_TURNED = 3
_MOST_INK = 2_000_000


def as_font_size(value: Any, name: str) -> float:
    """Return a number above 0 as a float."""
    number = as_number(value, name)
    if not 0 < number <= _LARGEST_FONT:
        raise ValueError(
            f"{name} must be above 0 and at most {_LARGEST_FONT:,}, in points, got {value!r}"
        )
    return max(number, _SMALLEST_FONT)


def as_line_width(value: Any, name: str) -> float:
    """Return a line width in points as a float."""
    number = as_length(value, name)
    if number > LARGEST_LENGTH:
        raise ValueError(f"{name} must be at most {LARGEST_LENGTH:,}, in points, got {value!r}")
    return number


def as_marker_size(value: Any, name: str) -> float:
    """Return the square of a marker's diameter in points as a float."""
    number = as_length(value, name)
    if number > _LARGEST_MARKER:
        raise ValueError(
            f"{name} must be at most {_LARGEST_MARKER:,}, the square of the diameter in points, "
            f"got {value!r}"
        )
    return number


def check_marker(marker: str) -> None:
    """Raise ValueError if a marker is so long that to set it takes seconds."""
    if len(marker) > _LONGEST_MARKER:
        raise ValueError(
            f"marker must have at most {_LONGEST_MARKER} letters, got {len(marker):,}; draw it with "
            "draw_texts"
        )


def as_rotation(value: Any, name: str) -> float:
    """Return degrees as a float, without whole turns."""
    return math.fmod(as_number(value, name), 360)


def check_texts(texts: Sequence[str], sizes: Sequence[float], rotations: Sequence[float]) -> None:
    """Raise ValueError if a text has so many letters of its size that to set them takes seconds.

    Args:
        texts: As `as_texts` returns them.
        sizes: Of the letters of each, in points.
        rotations: Of each, in degrees.
    """
    if not texts or max(map(len, texts)) * max(sizes) <= _LARGEST_FONT:  # mostly
        return
    for number, (text, size, rotation) in enumerate(zip(texts, sizes, rotations, strict=True)):
        is_turned = bool(rotation % 90)
        in_all = min(_MOST_LETTERS, int(_MOST_INK / size**2))
        in_line = int(_LONGEST_LINE / size)
        if is_turned:
            in_line = int(_LONGEST_TURNED_LINE / size) - _AROUND_TURNED
        longest = max(map(len, text.split("\n")))
        for length, most, where in (
            (len(text), in_all, ""),
            (longest, in_line, " in a line that is turned" if is_turned else " in a line"),
        ):
            if length > most:
                raise ValueError(
                    f"texts[{number}] must have at most {most:,} letters of {size:g} points"
                    f"{where}, got {length:,}; cut it, or draw it smaller"
                )
