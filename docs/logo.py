"""Draws the logo with the canvas: `python docs/logo.py` writes docs/images/logo.png and favicon.png.

A V of three keypoints and two limbs, within the corners of a box: what the library draws most.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from viz_core import Canvas

__all__ = ["draw_favicon", "draw_logo"]

IMAGES = Path(__file__).parent / "images"

#: Pixels of a side, while it is drawn; it is stored four times smaller, and so smooth.
SIDE = 1024

#: The joints of the V, and a corner of the box, in units of the side.
JOINTS = np.array([[0.31, 0.33], [0.5, 0.7], [0.69, 0.33]])
CORNER = np.array([[0.06, 0.27], [0.06, 0.06], [0.27, 0.06]])


def _coverage() -> np.ndarray:
    """Return how much of each pixel is ink, uint8, shape (SIDE, SIDE)."""
    canvas = Canvas(np.zeros((SIDE, SIDE, 3), np.uint8))
    flips = [(x, y) for x in (False, True) for y in (False, True)]
    corners = [np.abs(np.array(flip) - CORNER) * SIDE for flip in flips]
    canvas.draw_polylines(corners, colors="white", line_widths=SIDE / 20)
    canvas.draw_polylines([JOINTS * SIDE], colors="white", line_widths=SIDE / 17)
    canvas.draw_circles(
        JOINTS * SIDE, np.full(3, SIDE / 11), edge_colors="none", face_colors="white", alpha=1
    )
    return canvas.get_image()[..., 0]


def _stored(image: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.LANCZOS))


def draw_logo() -> np.ndarray:
    """Return the logo in white on nothing, RGBA, shape (256, 256, 4)."""
    alpha = _stored(_coverage(), 256)
    return np.dstack([np.full((256, 256, 3), 255, np.uint8), alpha])


def draw_favicon() -> np.ndarray:
    """Return the logo in white on a round tile of the site's color, RGBA, shape (64, 64, 4)."""
    inset = np.pad(_stored(_coverage(), 704), 160)
    tile = Canvas(np.zeros((SIDE, SIDE, 3), np.uint8))
    tile.draw_circles(
        np.array([SIDE / 2, SIDE / 2]), np.array([SIDE / 2]), edge_colors="none",
        face_colors="white", alpha=1,
    )  # fmt: skip
    ink = inset[..., None] / 255
    color = np.round(255 * ink + np.array([0, 121, 107]) * (1 - ink)).astype(np.uint8)
    return _stored(np.dstack([color, tile.get_image()[..., 0]]), 64)


if __name__ == "__main__":
    Image.fromarray(draw_logo()).save(IMAGES / "logo.png", optimize=True)
    Image.fromarray(draw_favicon()).save(IMAGES / "favicon.png", optimize=True)
