"""A run that is open whenever something is recorded."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from viz_backend_wandb.log_file import LogLostError
from viz_backend_wandb.settings import quiet_settings

if TYPE_CHECKING:
    from viz_backend_wandb.run import OpenRun

__all__ = ["RunOptions", "Session"]


@dataclass(frozen=True)
class RunOptions:
    """How a run is opened and closed.

    Attributes:
        arguments: For ``wandb.init``.
        settings: For :func:`~viz_backend_wandb.settings.quiet_settings`.
        definitions: The arguments of each call of ``define_metric``.
        commit: Whether each record is a row of its own.
        open_timeout: Seconds.
        finish_timeout: Seconds.
    """

    arguments: Mapping[str, Any]
    settings: Mapping[str, Any]
    definitions: Sequence[Mapping[str, Any]]
    commit: bool
    open_timeout: float
    finish_timeout: float


class Session:
    """Opens a run at the first record, and again after a close or where it is lost.

    It is the same run then, in another file. A forked child and a pickled copy have a run of
    their own, as a run is written by one process.

    Args:
        options: How.
        locate: Returns the folder for W&B's ``dir``, which exists; None for W&B's own.
        find_rank: Returns the rank of this process if each rank records, else None.
    """

    def __init__(
        self,
        options: RunOptions,
        locate: Callable[[], str | None],
        find_rank: Callable[[], int | None],
    ) -> None:
        self._options = options
        self._locate = locate
        self._find_rank = find_rank
        self._run_id: str | None = None
        self._config: dict[str, Any] = {}
        self._is_copy = False
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._run: OpenRun | None = None
        self._pid = os.getpid()
        self._notices: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether this process has the run open."""
        return self._run is not None and self._pid == os.getpid()

    def find_run(self) -> Any | None:
        """Return W&B's run if it is open."""
        run = self._run
        return run.run if run is not None and self._pid == os.getpid() else None

    def opened(self) -> OpenRun:
        """Return the run, which is opened if need be.

        Raises:
            OSError, NoKeyError, wandb.errors.Error: As :func:`~viz_backend_wandb.open_run.open_run`.
        """
        self._look_for_fork()
        with self._lock:
            return self._run or self._open()

    def record(self, call: Callable[[OpenRun], None]) -> list[str]:
        """Call with the run, and again with the one that takes its place if it is lost.

        Returns:
            What the user must know.

        Raises:
            OSError: If nothing can be recorded.
        """
        self._look_for_fork()
        with self._lock:
            run = self.opened()
            try:
                call(run)
            except LogLostError as error:
                lost = self._leave()
                lost.abandon()
                run = self.opened()
                call(run)
                self._notices.append(f"{error}; recording goes on in {run.folder}")
                if not lost.run.offline:
                    self._notices.append(f"what was not sent by then is in {lost.folder} only")
            notices, self._notices = self._notices, []
        return notices

    def close(self) -> str | None:
        """End the run if it is open; return what the user must know if not all was sent.

        Raises:
            OSError: If the last records are not on the disk.
        """
        if not self.is_open:
            return None
        with self._lock:
            return None if self._run is None else self._leave().close()

    def _look_for_fork(self) -> None:
        if self._pid != os.getpid():
            self._is_copy = self._is_copy or self._run_id is not None
            self._start()

    def _leave(self) -> OpenRun:
        """Return the run, which is not ours any more; its config stays with us."""
        run, self._run = self._run, None
        assert run is not None
        self._config = dict(run.run.config)
        return run

    def _open(self) -> OpenRun:
        from viz_backend_wandb.open_run import open_run
        from viz_backend_wandb.run import OpenRun, is_any_open

        arguments = dict(self._options.arguments)
        settings = quiet_settings(arguments.pop("settings", None), **self._options.settings)
        settings.setdefault("finish_timeout_raises", True)
        arguments["dir"] = self._locate()
        arguments.update(self._identity())
        if self._run_id is not None:  # it goes back or branches off once
            for name in ("fork_from", "resume_from"):
                arguments.pop(name, None)
                settings.pop(name, None)
        opened = open_run(arguments, settings, self._options.open_timeout, is_any_open())
        self._run = run = OpenRun(opened, self._options.commit, self._options.finish_timeout)
        self._run_id, self._is_copy = run.run.id, False
        for definition in self._options.definitions:
            run.run.define_metric(**definition)
        if opened.notice is not None:
            self._notices.append(
                f"{opened.notice}. Recording goes on offline in {run.folder}; send it later with: "
                f"{run.sync_command()}"
            )
        return run

    def _identity(self) -> dict[str, Any]:
        """Return the arguments that tell this run from others."""
        if self._is_copy:
            return {"id": f"{self._run_id}-process-{os.getpid()}"}
        if self._run_id is not None:
            return {"id": self._run_id, "resume": "allow", "config": self._config}
        rank = self._find_rank()
        if not rank:
            return {}
        given = {name: self._options.arguments.get(name) for name in ("id", "name")}
        return {name: f"{value}-rank-{rank}" for name, value in given.items() if value}

    def __getstate__(self) -> dict[str, Any]:
        """Return what makes an unopened copy."""
        left_out = ("_lock", "_run", "_pid", "_notices")
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state, unopened."""
        self.__dict__.update(state)
        self._is_copy = self._is_copy or self._run_id is not None
        self._start()
