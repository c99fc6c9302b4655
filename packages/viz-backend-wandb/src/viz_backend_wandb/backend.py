"""The name is taken, and the backend is not written yet."""

from typing import Any

from viz_core import BaseVisBackend, VizError

__all__ = ["WandbVisBackend"]


class WandbVisBackend(BaseVisBackend):
    """Not available yet: making one says so."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise VizError(
            "WandbVisBackend is not available yet: viz-backend-wandb holds its name only; record "
            "with LocalVisBackend, TensorboardVisBackend or MLflowVisBackend until it is"
        )
