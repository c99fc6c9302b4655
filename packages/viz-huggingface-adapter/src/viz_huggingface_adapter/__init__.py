"""viz-core's Visualizer as a tracker of accelerate and a callback of the transformers Trainer."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz_huggingface_adapter.callback import VizCallback
    from viz_huggingface_adapter.tracker import VizTracker

__version__ = "0.2.0"

__all__ = ["VizCallback", "VizTracker"]


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import what is asked for: the tracker needs accelerate, the callback transformers."""
        if name in __all__:
            module = import_module(f"{__name__}.{name.removeprefix('Viz').lower()}")
            return getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
