"""The visualizer of detection samples for MMEngine's Runner."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from viz_mmdet_adapter import visualizer
from viz_mmdet_adapter.mmengine.visualizer import Visualizer

__all__ = ["DetLocalVisualizer"]

Method = TypeVar("Method", bound=Callable[..., Any])


def _in_its_own_order(method: Method) -> Method:
    """Return a method whose drawing calls draw in their order, as they do without MMEngine."""

    @wraps(method)
    def call(self: Visualizer, *args: Any, **kwargs: Any) -> Any:
        was_layered, self._is_layered = self._is_layered, False
        try:
            return method(self, *args, **kwargs)
        finally:
            self._is_layered = was_layered

    return cast("Method", call)


class DetLocalVisualizer(visualizer.DetLocalVisualizer, Visualizer):
    """`viz_mmdet_adapter.DetLocalVisualizer` for MMEngine's Runner."""

    add_datasample = _in_its_own_order(visualizer.DetLocalVisualizer.add_datasample)  # type: ignore[assignment]  # as there
