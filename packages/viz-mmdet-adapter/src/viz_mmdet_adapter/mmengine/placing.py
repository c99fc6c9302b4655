"""Coordinates that follow Axes whose limits are not those of the image."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core import as_array

__all__ = ["place"]

_Points: TypeAlias = "npt.NDArray[np.float64]"
_Transform: TypeAlias = Callable[[_Points], _Points]


def place(
    method: Callable[..., Any], transform: _Transform, args: Any, kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a drawing method with coordinates of the Axes as those of the image.

    Args:
        method: Of `Canvas`.
        transform: Takes and returns points, shape (N, 2).
        args: Of the method, after the canvas.
        kwargs: Of the method.
    """
    bound = inspect.signature(method).bind(None, *args, **kwargs)
    given = bound.arguments
    name = method.__name__
    if name == "draw_bboxes":
        boxes = _floats(given["bboxes"])
        corners = transform(boxes.reshape(-1, 2)).reshape(-1, 2, 2)
        sides = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        given["bboxes"] = sides.reshape(boxes.shape)
    elif name == "draw_polygons":
        polygons = given["polygons"]
        if hasattr(polygons, "ndim") and polygons.ndim == 2:
            polygons = [polygons]
        given["polygons"] = [transform(_floats(polygon)) for polygon in polygons]
    elif name == "draw_lines":
        x, y = _floats(given["x_datas"]), _floats(given["y_datas"])
        placed = transform(np.stack([x, y], axis=-1).reshape(-1, 2))
        given["x_datas"], given["y_datas"] = (column.reshape(x.shape) for column in placed.T)
    elif name == "draw_circles":
        centers = _floats(given["center"])
        given["center"] = transform(centers.reshape(-1, 2)).reshape(centers.shape)
        origin, right, down = transform(np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]))
        scales = np.abs([right[0] - origin[0], down[1] - origin[1]])
        if scales.max() > 1.01 * scales.min():
            raise ValueError(
                f"circles cannot follow Axes that make ellipses of them, by {scales[0]:.3g} and "
                f"{scales[1]:.3g}; draw them with ax_save, or ax_save.set_aspect('equal') before"
            )
        given["radius"] = _floats(given["radius"]) * scales.mean()
    elif "positions" in given:
        positions = _floats(given["positions"])
        given["positions"] = transform(positions.reshape(-1, 2)).reshape(positions.shape)
    elif name != "draw_legend":  # which lies in a corner
        raise ValueError(
            f"{name} cannot follow Axes whose limits or position are not those of the image; draw "
            "it with ax_save, or call set_image() before"
        )
    return bound.args[1:], bound.kwargs


def _floats(values: Any) -> _Points:
    return as_array(values).astype(np.float64)
