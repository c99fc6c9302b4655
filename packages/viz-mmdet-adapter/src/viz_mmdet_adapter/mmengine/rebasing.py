"""Libraries that inherit MMEngine's visualizer, on ours instead."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mmengine.visualization
from mmengine.registry import VISUALIZERS
from mmengine.visualization.visualizer import Visualizer as _MMEngineVisualizer

from viz_mmdet_adapter.mmengine.visualizer import Visualizer

__all__ = ["rebase", "rebased"]


def rebase() -> list[Any]:
    """Have the visualizers of MMEngine's family inherit ours, in this process.

    Those that are imported already change their base, those that come later, by whatever name they
    inherit MMEngine's, have ours, and `Visualizer` in a config is ours. Two lines before the Runner
    is made:

        import viz_mmdet_adapter.mmengine as viz_mmengine

        viz_mmengine.rebase()

    Returns:
        The classes that were changed.

    Raises:
        RuntimeError: If one of them has an instance already, which MMEngine's constructor made.
    """
    classes = [cls for cls in _MMEngineVisualizer.__subclasses__() if cls is not Visualizer]
    for cls in _family(classes):
        made = [*cls._instance_dict]
        if made:
            raise RuntimeError(
                f"{cls.__name__} {made[0]!r} is made already, on MMEngine's Visualizer; call "
                "rebase() before any visualizer is made"
            )
    for cls in classes:
        _put(cls, _MMEngineVisualizer, Visualizer)
    _offer(Visualizer)
    return classes


@contextmanager
def rebased() -> Iterator[list[Any]]:
    """Have them inherit ours within a `with` block, as for a test.

    At its end their named instances are closed and forgotten. Libraries that are imported within it
    keep ours.
    """
    before = mmengine.visualization.Visualizer
    classes = rebase()
    try:
        yield classes
    finally:
        _offer(before)
        for cls in _family(classes):
            cls.close_all()
        for cls in classes:
            _put(cls, Visualizer, _MMEngineVisualizer)


def _offer(cls: Any) -> None:
    """Have a class be MMEngine's wherever one is asked for."""
    for name, module in [*sys.modules.items()]:
        # Its Runner, which makes one by itself, has the name already.
        known = getattr(module, "Visualizer", None) if name.startswith("mmengine.") else None
        if known in (_MMEngineVisualizer, Visualizer) and name != _MMEngineVisualizer.__module__:
            module.Visualizer = cls  # type: ignore[attr-defined]
    VISUALIZERS.register_module("Visualizer", force=True, module=cls)
    if cls is Visualizer:
        _MMEngineVisualizer.__init_subclass__ = classmethod(_inherit_ours)
    elif "__init_subclass__" in vars(_MMEngineVisualizer):
        del _MMEngineVisualizer.__init_subclass__


def _inherit_ours(cls: Any, /, **kwargs: Any) -> None:
    """Change the base of a class that is made just now, of a module that knows MMEngine's."""
    super(_MMEngineVisualizer, cls).__init_subclass__(**kwargs)
    if not issubclass(cls, Visualizer):
        _put(cls, _MMEngineVisualizer, Visualizer)


def _family(classes: list[Any]) -> Iterator[Any]:
    """Yield classes, and all that inherit them."""
    for cls in classes:
        yield cls
        yield from _family(cls.__subclasses__())


def _put(cls: Any, old: type, new: type) -> None:
    """Have a class inherit another in the place of one."""
    cls.__bases__ = tuple(new if base is old else base for base in cls.__bases__)
