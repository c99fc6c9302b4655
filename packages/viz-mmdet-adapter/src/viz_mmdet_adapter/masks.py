"""The masks of instances, whatever they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core import as_array
from viz_core.convert import is_tensor
from viz_mmdet_adapter.polygons import fill_polygons
from viz_mmdet_adapter.rle import decode_rle

__all__ = ["Masks", "as_masks"]

#: bool, shape (N, H, W).
Masks = npt.NDArray[np.bool_]


def as_masks(masks: Any, height: int, width: int) -> Masks:
    """Return masks of any make as bool of shape (N, H, W).

    Args:
        masks: An array or a tensor of shape (N, H, W) or (H, W), in which floats above 0.5 and
            other numbers but 0 are the object; MMDetection's BitmapMasks or PolygonMasks; or a
            list whose entries are COCO's run-length encodings, lists of polygons, or arrays of
            shape (H, W).
        height: Of the picture, which masks must have.
        width: Likewise.

    Raises:
        TypeError: If they are of another kind.
        ValueError: If they have another size.
    """
    if hasattr(masks, "to_ndarray"):
        masks = masks.to_ndarray()
    if isinstance(masks, np.ndarray) or is_tensor(masks):
        found = _as_bool(as_array(masks, "masks"))
        if found.ndim == 2:
            found = found[None]
    elif isinstance(masks, (list, tuple)):
        made = [_as_mask(mask, height, width) for mask in masks]
        wrong = next((mask for mask in made if mask.shape != (height, width)), None)
        _check(wrong is None, wrong, height, width)
        found = np.array(made, np.bool_).reshape(-1, height, width)
    else:
        raise TypeError(
            "masks must be an array, a tensor, BitmapMasks, PolygonMasks, or a list of RLE dicts, "
            f"polygons or arrays, got {type(masks).__name__}"
        )
    _check(found.ndim == 3 and found.shape[1:] == (height, width), found, height, width)
    return found


def _as_mask(mask: Any, height: int, width: int) -> npt.NDArray[np.bool_]:
    if isinstance(mask, Mapping):
        return decode_rle(mask)
    if isinstance(mask, (list, tuple)):
        return fill_polygons(mask, height, width)
    return _as_bool(as_array(mask, "an entry of masks"))


def _as_bool(array: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if array.dtype == np.uint8 and array.size and array.max() <= 1:
        return array.view(np.bool_)
    found: npt.NDArray[np.bool_] = array > 0.5 if array.dtype.kind == "f" else array.astype(bool)
    return found


def _check(fits: bool, masks: Any, height: int, width: int) -> None:
    if not fits:
        raise ValueError(
            f"masks must have the picture's size, (N, {height}, {width}), got {masks.shape}; "
            "resize the masks or the picture"
        )
