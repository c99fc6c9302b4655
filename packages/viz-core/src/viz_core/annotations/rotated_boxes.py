"""Reading boxes that are turned, whatever library they are of."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array

__all__ = ["as_rotated_boxes", "corners_of"]

Floats: TypeAlias = npt.NDArray[np.float64]

# Of a corner, how many widths and heights it is from the center, times two; clockwise as seen.
_SIDES = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2


def as_rotated_boxes(boxes: Any, *, are_turned: bool = False) -> Floats | None:
    """Return boxes as center x, center y, width, height and angle, shape (N, 5); None if upright.

    Angles become degrees, clockwise as seen on the screen. Those of mmrotate's `RotatedBoxes`, of
    its bare arrays of shape (N, 5) and of ultralytics' `OBB` are radians, clockwise; those of
    detectron2's `RotatedBoxes` and of torchvision's are degrees, counterclockwise. Corners are of
    shape (N, 4, 2) or (N, 8), as in mmrotate's `QuadriBoxes`.

    Args:
        boxes: What a library calls boxes.
        are_turned: Whether they are known to be turned: an array of shape (N, 5) has degrees,
            clockwise.
    """
    layout = str(getattr(getattr(boxes, "format", None), "name", ""))  # torchvision's
    inner = getattr(boxes, "tensor", boxes)
    if (found := getattr(boxes, "xywhr", None)) is not None:  # ultralytics'
        rows = as_array(found).astype(np.float64)
        return _with_angles(rows, np.degrees(rows[:, 4]))
    array = np.array(inner) if isinstance(inner, (list, tuple)) else as_array(inner, "bboxes")
    if array.shape[-2:] == (4, 2) and array.ndim in (2, 3) and (are_turned or array.ndim == 3):
        return _from_corners(array.reshape(-1, 4, 2))
    if array.ndim == 1 and array.size in (5, 8):
        array = array[None]
    if array.ndim != 2 or array.shape[1] not in (5, 8):
        return None
    array = array.astype(np.float64)
    if array.shape[1] == 8:
        return _from_corners(array.reshape(-1, 4, 2))
    if layout in ("XYWHR", "CXCYWHR"):
        # The upper left corner is that of the box as it is turned.
        angles = -array[:, 4]
        if layout == "XYWHR":
            array[:, :2] += (array[:, None, 2:4] / 2 @ _turns(angles))[:, 0]
        return _with_angles(array, angles)
    if are_turned:
        return array
    is_detectron2 = inner is not boxes and not hasattr(boxes, "convert_to")
    return _with_angles(array, -array[:, 4] if is_detectron2 else np.degrees(array[:, 4]))


def corners_of(boxes: Floats) -> Floats:
    """Return the corners of turned boxes of shape (N, 5): (N, 4, 2)."""
    sides = _SIDES * boxes[:, None, 2:4]
    turned: Floats = boxes[:, None, :2] + sides @ _turns(boxes[:, 4])
    return turned


def _turns(angles: Floats) -> Floats:
    """Return for each angle in degrees the matrix that turns rows clockwise, shape (N, 2, 2)."""
    cos, sin = np.cos(np.radians(angles)), np.sin(np.radians(angles))
    return np.stack([np.stack([cos, sin], axis=1), np.stack([-sin, cos], axis=1)], axis=1)


def _with_angles(rows: Floats, angles: Floats) -> Floats:
    turned: Floats = np.hstack([rows[:, :4], angles[:, None]])
    return turned


def _from_corners(corners: npt.NDArray[Any]) -> Floats:
    """Return boxes from their corners, in turn around each."""
    corners = corners.astype(np.float64)
    along, beside = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    angles = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    lengths = [np.hypot(side[:, 0], side[:, 1]) for side in (along, beside)]
    rows: Floats = np.column_stack([corners.mean(axis=1), *lengths, angles])
    return rows
