"""Checking what an image of a feature map is to be, and making it."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.convert import as_array, as_scalar, is_tensor
from viz_core.errors import VizWarning
from viz_core.featmap.colormap import color_table
from viz_core.featmap.feature_map import FeatureMap, NotFiniteError
from viz_core.featmap.painter import HeatmapPainter
from viz_core.featmap.reductions import largest_channels, mean, norm, principal_components, take
from viz_core.images import as_image, over_white

if TYPE_CHECKING:
    from viz_core.typing import ArrayLike, Image

__all__ = ["render"]

_LONGEST_SIDE, _MOST_PIXELS, _MOST_CELLS = 1 << 16, 1 << 27, 10_000
"""What an image is at most that is larger than what is given: a second's work."""

_REDUCTIONS = ("squeeze_mean", "select_max", "norm", "pca", None)


def render(
    featmap: ArrayLike,
    overlaid_image: ArrayLike | None,
    channel_reduction: str | None,
    topk: int,
    arrangement: tuple[int, int],
    resize_shape: tuple[int, int] | None,
    alpha: float,
    *,
    normalize: Literal["map", "grid"],
    colormap: str | None,
    channels: Sequence[int] | ArrayLike | None,
) -> Image:
    """Return what `draw_featmap` returns; its arguments are described there."""
    _check_choice(channel_reduction, _REDUCTIONS, "channel_reduction")
    _check_choice(normalize, ("map", "grid"), "normalize")
    if channel_reduction == "pca" and colormap is not None:
        raise ValueError(
            f"colormap must be left out with channel_reduction='pca', which has colors of its "
            f"own, got {colormap!r}"
        )
    chosen = None
    if channels is not None:
        if channel_reduction not in (None, "squeeze_mean"):
            raise ValueError(
                "channels are shown one by one: leave out channel_reduction or pass None, got "
                f"{channel_reduction!r}"
            )
        channel_reduction = None
        chosen = _whole_numbers(channels, "channels")
        if not chosen:
            raise ValueError("channels must not be empty; leave it out to show what `topk` chooses")
    feature_map = FeatureMap.of(featmap, chosen)
    image = (
        None if overlaid_image is None else over_white(as_image(overlaid_image, "overlaid_image"))
    )
    shape = feature_map.shape[1:]
    if image is not None and image.shape[:2] != shape and resize_shape is None:
        warn_user(
            f"The spatial dimensions of the overlaid_image: {image.shape[:2]} and featmap: "
            f"{shape} are not same, the feature map will be interpolated; pass "
            f"resize_shape={image.shape[:2]} if that is meant",
        )
        shape = image.shape[0], image.shape[1]
    if resize_shape is not None:
        shape = _check_pair(resize_shape, "resize_shape", "(height, width)")
    topk = _whole_number(topk, "topk")
    grid = None
    if channel_reduction is None:
        grid = _grid(feature_map, topk, arrangement, chosen)
    if resize_shape is not None or grid is not None:
        _check_size(shape, grid or (1, 1))
    painter = HeatmapPainter(
        shape,
        image,
        _check_fraction(alpha, "alpha"),
        color_table(colormap),
        shared_scale=normalize == "grid",
    )

    def draw(feature_map: FeatureMap) -> Image:
        if channel_reduction is not None:
            return _draw_reduced(feature_map, channel_reduction, painter)
        return _draw_channels(feature_map, topk, grid, chosen, painter)

    try:
        with np.errstate(over="ignore", invalid="ignore"):  # noticed by what comes out
            return draw(feature_map)
    except NotFiniteError:
        feature_map = feature_map.tamed()
    bad = feature_map.count_bad()
    if bad.any():
        warn_user(_not_finite(bad, chosen), VizWarning)
    return draw(feature_map)


def _grid(
    feature_map: FeatureMap, topk: int, arrangement: Any, chosen: list[int] | None
) -> tuple[int, int] | None:
    """Return the rows and columns of a grid, None for one image."""
    if chosen is not None:
        _check_count(len(chosen), "channels")
        return _check_grid(arrangement, len(chosen), "the number of channels")
    if topk > 0:
        _check_count(min(topk, feature_map.shape[0]), "topk")
        return _check_grid(arrangement, topk, "topk")
    if feature_map.shape[0] not in (1, 3):
        raise ValueError(
            "The input tensor channel dimension must be 1 or 3 when topk is less than 1, but the "
            f"channel dimension you input is {feature_map.shape[0]}, you can use the channel_reduction "
            "parameter or set topk greater than 0 to solve the error"
        )
    return None


def _draw_reduced(
    feature_map: FeatureMap, channel_reduction: str, painter: HeatmapPainter
) -> Image:
    if channel_reduction == "pca":
        return painter.colors(principal_components(feature_map))
    if channel_reduction == "select_max":
        return painter.heat(take(feature_map, largest_channels(feature_map, 1, painter.shape))[0])
    return painter.heat(
        mean(feature_map) if channel_reduction == "squeeze_mean" else norm(feature_map)
    )


def _draw_channels(
    feature_map: FeatureMap,
    topk: int,
    grid: tuple[int, int] | None,
    chosen: list[int] | None,
    painter: HeatmapPainter,
) -> Image:
    everything = range(feature_map.shape[0])
    if grid is None:
        return painter.one_image(take(feature_map, everything))
    if chosen is not None:  # the map holds these alone
        return painter.grid(take(feature_map, everything), chosen, grid)
    numbers = largest_channels(feature_map, topk, painter.shape)
    return painter.grid(take(feature_map, numbers), numbers, grid)


def _not_finite(bad: npt.NDArray[np.int64], chosen: list[int] | None) -> str:
    """Say how many values of which channels are not finite, given their number by channel."""
    where = np.flatnonzero(bad)
    names = [chosen[i] if chosen is not None else int(i) for i in where[:5]]
    more = ", ..." if len(where) > len(names) else ""
    return (
        f"featmap has {bad.sum()} values that are NaN or infinite, in {len(where)} of {len(bad)} "
        f"channels ({', '.join(map(str, names))}{more}); they are drawn in a color of their own"
    )


def _check_choice(value: object, choices: Iterable[object], name: str) -> None:
    """Raise a ValueError unless the value is one of the choices."""
    choices = list(choices)
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def _check_fraction(value: Any, name: str) -> float:
    """Return a number in 0..1 as a float."""
    number = float(as_scalar(value, name))
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must lie in 0..1, got {number}")
    return number


def _whole_number(value: object, name: str) -> int:
    """Return an integer of any kind as an int."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}: {value!r}")
    return int(value)


def _whole_numbers(value: Any, name: str) -> list[int]:
    """Return one integer, a sequence of them, or an array or tensor, as a list."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        value = as_array(value, name).tolist()
    if isinstance(value, numbers.Integral):
        value = [value]
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be integers, got {type(value).__name__}: {value!r}")
    return [_whole_number(item, name) for item in value]


def _check_pair(value: Any, name: str, meaning: str) -> tuple[int, int]:
    """Return two positive integers as a tuple."""
    pair = _whole_numbers(value, name)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"{name} must be {meaning}, two numbers from 1 on, got {value!r}")
    return pair[0], pair[1]


def _check_grid(arrangement: Any, count: int, what: str) -> tuple[int, int]:
    """Return (rows, columns) that have room for ``count`` cells."""
    rows, columns = _check_pair(arrangement, "arrangement", "(rows, columns)")
    if rows * columns < count:
        raise ValueError(
            f"The product of row and col in the `arrangement` is less than {what}, please set "
            f"the `arrangement` correctly: ({rows}, {columns}) has room for {rows * columns} of "
            f"{count}"
        )
    return rows, columns


def _check_count(count: int, name: str) -> None:
    """Raise a ValueError if so many channels are to be shown that it takes seconds."""
    if count > _MOST_CELLS:
        raise ValueError(f"{name} must show at most {_MOST_CELLS:,} channels, got {count:,}")


def _check_size(shape: tuple[int, int], grid: tuple[int, int]) -> None:
    """Raise a ValueError if the image would be so large that it takes seconds."""
    height, width = shape[0] * grid[0], shape[1] * grid[1]
    if max(height, width) <= _LONGEST_SIDE and height * width <= _MOST_PIXELS:
        return
    cells = "" if grid == (1, 1) else f" for {grid[0]} x {grid[1]} cells of {shape}"
    raise ValueError(
        f"the image must have at most {_LONGEST_SIDE:,} pixels a side and {_MOST_PIXELS:,} in all, "
        f"got ({height}, {width}){cells}; pass a smaller resize_shape"
        f"{' or arrangement' if cells else ''}"
    )
