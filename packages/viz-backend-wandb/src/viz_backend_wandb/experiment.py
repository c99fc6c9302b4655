"""W&B's module and one run of it, as one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["BoundWandb"]


class BoundWandb:
    """The run of a backend first, then the module ``wandb``.

    ``experiment.log(...)``, ``.config``, ``.summary`` are the run's, ``experiment.Table``,
    ``.Image``, ``.plot`` the module's, and ``experiment.run`` is the run itself. After the
    backend was closed it is the run that goes on.

    Args:
        find_run: Returns the run, which it opens if need be.
        log: Logs to the run, or to the one that takes its place if it is lost.
        close: Closes it.
    """

    __slots__ = ("_close", "_find_run", "_log")

    def __init__(
        self,
        find_run: Callable[[], Any],
        log: Callable[[Any, int | None, bool | None], None],
        close: Callable[[], None],
    ) -> None:
        object.__setattr__(self, "_find_run", find_run)
        object.__setattr__(self, "_log", log)
        object.__setattr__(self, "_close", close)

    @property
    def run(self) -> Any:
        """The run."""
        return self._find_run()

    def log(self, data: Any, step: int | None = None, commit: bool | None = None) -> None:
        """Log to the run, as ``run.log`` does."""
        self._log(data, step, commit)

    def finish(self, *_: Any, **__: Any) -> None:
        """Close the backend; what is recorded afterwards goes on in the same run."""
        self._close()

    join = finish

    def __getattr__(self, name: str) -> Any:
        """Return what the run calls ``name``, else the module."""
        import wandb

        run = self._find_run()
        if not name.startswith("_") and hasattr(run, name):
            return getattr(run, name)
        return getattr(wandb, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the run."""
        setattr(self._find_run(), name, value)

    def __dir__(self) -> list[str]:
        """List the names of both."""
        import wandb

        return sorted({*super().__dir__(), *dir(self._find_run()), *dir(wandb)})
