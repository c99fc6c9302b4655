"""Record images, scalars and configs from viz-core to Weights & Biases.

Installed, it is found by name: `dict(type="WandbVisBackend")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz_backend_wandb.backend import WandbVisBackend

__version__ = "0.2.0"

__all__ = ["WandbVisBackend"]


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import the backend when it is first asked for."""
        if name == "WandbVisBackend":
            from viz_backend_wandb.backend import WandbVisBackend

            return WandbVisBackend
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
