"""The masks of instances, whatever they are given as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from viz_core.annotations.components import find_extent
from viz_core.annotations.crops import EMPTY, Crop, Mask, decode_rle, fill_polygons
from viz_core.convert import as_array, is_tensor

__all__ = ["as_crops", "as_mask_list"]


def as_mask_list(masks: Any) -> Sequence[Any]:
    """Return masks of any kind as a list of them, without copying any.

    Args:
        masks: An array or a tensor of shape (N, H, W), (N, 1, H, W) or (H, W), MMDetection's
            BitmapMasks or PolygonMasks, the masks of detectron2, ultralytics or supervision, a list
            of masks, or one run-length encoding.

    Raises:
        TypeError: If they are of another kind.
        ValueError: If an array has another shape.
    """
    if hasattr(masks, "to_ndarray"):  # MMDetection's
        inner = getattr(masks, "masks", None)
        size = (getattr(masks, "height", None), getattr(masks, "width", None))
        if isinstance(inner, list) and all(isinstance(length, int) for length in size):
            return [_Sized(polygons, *size) for polygons in inner]
        masks = inner if isinstance(inner, np.ndarray) else masks.to_ndarray()
    if isinstance(polygons := getattr(masks, "polygons", None), list):  # detectron2's
        return polygons
    if hasattr(masks, "xy"):  # ultralytics': polygons, and masks that may be of another size
        if tuple(masks.data.shape[1:]) != tuple(masks.orig_shape):
            return [[polygon] for polygon in masks.xy]
        masks = masks.data
    masks = getattr(masks, "tensor", masks)
    if isinstance(masks, Mapping):
        return [masks]
    if isinstance(masks, np.ndarray) or is_tensor(masks):
        if masks.ndim == 4 and masks.shape[1] == 1:
            masks = masks[:, 0]
        if masks.ndim == 2:
            masks = masks[None]
        if masks.ndim != 3:
            raise ValueError(f"masks must have shape (N, H, W), got {tuple(masks.shape)}")
        return list(masks)
    if isinstance(masks, (list, tuple)):
        return masks
    if len(getattr(masks, "shape", ())) == 3 and hasattr(masks, "__getitem__"):
        return cast("Sequence[Any]", masks)  # supervision's, which makes each when it is asked for
    raise TypeError(
        "masks must be an array, a tensor, BitmapMasks, PolygonMasks, or a list of RLE dicts, "
        f"polygons or arrays, got {type(masks).__name__}"
    )


class _Sized(NamedTuple):
    """The polygons of an object, and the size of the image that they were made for."""

    polygons: Sequence[Any]
    height: Any
    width: Any


def as_crops(masks: Iterable[Any], height: int, width: int) -> list[Crop]:
    """Return masks of any kind as crops.

    Args:
        masks: Each is an array or a tensor of shape (H, W): the object is where floats are above
            0.5, bools are true, and integers are not 0. Or one of COCO's run-length encodings, or a
            list of polygons.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        TypeError: If one is of another kind.
        ValueError: If one is of another size than the image.
    """
    return [_as_crop(mask, height, width) for mask in masks]


def _as_crop(mask: Any, height: int, width: int) -> Crop:
    if isinstance(mask, _Sized):
        _check((mask.height, mask.width), height, width)
        return _fill_as_mmdetection(mask.polygons, height, width)
    if isinstance(mask, Mapping):
        crop = decode_rle(mask)
        _check(tuple(map(int, mask["size"])), height, width)
        return crop
    if isinstance(mask, (list, tuple)):
        return fill_polygons(mask, height, width)
    array = as_array(mask, "an entry of masks")
    _check(array.shape, height, width)
    extent = find_extent(_as_bool(array))
    if extent is None:
        return EMPTY
    inside = array[extent]
    if is_tensor(mask) and mask.device.type != "cpu":
        inside = inside.copy()  # or it would keep all of the mask
    area = int(np.count_nonzero(_as_bool(inside)))
    return Crop(extent[1].start, extent[0].start, area, partial(_as_bool, inside))


def _fill_as_mmdetection(polygons: Sequence[Any], height: int, width: int) -> Crop:
    """Return the mask that PolygonMasks would make, without making it."""
    try:
        from pycocotools import mask as coco
    except ImportError:  # MMDetection needs it, a class like its own may not
        return fill_polygons(polygons, height, width)
    if not polygons:
        return EMPTY
    return decode_rle(coco.merge(coco.frPyObjects(polygons, height, width)))


def _as_bool(array: npt.NDArray[Any]) -> Mask:
    if array.dtype == np.uint8 and array.size and array.max() <= 1:
        return array.view(np.bool_)
    kind = array.dtype.kind
    found: Mask = array > 0.5 if kind == "f" else array if kind == "b" else array.astype(bool)
    return found


def _check(shape: tuple[Any, ...], height: int, width: int) -> None:
    if shape != (height, width):
        raise ValueError(
            f"masks must have the image's size, (N, {height}, {width}), got {shape}; "
            "resize the masks or the image"
        )
