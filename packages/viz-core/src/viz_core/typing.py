"""Names for the types that appear in more than one public signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, SupportsFloat, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "ArrayLike",
    "BackendConfig",
    "Color",
    "Colors",
    "Image",
    "ImageFormat",
    "Kind",
    "NestedSequence",
    "OnError",
    "Palette",
    "Ranks",
    "Remote",
    "Scalar",
    "ScalarDict",
    "ScalarLike",
    "SupportsArray",
    "SupportsArrayInterface",
    "SupportsDLPack",
    "VisBackend",
    "VisBackends",
]

T_co = TypeVar("T_co", covariant=True)


class SupportsArray(Protocol):
    """What numpy can make an array of: an array, a number of numpy's, a tensor on the CPU.

    torch is never imported, so its tensors are known by what they can do.
    """

    def __array__(self) -> Any:
        """Return a numpy array."""


class SupportsArrayInterface(Protocol):
    """What numpy can make an array of in another way: an image of Pillow's."""

    @property
    def __array_interface__(self) -> Any:
        """The memory and its layout."""


class SupportsDLPack(Protocol):
    """What lends its memory to any library: an array of JAX or CuPy that is on the CPU."""

    @property
    def __dlpack__(self) -> Callable[..., Any]:
        """The method that gives the memory and its layout."""


class NestedSequence(Protocol[T_co]):
    """A list, a tuple or another sequence of items or of such sequences, but no string."""

    def __len__(self) -> int:
        """Return the number of items."""

    def __getitem__(self, index: int, /) -> T_co | NestedSequence[T_co]:
        """Return the item at `index`."""

    def __iter__(self) -> Iterator[T_co | NestedSequence[T_co]]:
        """Return an iterator over the items."""

    def __contains__(self, item: object, /) -> bool:
        """Return whether `item` is one of the items; a string takes no object here."""


class VisBackend(Protocol):
    """A backend, as MMEngine's interface has it: `viz_core.BaseVisBackend`, or one like it.

    While a program runs, one that has a single `add_*` method will do.
    """

    @property
    def experiment(self) -> Any:
        """The tracker's own object."""

    @property
    def add_config(self) -> Callable[..., object]:
        """The method that keeps the config of the run."""

    @property
    def add_graph(self) -> Callable[..., object]:
        """The method that keeps the graph of a model."""

    @property
    def add_image(self) -> Callable[..., object]:
        """The method that keeps an image."""

    @property
    def add_scalar(self) -> Callable[..., object]:
        """The method that keeps one scalar."""

    @property
    def add_scalars(self) -> Callable[..., object]:
        """The method that keeps scalars that belong together."""

    @property
    def close(self) -> Callable[..., object]:
        """The method that ends recording."""


ArrayLike: TypeAlias = (
    SupportsArray | SupportsArrayInterface | SupportsDLPack | NestedSequence[float | SupportsArray]
)
"""An array, a tensor, an image of Pillow's, or nested lists of numbers, arrays or tensors."""

BackendConfig: TypeAlias = Mapping[str, object]
"""The config of a backend, as `dict(type="LocalVisBackend", ...)`.

`type` is a name, a class or `"package.module:Class"`; `name` and `save_dir` are optional; the rest
are arguments of the class.
"""

VisBackends: TypeAlias = "BackendConfig | VisBackend | Sequence[BackendConfig | VisBackend]"
"""What a visualizer is given as its backends: configs or backends, one or a sequence."""

Image: TypeAlias = npt.NDArray[np.uint8]
"""An image inside viz-core: RGB, uint8, shape (H, W, 3), or (H, W, 4) if it has alpha."""

ImageFormat: TypeAlias = Literal["png", "jpg", "webp"]
"""What an image is stored as: without a loss, or smaller."""

Color: TypeAlias = "str | Sequence[float | np.number[Any]] | SupportsArray"
"""A matplotlib color name, letter or hex string, `'none'`, or 3 or 4 numbers in 0..255."""

Colors: TypeAlias = "Color | Sequence[Color]"
"""One color for all items, or a list with one per item."""

Palette: TypeAlias = "Colors | Mapping[int, Color]"
"""The colors of classes: one for all, a list by class, a dict, or the name of a palette."""

Scalar: TypeAlias = "int | float"
"""What a backend gets for a scalar; NaN and infinities are floats."""

ScalarLike: TypeAlias = "SupportsFloat | SupportsArray"
"""What is taken for a scalar: a number, or an array or tensor of one element."""

ScalarDict: TypeAlias = "Mapping[str, ScalarLike | ScalarDict]"
"""Scalars that belong together, by name, and groups of them by name."""

Kind: TypeAlias = Literal[
    "config",
    "graph",
    "image",
    "scalar",
    "scalars",
    "images",
    "figure",
    "histogram",
    "text",
    "table",
    "video",
    "html",
    "file",
    "hparams",
    "pr_curve",
    "confusion_matrix",
    "annotations",
]
"""The kinds of records that a backend may support."""

OnError: TypeAlias = Literal["warn", "raise"]
"""What a failing backend costs: a warning, or an error after every backend had its turn."""

Ranks: TypeAlias = Literal["main", "all"]
"""Which ranks of a distributed run record: rank 0, or each in files of its own."""

Remote: TypeAlias = "str | Mapping[str, str | float]"
"""Where local files are copied to: a URL as `"s3://bucket/run"`, or a dict of `url`, `every`, the seconds
between two contacts, and `timeout`, those for which `close` waits; both are 30 by default."""
