"""What this package offers to viz-core."""

from collections.abc import Mapping

import viz_core


@viz_core.hookimpl
def viz_backends() -> Mapping[str, str]:
    """Name the backend and where its class is."""
    return {"WandbVisBackend": "viz_backend_wandb.backend:WandbVisBackend"}
