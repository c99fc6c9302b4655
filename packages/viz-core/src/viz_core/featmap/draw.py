"""One call from a feature map to an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from viz_core._checks import names_keywords

if TYPE_CHECKING:
    from viz_core.typing import ArrayLike, Image

__all__ = ["draw_featmap"]


@names_keywords
def draw_featmap(
    featmap: ArrayLike,
    overlaid_image: ArrayLike | None = None,
    channel_reduction: str | None = "squeeze_mean",
    topk: int = 10,
    arrangement: tuple[int, int] = (5, 2),
    resize_shape: tuple[int, int] | None = None,
    alpha: float = 0.5,
    *,
    normalize: Literal["map", "grid"] = "map",
    colormap: str | None = None,
    channels: Sequence[int] | ArrayLike | None = None,
) -> Image:
    """Return a feature map as an image: RGB, uint8, shape (H, W, 3).

    A tensor is reduced on its own device, and only the small result is moved. What is NaN or
    infinite is drawn in one color of its own, which is magenta with JET, with one warning; for
    a reduction over channels that is each pixel where any channel is not finite. A constant map
    is drawn in the lowest color. Levels and blended colors are rounded to the nearest.

    Args:
        featmap: Array or tensor of real numbers, shape (C, H, W).
        overlaid_image: The image to blend in, as [`as_image`][viz_core.as_image] takes it; alpha
            is laid over white. A map of another size is resampled to it.
        channel_reduction: How C channels become one image. ``'squeeze_mean'``: their mean.
            ``'select_max'``: the channel with the largest sum at the size that is shown.
            ``'norm'``: each pixel's Euclidean length. ``'pca'``: the first three principal
            components as red, green and blue. Lengths and components are those of the map at its
            own size, and are then resampled. None: a grid of channels, see ``topk``.
        topk: Without a reduction, how many channels to show, those of the largest sums first.
            Below 1, C must be 1 or 3 and is one image: three channels are joined with the
            weights 0.114, 0.587 and 0.299.
        arrangement: Rows and columns of the grid, with room for ``topk``, or ``channels``. Each
            cell is as large as the map or the image, with its channel's number in it where
            that fits a cell at least 24 pixels high. Cells that are left over are white.
        resize_shape: (H, W) that the map and the image are resampled to, bilinearly. The image,
            or the whole grid, may have 65,536 pixels a side and 134,217,728 in all.
        alpha: How much of the map is seen over the image, 0..1.
        normalize: ``'map'``: each channel's own lowest to highest value takes all colors.
            ``'grid'``: all that are shown share one scale.
        colormap: The name of a matplotlib colormap. Default: JET as OpenCV draws it.
        channels: Numbers of the channels to show as a grid, in this order, instead of ``topk``
            and of the default reduction.

    Raises:
        TypeError: If ``featmap`` is neither an array nor a tensor, or an option is of a wrong type.
        ValueError: If a shape, a number or a name is not one of those above, or two options
            exclude each other. The message says what would do.
    """
    from viz_core.featmap.render import render  # ten modules, which many programs never need

    return render(
        featmap,
        overlaid_image,
        channel_reduction,
        topk,
        arrangement,
        resize_shape,
        alpha,
        normalize=normalize,
        colormap=colormap,
        channels=channels,
    )
