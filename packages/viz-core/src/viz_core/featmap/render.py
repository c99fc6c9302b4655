"""Checking what a picture of a feature map is to be, and making it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from viz_core._warnings import warn_user
from viz_core.errors import VizWarning
from viz_core.featmap.colors import color_table
from viz_core.featmap.components import principal_components
from viz_core.featmap.look import Look
from viz_core.featmap.maps import FeatureMaps, NotFiniteError
from viz_core.featmap.options import (
    check_choice,
    check_fraction,
    check_grid,
    check_pair,
    whole_number,
    whole_numbers,
    without_alpha,
)
from viz_core.featmap.reductions import largest_channels, mean, norm, take

if TYPE_CHECKING:
    from viz_core.typing import ArrayLike, Image

__all__ = ["render"]

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
    check_choice(channel_reduction, _REDUCTIONS, "channel_reduction")
    check_choice(normalize, ("map", "grid"), "normalize")
    if channel_reduction == "pca" and colormap is not None:
        raise ValueError(
            f"colormap must be left out with channel_reduction='pca', which has colours of its "
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
        chosen = whole_numbers(channels, "channels")
    maps = FeatureMaps.of(featmap, chosen)
    image = None if overlaid_image is None else without_alpha(overlaid_image)
    shape = maps.shape[1:]
    if image is not None and image.shape[:2] != shape and resize_shape is None:
        warn_user(
            f"The spatial dimensions of the overlaid_image: {image.shape[:2]} and featmap: "
            f"{shape} are not same, the feature map will be interpolated. This may cause "
            "mismatch problems!",
        )
        shape = image.shape[:2]
    if resize_shape is not None:
        shape = check_pair(resize_shape, "resize_shape", "(height, width)")
    topk = whole_number(topk, "topk")
    grid = None
    if channel_reduction is None:
        grid = _grid(maps, topk, arrangement, chosen)
    look = Look(
        shape,
        image,
        check_fraction(alpha, "alpha"),
        color_table(colormap),
        shared_scale=normalize == "grid",
    )

    def draw(maps: FeatureMaps) -> Image:
        if channel_reduction is not None:
            return _draw_reduced(maps, channel_reduction, look)
        return _draw_channels(maps, topk, grid, chosen, look)

    try:
        with np.errstate(over="ignore", invalid="ignore"):  # noticed by what comes out
            return draw(maps)
    except NotFiniteError:
        maps = maps.tamed()
    bad = maps.count_bad()
    if bad.any():
        warn_user(_not_finite(bad, chosen), VizWarning)
    return draw(maps)


def _grid(
    maps: FeatureMaps, topk: int, arrangement: Any, chosen: list[int] | None
) -> tuple[int, int] | None:
    """Return the rows and columns of a grid, None for one image."""
    if chosen is not None:
        return check_grid(arrangement, len(chosen), "the number of channels")
    if topk > 0:
        return check_grid(arrangement, topk, "topk")
    if maps.shape[0] not in (1, 3):
        raise ValueError(
            "The input tensor channel dimension must be 1 or 3 when topk is less than 1, but the "
            f"channel dimension you input is {maps.shape[0]}, you can use the channel_reduction "
            "parameter or set topk greater than 0 to solve the error"
        )
    return None


def _draw_reduced(maps: FeatureMaps, channel_reduction: str, look: Look) -> Image:
    if channel_reduction == "pca":
        return look.colors(principal_components(maps, look.shape))
    if channel_reduction == "select_max":
        return look.heat(take(maps, largest_channels(maps, 1, look.shape))[0])
    return look.heat(mean(maps) if channel_reduction == "squeeze_mean" else norm(maps, look.shape))


def _draw_channels(
    maps: FeatureMaps,
    topk: int,
    grid: tuple[int, int] | None,
    chosen: list[int] | None,
    look: Look,
) -> Image:
    everything = range(maps.shape[0])
    if grid is None:
        return look.one_image(take(maps, everything))
    if chosen is not None:  # the map holds these alone
        return look.grid(take(maps, everything), chosen, grid)
    numbers = largest_channels(maps, min(topk, maps.shape[0]), look.shape)
    return look.grid(take(maps, numbers), numbers, grid)


def _not_finite(bad: npt.NDArray[np.int64], chosen: list[int] | None) -> str:
    """Say how many values of which channels are not finite, given their number by channel."""
    where = np.flatnonzero(bad)
    names = [chosen[i] if chosen is not None else int(i) for i in where[:5]]
    more = ", ..." if len(where) > len(names) else ""
    return (
        f"featmap has {bad.sum()} values that are NaN or infinite, in {len(where)} of {len(bad)} "
        f"channels ({', '.join(map(str, names))}{more}); they are drawn in a colour of their own"
    )
