"""A run of W&B and the module `wandb`, as one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["BoundWandb"]


class BoundWandb:
    """The attributes of a backend's run, and where it has none, of the module `wandb`.

    `experiment.log(...)`, `.config` and `.summary` are the run's, `experiment.Table`, `.Image`
    and `.plot` the module's, and `experiment.run` is the run itself. After the backend was
    closed, the next use opens the same run again.

    Args:
        find_run: Returns the run, which it opens if it is not open.
        log: Logs to the run, or to a new file of it if its file takes no more records.
        close: Closes the backend.
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
        """Log to the run, as `run.log` does."""
        self._log(data, step, commit)

    def finish(self, *_: Any, **__: Any) -> None:
        """Close the backend; the next record goes on in the same run."""
        self._close()

    join = finish

    def __getattr__(self, name: str) -> Any:
        """Return the run's attribute, or the module's if the run has none."""
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
