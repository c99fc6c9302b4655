"""The two registries of viz-core, and what they hold from the start."""

from __future__ import annotations

from typing import Any

from viz_core.instances import NamedInstances
from viz_core.plugins.host import host
from viz_core.plugins.registry import Registry

__all__ = ["VISBACKENDS", "VISUALIZERS"]


def _named(cls: type, arguments: dict[str, Any]) -> Any:
    """Make a visualizer as the named global instance that it is meant to be."""
    if issubclass(cls, NamedInstances):
        return cls.get_instance(**{"name": "visualizer", **arguments})
    return cls(**arguments)


#: Backends by name. What is registered here need not inherit `BaseVisBackend`.
VISBACKENDS: Registry[Any] = Registry(
    "backend",
    host,
    "viz_backends",
    homes={
        "TensorboardVisBackend": "viz-backend-tensorboard",
        "WandbVisBackend": "viz-backend-wandb",
        "MLflowVisBackend": "viz-backend-mlflow",
    },
    builtin={"LocalVisBackend": "viz_core.backends.local:LocalVisBackend"},
)

#: Visualizers by name. `VISUALIZERS.build(cfg)` makes the instance called `cfg["name"]`,
#: or returns it if it exists.
VISUALIZERS: Registry[Any] = Registry(
    "visualizer",
    host,
    "viz_visualizers",
    homes={"DetLocalVisualizer": "viz-mmdet-adapter"},
    reserved={"Visualizer"},
    create=_named,
)
