"""Names for the types that appear in more than one public signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["ArrayLike", "Color", "Colors", "Image", "Kind", "OnError", "Ranks", "Scalar"]

#: A numpy array or a torch tensor. torch is never imported, so it cannot be named here.
ArrayLike: TypeAlias = Any

#: A picture inside viz-core: RGB, uint8, shape (H, W, 3).
Image: TypeAlias = npt.NDArray[np.uint8]

#: A matplotlib colour name, letter or hex string, ``'none'``, or 3 or 4 numbers in 0..255.
Color: TypeAlias = "str | tuple[float, ...] | npt.NDArray[Any]"

#: One colour for all items, or a list with one per item.
Colors: TypeAlias = "Color | Sequence[Color]"

#: What a recorded number becomes at the door.
Scalar: TypeAlias = "int | float"

#: The kinds of records that a backend may support.
Kind: TypeAlias = Literal["config", "graph", "image", "scalar", "scalars"]

#: What a failing backend costs: a warning, or an error after every backend had its turn.
OnError: TypeAlias = Literal["warn", "raise"]

#: Which ranks of a distributed run record: rank 0, or each in files of its own.
Ranks: TypeAlias = Literal["main", "all"]
