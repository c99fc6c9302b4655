"""Many images in one, in rows and columns, each with its title."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_length
from viz_core.colors import as_color
from viz_core.convert import shortened
from viz_core.drawing.arguments import as_texts
from viz_core.drawing.canvas import Canvas
from viz_core.drawing.surface import DPI
from viz_core.images import as_image, over_white
from viz_core.typing import ArrayLike, Color, Image

__all__ = ["make_grid"]

# A title may be so many letters' sizes wide before it is broken, however narrow its image is.
_NARROWEST = 8

# Above and below titles, in letters' sizes.
_SPACE = 0.5

# In pixels, unless what is given has nearly as many.
_MOST_PIXELS = 1 << 27


def make_grid(
    images: ArrayLike | Iterable[ArrayLike],
    titles: Sequence[str] | None = None,
    *,
    columns: int | None = None,
    padding: float = 6,
    background: Color = "w",
    font_sizes: float | None = None,
) -> Image:
    """Return many images as one, each with its title above it: uint8, shape (H, W, 3).

    Images may have several sizes: a row is as high as its highest image and a column as wide as
    its widest. Nothing is scaled. A title that is wider than its image is broken at its spaces.

    Known as `make_grid` in torchvision, with `nrow` for `columns`, and as `tile` in imgviz.

    Args:
        images: A list of images, each as `as_image` takes it, or an array of shape (N, H, W, C);
            a tensor may also be (N, C, H, W).
        titles: One per image; an empty one leaves its place free. Default: no titles.
        columns: How many images are in a row. Default: about as many as there are rows.
        padding: Between images, and around all, in pixels.
        background: What is behind and between them. Titles are black or white, whichever can be
            read on it.
        font_sizes: Of the titles, in points. Default: by the size of the images, at least 10.

    Raises:
        TypeError: If something is no image, or a title no string.
        ValueError: If there are no images, not as many titles, `columns` is below 1, or the result
            would be far larger than all images together and 134,217,728 pixels.
    """
    shown = [
        over_white(as_image(image, f"images[{i}]")) for i, image in enumerate(_as_list(images))
    ]
    if not shown:
        raise ValueError("images must hold at least one, got none")
    count = len(shown)
    names = [""] * count if titles is None else as_texts(titles, "titles")
    if len(names) != count:
        raise ValueError(f"titles must have one for each of the {count} images, got {len(names)}")
    across = math.ceil(math.sqrt(count)) if columns is None else columns
    if across < 1 or across != int(across):
        raise ValueError(f"columns must be a whole number of at least 1, got {columns!r}")
    across = min(int(across), count)
    gap = math.ceil(as_length(padding, "padding"))
    red, green, blue, _ = as_color(background, "background")

    sizes = np.array([image.shape[1::-1] for image in shown])
    letters = font_sizes
    if letters is None:
        letters = max(math.sqrt(int(sizes.prod(axis=1).max())) // 90, 10.0)
    names, captions = _captions(names, sizes[:, 0], letters)
    row, column = np.divmod(np.arange(count), across)
    widths = np.zeros(across, int)
    captions_high, heights = np.zeros((2, row[-1] + 1), int)
    np.maximum.at(widths, column, np.maximum(sizes[:, 0], captions[:, 0]))
    np.maximum.at(captions_high, row, captions[:, 1])
    np.maximum.at(heights, row, sizes[:, 1])
    lefts = np.cumsum(widths + gap) - widths
    tops = np.cumsum(captions_high + heights + gap) - heights  # of images, below the titles
    width, height = int(lefts[-1] + widths[-1]) + gap, int(tops[-1] + heights[-1]) + gap
    if width * height > max(_MOST_PIXELS, 2 * int(sizes.prod(axis=1).sum())):
        raise ValueError(
            f"a grid must have at most {_MOST_PIXELS:,} pixels, got {width:,} x {height:,}; make "
            "the images smaller, or grids of fewer that are alike in size"
        )
    pixels = np.full((height, width, 3), (red, green, blue), np.uint8)
    corners = zip(
        (lefts[column] + (widths[column] - sizes[:, 0]) // 2).tolist(),
        tops[row].tolist(),
        strict=True,
    )
    for image, (x, y) in zip(shown, corners, strict=True):
        pixels[y : y + image.shape[0], x : x + image.shape[1]] = image
    below = tops[row] - _SPACE / 2 * letters * DPI / 72
    canvas = Canvas(pixels)
    canvas.draw_texts(
        names,
        np.stack([lefts[column] + widths[column] / 2, below], axis=1),
        letters,
        "k" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "w",
        vertical_alignments="bottom",
        horizontal_alignments="center",
    )
    return canvas.get_image()


def _as_list(images: Any) -> list[Any]:
    """Return images one by one."""
    dimensions = getattr(images, "ndim", None)
    if dimensions is not None and dimensions != 4:
        raise ValueError(
            "images must be a list of images or an array of shape (N, H, W, C), got "
            f"{type(images).__name__} of shape {tuple(images.shape)}; pass one image as [image]"
        )
    if not isinstance(images, Iterable) or isinstance(images, (str, bytes, Mapping)):
        raise TypeError(
            f"images must be a list of images, got {type(images).__name__}: {shortened(images)}"
        )
    return list(images)


def _captions(
    titles: Sequence[str], widths: npt.NDArray[Any], size: float
) -> tuple[list[str], npt.NDArray[Any]]:
    """Return titles that are broken where they are too wide, and the width and height of each."""
    ruler = Canvas(np.zeros((1, 1, 3), np.uint8))
    unit = size * DPI / 72

    every = dict.fromkeys(word for title in titles for word in title.replace("\n", " ").split(" "))
    wide = dict(zip(every, ruler.measure_texts(list(every), size)[:, 0].tolist(), strict=True))
    space = float(np.diff(ruler.measure_texts(["oo", "o o"], size)[:, 0])[0])
    broken = []
    for title, width in zip(titles, np.maximum(widths, _NARROWEST * unit).tolist(), strict=True):
        lines: list[str] = []
        for line in title.split("\n"):
            first, *others = line.split(" ")
            lines.append(first)
            taken = wide[first]
            for word in others:
                taken += space + wide[word]
                if taken <= width:
                    lines[-1] += f" {word}"
                else:
                    lines.append(word)
                    taken = wide[word]
        broken.append("\n".join(lines))
    extents = np.ceil(ruler.measure_texts(broken, size) + np.array([0, _SPACE * unit]))
    extents[[not title.strip() for title in titles]] = 0
    return broken, extents.astype(int)
