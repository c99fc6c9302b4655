"""What users have as images, to uint8 with the channels last."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array, is_tensor, shortened
from viz_core.typing import ArrayLike, Image

__all__ = ["PIXEL", "as_image", "as_images", "check_batch", "over_white", "to_uint8"]

#: One pixel as one item, so that numpy moves or skips its three bytes together.
PIXEL = np.dtype("V3")

_CHANNELS = (1, 3, 4)

#: Pillow's modes whose numbers are the pixels; others are palettes or other color spaces.
_PLAIN_MODES = ("1", "L", "I", "I;16", "I;16B", "I;16L", "I;16N", "F", "RGB", "RGBA")

#: Its modes with alpha, or where one color may stand for clear.
_CLEAR_MODES, _KEYED_MODES = ("LA", "La", "PA", "RGBa"), ("1", "L", "P", "RGB")


def as_image(image: ArrayLike, name: str = "image") -> Image:
    """Return an image as contiguous uint8 of shape (H, W, 3), or (H, W, 4) if it has alpha.

    Args:
        image: RGB of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4); a tensor may also be
            (C, H, W) where its last axis cannot be the channels. bool (True is white), any
            integers within 0..255, or floats within 0..1, which are scaled. Turn BGR into
            RGB with `image[..., ::-1]`. An image of Pillow's, of any mode, will do too. Numbers
            of another range, and more channels, become an image with
            [`to_uint8`][viz_core.to_uint8].
        name: What the image is called in an error.

    Returns:
        The same memory if nothing had to be converted.

    Raises:
        TypeError: If it is no image, or its dtype is not a number.
        ValueError: If it is empty, has another shape, or values out of range or NaN.
    """
    array = _read(image, name)
    if array.dtype == np.uint8 and array.ndim == 3 and array.shape[-1] == 3 and array.size:
        return array if array.flags.c_contiguous else np.ascontiguousarray(array)  # mostly
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if is_tensor(image) and array.ndim == 3:
        first, last = array.shape[0], array.shape[-1]
        if first in _CHANNELS and last not in _CHANNELS:
            array = array.transpose(1, 2, 0)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[-1] not in _CHANNELS:
        raise ValueError(
            f"{name} must have shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), got "
            f"{array.shape}{_hint(array.shape, is_tensor(image))}"
        )
    array = _as_uint8(array, name)
    if array.shape[-1] == 1:
        array = np.repeat(array, 3, axis=-1)
    return np.ascontiguousarray(array)


def _read(image: Any, name: str) -> npt.NDArray[Any]:
    """Return the numbers of an image, those of Pillow's as colors."""
    if isinstance(image, np.ndarray):  # mostly
        return as_array(image, name)
    if hasattr(image, "getbands"):
        is_keyed = image.mode in _KEYED_MODES and "transparency" in image.info
        if image.mode == "La":  # which is converted to nothing else
            image = image.convert("LA")
        if is_keyed or image.mode in _CLEAR_MODES:
            image = image.convert("RGBA")
        elif image.mode not in _PLAIN_MODES:
            image = image.convert("RGB")
    elif image is None:
        raise TypeError(
            f"{name} must be an array, a tensor or an image of Pillow's, got None; cv2.imread gives "
            "None for a file that it cannot read: look at its path"
        )
    elif isinstance(image, (str, os.PathLike)):
        raise TypeError(
            f"{name} must be an array, a tensor or an image of Pillow's, got "
            f"{type(image).__name__}: {shortened(image)}; read the file first, as with PIL.Image.open"
        )
    elif isinstance(image, (bytes, bytearray, memoryview)) and not getattr(image, "shape", ())[1:]:
        raise TypeError(
            f"{name} must be an array, a tensor or an image of Pillow's, got "
            f"{type(image).__name__}: {shortened(image)}; decode the file first, as with "
            "PIL.Image.open(io.BytesIO(...))"
        )
    return as_array(image, name)


def as_images(images: ArrayLike | Iterable[ArrayLike], name: str = "images") -> list[Image]:
    """Return several images as `as_image` does each.

    Args:
        images: Shape (N, H, W) or (N, H, W, C), a tensor also (N, C, H, W); or a list or an
            iterator of images, which may have several sizes.
        name: What they are called in an error.

    Raises:
        TypeError: If they are no images.
        ValueError: If there is none, or one is wrong.
    """
    several: Any = images
    if is_tensor(several) or hasattr(type(several), "__array__"):
        check_batch(several, name)
    elif isinstance(several, (str, bytes)) or not hasattr(type(several), "__iter__"):
        raise TypeError(
            f"{name} must be an array, a tensor or a list of images, got "
            f"{type(several).__name__}: {shortened(several)}; record one image with add_image"
        )
    found = [as_image(image, f"{name}[{number}]") for number, image in enumerate(several)]
    if not found:
        raise ValueError(f"{name} must hold an image, got none")
    return found


def check_batch(images: Any, name: str) -> None:
    """Raise if an array or a tensor is not several images, but one that would be taken for many.

    Raises:
        ValueError: If its shape is none of (N, H, W), (N, H, W, C) and (N, C, H, W).
    """
    shape = tuple(getattr(images, "shape", ()))
    is_one = len(shape) == 3 and (
        shape[-1] in _CHANNELS or (is_tensor(images) and shape[0] in _CHANNELS)
    )
    if len(shape) not in (3, 4) or is_one:
        raise ValueError(
            f"{name} must have shape (N, H, W), (N, H, W, C) or, as a tensor, (N, C, H, W), got "
            f"{shape}, as of one image; pass {name}[None] if it is one, or a list of gray images"
        )


def over_white(image: Image) -> Image:
    """Return an image as `as_image` does, its alpha laid over white: shape (H, W, 3)."""
    if image.shape[-1] == 3:
        return image
    color, opacity = image[..., :3].astype(np.uint16), image[..., 3:].astype(np.uint16)
    blended: Image = ((color * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)
    return blended


def to_uint8(
    image: ArrayLike,
    low: float | ArrayLike | None = None,
    high: float | ArrayLike | None = None,
    bands: int | Sequence[int] | None = None,
) -> Image:
    """Return numbers of any range as an image: uint8, shape (H, W, 3).

    What `low` is becomes 0, what `high` is 255, and what is beyond them is cut; in between it is
    the nearest level. NaN becomes 0. An image of one value is black.

        to_uint8(normalized, low=-1, high=1)
        to_uint8(thermal, *np.percentile(thermal, [2, 98]))
        to_uint8(sentinel, low=0, high=3000, bands=(3, 2, 1))

    Args:
        image: Real numbers of any dtype, shape (H, W) or (H, W, C); a tensor may also be
            (C, H, W) where its first axis is shorter than its last.
        low: A number, or one per band that is shown. Default: the smallest that is finite, of all
            bands together, which keeps their colors.
        high: A number, or one per band that is shown. Default: the largest that is finite, of all
            bands together.
        bands: Numbers of the channels that become red, green and blue, or of one that becomes
            gray. Default: all, if there are 1 or 3.

    Raises:
        TypeError: If `image` does not hold real numbers.
        ValueError: If its shape is another, if there is no such band, if `bands` is needed, or
            if `low` is above `high`.
    """
    array = _read(image, "image")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"image must hold real numbers, got dtype {array.dtype}")
    if is_tensor(image) and array.ndim == 3 and array.shape[0] < array.shape[-1]:
        array = array.transpose(1, 2, 0)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or not array.size:
        raise ValueError(f"image must have shape (H, W) or (H, W, C), got {array.shape}")
    shown = [array[..., band] for band in _bands(bands, array.shape)]
    lows, highs = _bound(low, "low", shown), _bound(high, "high", shown)
    for smallest, largest in zip(lows, highs, strict=True):
        if not smallest <= largest:
            raise ValueError(f"low must be at most high, got {smallest:g} and {largest:g}")
    result: Image = np.empty((*array.shape[:2], 3), np.uint8)
    for number, band in enumerate(shown):
        levels = _levels(band, lows[number], highs[number])
        result[..., slice(None) if len(shown) == 1 else number] = (
            levels[..., None] if len(shown) == 1 else levels
        )
    return result


def _bands(bands: Any, shape: tuple[int, ...]) -> list[int]:
    count = shape[-1]
    if bands is None:
        if count not in (1, 3):
            raise ValueError(
                f"bands must say which of the {count} channels of shape {shape} are red, green "
                "and blue, as in bands=(0, 1, 2); channels come last, where .transpose(1, 2, 0) "
                "brings them"
            )
        return list(range(count))
    chosen = np.atleast_1d(as_array(np.asarray(bands), "bands")).tolist()
    if len(chosen) not in (1, 3) or not all(
        isinstance(band, int) and 0 <= band < count for band in chosen
    ):
        raise ValueError(
            f"bands must be one or three numbers in 0..{count - 1}, the channels of shape "
            f"{shape}, got {bands!r}"
        )
    return list(chosen)


def _bound(value: Any, name: str, shown: list[npt.NDArray[Any]]) -> list[float]:
    """Return what is given for each of the bands, or the extreme of all."""
    if value is None:
        extremes = []
        for band in shown:
            finite = band[np.isfinite(band)] if band.dtype.kind == "f" else band
            if finite.size:
                extremes.append(float(finite.min() if name == "low" else finite.max()))
        found = (min if name == "low" else max)(extremes, default=0.0)
        return [found] * len(shown)
    given = np.atleast_1d(as_array(np.asarray(value) if np.isscalar(value) else value, name))
    if given.ndim != 1 or len(given) not in (1, len(shown)) or not np.isfinite(given).all():
        raise ValueError(
            f"{name} must be one finite number, or one for each of the {len(shown)} bands that "
            f"are shown, got {value!r}"
        )
    return [float(number) for number in np.broadcast_to(given, len(shown))]


def _levels(band: npt.NDArray[Any], low: float, high: float) -> Image:
    # In halves, as the difference of two floats may be none.
    values: npt.NDArray[np.float64] = band.astype(np.float64) / 2 - low / 2
    values /= (high / 2 - low / 2) or 1.0
    np.clip(values, 0, 1, out=values)
    values *= 255
    levels: Image = np.rint(np.nan_to_num(values, copy=False)).astype(np.uint8)
    return levels


def _as_uint8(array: npt.NDArray[Any], name: str) -> Image:
    """Return `array` as uint8, scaling what is within 0..1 and refusing what is outside."""
    kind = array.dtype.kind
    if array.dtype == np.uint8:
        same: Image = array
        return same
    if kind == "b":
        white: Image = np.where(array, np.uint8(255), np.uint8(0))
        return white
    if kind not in "iuf":
        raise TypeError(
            f"{name} must be bool, integers in 0..255 or floats in 0..1, got {array.dtype}"
        )
    low, high = array.min(), array.max()
    top = 1 if kind == "f" else 255
    if not (low >= 0 and high <= top):  # NaN fails both
        cure = f"scale it with viz_core.to_uint8(image, low={low:g}, high={high:g})"
        if not np.isfinite(high - low):
            cure = (
                "scale it with viz_core.to_uint8(image, low=..., high=...), which draws NaN black"
            )
        elif kind == "f" and low >= 0 and high <= 255:
            cure = "divide it by 255 or convert it to uint8"
        raise ValueError(
            f"{name} of dtype {array.dtype} must lie in 0..{top}, got {low:g}..{high:g} "
            f"in shape {array.shape}; {cure}"
        )
    if kind != "f":
        return array.astype(np.uint8)
    scaled: Image = np.rint(array.astype(np.float32, copy=False) * np.float32(255)).astype(np.uint8)
    return scaled


def _hint(shape: tuple[int, ...], of_tensor: bool) -> str:
    if len(shape) == 4:
        return "; pass one image of the batch at a time"
    if len(shape) != 3:
        return ""
    if shape[0] in _CHANNELS:
        return "; move the channels last with .transpose(1, 2, 0)"
    is_first = shape[0] < shape[2]
    count = shape[0] if is_first else shape[2]
    turned = ".transpose(1, 2, 0)" if is_first and not of_tensor else ""
    bands = "(0, 1, 2)" if count > 2 else "0"
    return f"; choose bands with viz_core.to_uint8(image{turned}, bands={bands})"
