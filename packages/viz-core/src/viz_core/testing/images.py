"""Images in tests: making and comparing them."""

from __future__ import annotations

from typing import Any

import numpy as np

from viz_core.images import as_image
from viz_core.typing import ArrayLike

__all__ = ["assert_images_close", "make_image"]


def assert_images_close(
    actual: ArrayLike, expected: ArrayLike, *, tolerance: int = 0, share: float = 0.0
) -> None:
    """Raise an AssertionError that says where and how much two images differ.

    Args:
        actual: RGB or RGBA, as [`as_image`][viz_core.as_image] takes it.
        expected: RGB or RGBA of the same size.
        tolerance: How many levels of 0..255 a channel may be off.
        share: The share of pixels, 0..1, that may be off by more.
    """
    __tracebackhide__ = True
    left, right = as_image(actual, "actual"), as_image(expected, "expected")
    if left.shape != right.shape:
        raise AssertionError(f"the images differ in shape: {left.shape}, not {right.shape}")
    off = abs(left.astype(int) - right).max(axis=2)
    wrong = off > tolerance
    if wrong.mean() <= share:
        return
    rows, columns = wrong.nonzero()
    row, column = rows[0], columns[0]
    raise AssertionError(
        f"{wrong.sum()} of {wrong.size} pixels are off by more than {tolerance}, at most by "
        f"{off.max()}; they lie in x {columns.min()}..{columns.max()}, "
        f"y {rows.min()}..{rows.max()}; the first, x={column} y={row}, is "
        f"{left[row, column].tolist()}, not {right[row, column].tolist()}"
    )


def make_image(height: int, width: int, seed: int = 0) -> Any:
    """Return an RGB image with smooth and with sharp parts, another for every seed."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    smooth = np.dstack([rows * 2, columns * 2, rows + columns]) + generator.integers(0, 64, 3)
    image = (smooth % 256).astype(np.uint8)
    image[height // 3 : height // 2, width // 3 : width // 2] = generator.integers(0, 256, 3)
    return image
