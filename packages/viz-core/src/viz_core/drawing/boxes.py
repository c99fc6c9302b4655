"""Boxes, solid ones laid over an image without Agg.

What Agg does for the outline of a box depends on nothing but the line width: it snaps the corners
to whole pixels and covers the same few rows and columns around them, in the same proportions. So
these are read once from a box that Agg draws, and every other is pasted through `EdgeStencils`.
Agg is right for any shape, and takes several times as long for this one, which is drawn most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.colors import RGBA
from viz_core.drawing._pillow import ROWS, map_buffer, rows_of
from viz_core.drawing.fillings import fill
from viz_core.drawing.paths import Style, draw_paths
from viz_core.drawing.shapes import place_boxes
from viz_core.drawing.surface import DPI, Octets, Surface
from viz_core.drawing.work import LARGE

__all__ = ["draw_boxes"]

# Boxes with longer sides, in pixels, or thicker ones, in bytes of a stencil, are Agg's: they cost
# little beside the rest of so large a image.
_LONGEST = 1 << 13
_MOST = 1 << 18

Shares = npt.NDArray[np.float64]


class _Profile(NamedTuple):
    """How much of each pixel the outline of a box of one line width covers, in 0..1.

    Attributes:
        before: The first pixel of the left and the top strip, relative to the snapped corner.
        after: The first pixel of the right and the bottom strip, relative to theirs.
        across: From one side of a strip to the other, shape (k,).
        corners: Where strips meet, shape (2, 2, k, k): top and bottom, left and right, row,
            column.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    across: Shares
    corners: Shares


class EdgeStencils:
    """Draws the outlines of boxes of one line width and opacity.

    An outline is four strips, of which each begins at one corner and ends before the next:

        +-top------+r+
        |l+--------|i|
        |e|        |g|
        |f|        |h|
        |t|--------+t|
        +-+---bottom-+

    So two stencils do for boxes of all sizes: one of k rows, which begins with the top left
    corner and ends with the bottom right one, and one of k columns, which begins with the top
    right corner and ends with the bottom left one. A strip takes their beginning or their end.

    Args:
        profile: What Agg covers for the line width.
        opacity: Of the line, in 0..1.
        reach: The longest side of a box, in pixels.

    Attributes:
        thickness: Of the strips in pixels, k.
        left: The first column of the left strip, relative to the snapped corner.
        top: The first row of the top strip, relative to the snapped corner.
        right: The first column of the right strip, relative to the corner opposite.
        bottom: The first row of the bottom strip, relative to the corner opposite.
    """

    def __init__(self, profile: _Profile, opacity: float, reach: int) -> None:
        self.left, self.top = profile.before
        self.right, self.bottom = profile.after
        k = self.thickness = len(profile.across)
        across = _opacities(profile.across, opacity)
        (top_left, top_right), (bottom_left, bottom_right) = np.repeat(
            _opacities(profile.corners, opacity), 3, axis=-1
        )
        self._length = reach + k
        # A row more: Pillow asks for whole rows, wherever in the first of them a strip begins.
        rows = np.zeros((k + 1, 3 * self._length), np.uint8)
        rows[:k] = across[:, None]
        rows[:k, : 3 * k], rows[:k, -3 * k :] = top_left, bottom_right
        columns = np.empty((self._length, 3 * k), np.uint8)
        columns[:] = np.repeat(across, 3)
        columns[:k], columns[-k:] = top_right, bottom_left
        self._rows, self._columns = rows.tobytes(), columns.tobytes()
        self._layout = rows_of(3 * self._length)

    def draw_box(
        self, paste: Any, left: int, top: int, right: int, bottom: int, color: RGBA
    ) -> None:
        """Draw the outline of a box that lies in the image, its strips apart from each other.

        Args:
            paste: What pastes into the image.
            left: The first column of the left strip.
            top: The first row of the top strip.
            right: The first column of the right strip.
            bottom: The first row of the bottom strip.
            color: Of the line.
        """
        k, rows, columns, layout = self.thickness, self._rows, self._columns, self._layout
        width, height = right - left, bottom - top
        ink = bytes(color[:3]) * (k * max(width, height))
        edge, left, right = 3 * k, 3 * left, 3 * right
        size = (3 * width, k)
        strip = map_buffer(ink, size, "raw", 0, ROWS)
        stencil = map_buffer(rows, size, "raw", 0, layout)
        paste(strip, (left, top, right, top + k), stencil)
        stencil = map_buffer(rows, size, "raw", 3 * (self._length - width), layout)
        paste(strip, (left + edge, bottom, right + edge, bottom + k), stencil)
        size = (edge, height)
        strip = map_buffer(ink, size, "raw", 0, ROWS)
        stencil = map_buffer(columns, size, "raw", 0, ROWS)
        paste(strip, (right, top, right + edge, bottom), stencil)
        stencil = map_buffer(columns, size, "raw", edge * (self._length - height), ROWS)
        paste(strip, (left, top + k, left + edge, bottom + k), stencil)


def reach_in(surface: Surface) -> int:
    """Return how long the sides of boxes may be, in pixels: few lengths for many images."""
    longest = max(surface.width, surface.height)
    return min(1 << longest.bit_length(), _LONGEST)


@lru_cache(maxsize=64)
def find_edge_stencils(width: float, opacity: float, reach: int) -> EdgeStencils | None:
    """Return the stencils of a line, or None if nothing of it is seen, or if it is very thick.

    Args:
        width: In points.
        opacity: In 0..1.
        reach: The longest side of a box, in pixels.
    """
    if 3 * math.ceil(width * DPI / 72) * reach > _MOST:
        return None
    profile = _read_profile(width)
    if profile is None or 3 * len(profile.across) * reach > _MOST:
        return None
    return EdgeStencils(profile, opacity, reach)


def _opacities(shares: Shares, opacity: float) -> Octets:
    opacities: Octets = np.rint(shares * (opacity * 255)).astype(np.uint8)
    return opacities


@lru_cache(maxsize=256)
def _read_profile(width: float) -> _Profile | None:
    """Return what Agg covers for a line of ``width`` points, alike on all sides, or None if nothing."""
    margin = math.ceil(width * DPI / 72) + 4
    size = 6 * margin
    low, high = 2 * margin, 4 * margin
    probe = Surface(np.zeros((size, size, 3), np.uint8))
    box = place_boxes([(low, low, high, high)], probe.window)
    white = (255, 255, 255, 1.0)
    draw_paths(probe, box, [Style(white, (0, 0, 0, 0.0), width, "-")])
    shares = probe.pixels[..., 0] / 255
    middle = size // 2
    across, down = shares[middle], shares[:, middle]
    if not across.any():
        return None
    left, right = _span(across[:middle]), _span(across[middle:], middle)
    top, bottom = _span(down[:middle]), _span(down[middle:], middle)
    corners = [[shares[y, x] for x in (left, right)] for y in (top, bottom)]
    return _Profile(
        (left.start - low, top.start - low),
        (right.start - high, bottom.start - high),
        across[left],
        np.array(corners),
    )


def _span(line: Shares, offset: int = 0) -> slice:
    """Return from where to where a line is covered."""
    covered = np.flatnonzero(line)
    return slice(int(covered[0]) + offset, int(covered[-1]) + 1 + offset)


def draw_boxes(
    surface: Surface,
    corners: Sequence[Sequence[float]],
    edges: Sequence[RGBA],
    faces: Sequence[RGBA],
    widths: Sequence[float],
    dashes: Sequence[str],
    alphas: Sequence[float],
) -> None:
    """Draw boxes in their order, each the fastest way that gives Agg's pixels.

    Args:
        surface: Drawn on.
        corners: x1, y1, x2, y2 of each.
        edges: Color of the outline of each.
        faces: Color of the filling of each.
        widths: Line width of each, in points.
        dashes: The line style's symbol of each.
        alphas: Of each, multiplied with the opacities of both colors.
    """
    others: list[int] = []  # boxes in turn that are left to Agg

    def style_of(i: int) -> Style:
        return Style.faded(edges[i], faces[i], widths[i], dashes[i], alphas[i])

    def draw_others() -> None:
        if others:
            shapes = place_boxes([corners[i] for i in others], surface.window)
            draw_paths(surface, shapes, [style_of(i) for i in others])
            others.clear()

    height, width = surface.height, surface.width
    reach = reach_in(surface)
    paste = surface.strip.paste
    stencils: EdgeStencils | None = None
    stencil_width = stencil_opacity = 0.0
    floor = math.floor
    for i, ((x1, y1, x2, y2), edge, face, line_width, dash, alpha) in enumerate(
        zip(corners, edges, faces, widths, dashes, alphas, strict=True)
    ):
        opacity = edge[3] * alpha
        if dash == "-" and not face[3] and opacity and line_width:
            if line_width != stencil_width or opacity != stencil_opacity:  # mostly the same for all
                stencil_width, stencil_opacity = line_width, opacity
                stencils = find_edge_stencils(line_width, opacity, reach)
            if stencils is not None:
                k = stencils.thickness
                left, top = floor(x1 + 0.5) + stencils.left, floor(y1 + 0.5) + stencils.top
                right, bottom = floor(x2 + 0.5) + stencils.right, floor(y2 + 0.5) + stencils.bottom
                if (
                    0 <= left < right - k <= width - 2 * k
                    and 0 <= top < bottom - k <= height - 2 * k
                    and right - left <= reach >= bottom - top
                ):
                    draw_others()
                    stencils.draw_box(paste, left, top, right, bottom, edge)
                    continue
        if face[3] and x2 - x1 > LARGE < y2 - y1:
            draw_others()
            if _draw_large(surface, corners[i], style_of(i)):
                continue
        others.append(i)
    draw_others()


def _draw_large(surface: Surface, corners: Sequence[float], style: Style) -> bool:
    """Draw a box with a large filling, of which Agg draws the border, and return whether it is one."""
    box = place_boxes([corners], surface.window)
    left, top, right, bottom = box.bounds[0].tolist()
    margin = math.ceil(style.width * DPI / 72) + 2
    left, top = max(math.ceil(left) + margin, 0), max(math.ceil(top) + margin, 0)
    right = min(math.floor(right) - margin, surface.width)
    bottom = min(math.floor(bottom) - margin, surface.height)
    if not style.face[3] or min(right - left, bottom - top) < LARGE:
        return False
    for part in (
        (0, 0, surface.width, top),
        (0, top, left, bottom),
        (right, top, surface.width, bottom),
        (0, bottom, surface.width, surface.height),
    ):
        draw_paths(surface, box, [style], part)
    fill(surface, left, top, right, bottom, style.face)
    return True
