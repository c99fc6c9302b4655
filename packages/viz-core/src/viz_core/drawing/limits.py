"""How large the numbers may be that are drawn: what takes seconds to draw is refused.

Coordinates and radii have no limit: shapes are clipped to what can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_length, as_number

__all__ = [
    "LARGEST_LENGTH",
    "as_font_size",
    "as_line_width",
    "as_marker_size",
    "as_rotation",
    "check_bounds",
    "check_faded",
    "check_polygons",
    "check_texts",
]

#: Of lines, and of the space around texts, in points.
LARGEST_LENGTH = 10_000

# Squares of points, as markers of 1,000 points.
_LARGEST_MARKER = 1_000_000

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

# In pixels, of one polygon, whose crossings cost more, and of all shapes of a call: a second's work.
_LONGEST_OUTLINE = 4_000_000
_LONGEST_OUTLINES = 40_000_000

# In pixels, of the bounding boxes of all lines of a call that fade: a second's work.
_LARGEST_FADED = 120_000_000


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


def check_polygons(
    points: npt.NDArray[np.float64],
    counts: Sequence[int],
    width: int,
    height: int,
    name: str = "polygons",
) -> None:
    """Raise ValueError if polygons cross the image so often that to draw them takes seconds.

    Args:
        points: The corners of all, one polygon after the other, shape (M, 2).
        counts: How many corners each has.
        width: Columns of the image.
        height: Rows of the image.
        name: What all are called in the error.
    """
    if len(points) * (width + height) <= _LONGEST_OUTLINE:  # mostly
        return
    seen = np.clip(points, 0, (width, height))
    starts = np.cumsum(counts) - np.array(counts, np.intp)
    before = np.arange(-1, len(points) - 1)
    before[starts] += counts
    lengths = np.add.reduceat(np.hypot(*(seen - seen[before]).T), starts)
    longest = int(lengths.argmax())
    if lengths[longest] > _LONGEST_OUTLINE:
        raise ValueError(
            f"{name}[{longest}] must have an outline of at most {_LONGEST_OUTLINE:,} pixels in "
            f"the image, got {lengths[longest]:,.0f} between {counts[longest]:,} points; leave "
            "some of them out, or draw it in parts"
        )
    _check_length(float(lengths.sum()), name)


def check_bounds(
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    name: str,
    width: int,
    height: int,
    sides: int = 4,
) -> None:
    """Raise ValueError if shapes are so many and large that to draw them takes seconds.

    Args:
        low: The smallest x and y of each, shape (N, 2).
        high: The largest x and y of each, shape (N, 2).
        name: What all are called in the error.
        width: Columns of the image.
        height: Rows of the image.
        sides: Of its bounding box that a shape is about as long as.
    """
    if len(low) * (width + height) * sides / 2 <= _LONGEST_OUTLINES:  # mostly
        return
    size = (width, height)
    extents = np.clip(high, 0, size) - np.clip(low, 0, size)
    _check_length(float(extents.sum()) * sides / 2, name)


def check_faded(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], width: int, height: int
) -> None:
    """Raise ValueError if lines that fade reach over so much of the image that it takes seconds.

    Args:
        low: The smallest x and y of each, shape (N, 2).
        high: The largest x and y of each, shape (N, 2).
        width: Columns of the image.
        height: Rows of the image.
    """
    size = (width, height)
    area = float((np.clip(high, 0, size) - np.clip(low, 0, size)).prod(axis=1).sum())
    if area > _LARGEST_FADED:
        raise ValueError(
            f"lines that fade must reach over at most {_LARGEST_FADED:,} pixels of the image, all "
            f"together, got {area:,.0f}; draw some of them in each call, or without fade"
        )


def _check_length(length: float, name: str) -> None:
    """Raise ValueError if the outlines of a call's shapes are longer than can be drawn in a second.

    Args:
        length: Of all outlines in the image, in pixels.
        name: What all shapes are called in the error.
    """
    if length > _LONGEST_OUTLINES:
        raise ValueError(
            f"{name} must have outlines of at most {_LONGEST_OUTLINES:,} pixels in the image, all "
            f"together, got {length:,.0f}; draw fewer of them, or some of them in each call"
        )
