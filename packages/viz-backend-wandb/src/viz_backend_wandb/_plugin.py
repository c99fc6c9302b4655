"""What viz-core asks this package."""

from viz_core import hookimpl


@hookimpl
def viz_backends() -> dict[str, str]:
    """Return the backend, imported when a config first names it."""
    return {"WandbVisBackend": "viz_backend_wandb.backend:WandbVisBackend"}
