"""The session of a backend: its run, opened when a record comes, and again where it is lost."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_backend_wandb.log_file import LogLostError
from viz_backend_wandb.settings import quiet_settings
from viz_core import sync_to_disk

if TYPE_CHECKING:
    from viz_backend_wandb.run import OpenRun

__all__ = ["RunOptions", "Session"]


@dataclass(frozen=True)
class RunOptions:
    """How a run is opened and closed.

    Attributes:
        arguments: Arguments of `wandb.init`.
        settings: Arguments of `quiet_settings`.
        definitions: The arguments of each call of `define_metric`.
        commit: Whether each record is a row of its own.
        open_timeout: Seconds that opening may take.
        finish_timeout: Seconds that closing waits for the server.
    """

    arguments: Mapping[str, Any]
    settings: Mapping[str, Any]
    definitions: Sequence[Mapping[str, Any]]
    commit: bool
    open_timeout: float
    finish_timeout: float


class Session:
    """Opens a run at the first record, and again after `close` or when its file is lost.

    When it is opened again it is the same run, in another file. A forked child and a copy have
    runs of their own, in one group, as only one process may write to a run.

    Args:
        options: How the run is opened and closed.
        locate: Returns the folder for W&B's argument `dir`, which exists; None for W&B's own.
        find_rank: Returns the rank of this process if every rank records, else None.
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
        self._group: str | None = None
        self._is_copy = self._tells_of_copy = False
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._run: OpenRun | None = None
        self._pid = os.getpid()
        self._notices: list[str] = []
        self._closed: set[Path] = set()  # the folders of closed runs that no sync has seen

    @property
    def is_open(self) -> bool:
        """Whether this process has the run open."""
        return self._run is not None and self._pid == os.getpid()

    def find_run(self) -> Any | None:
        """Return W&B's object of the run, or None if it is not open."""
        run = self._run
        return run.run if run is not None and self._pid == os.getpid() else None

    def opened(self) -> OpenRun:
        """Return the run, which is opened if it is not open. Raises as `open_run`."""
        self._look_for_fork()
        with self._lock:
            return self._run or self._open()

    def record(self, call: Callable[[OpenRun], None]) -> list[str]:
        """Call a function with the run; if its file is lost, open another and call again.

        Returns:
            Messages for the user.

        Raises:
            OSError: If the record cannot be written.
        """
        self._look_for_fork()
        with self._lock:
            run = self.opened()
            try:
                call(run)
            except LogLostError as error:
                lost = self._forget_run()
                lost.abandon()
                run = self.opened()
                call(run)
                self._notices.append(f"{error}; recording goes on in {run.folder}")
                if not lost.run.offline:
                    self._notices.append(f"what was not sent by then is in {lost.folder} only")
            notices, self._notices = self._notices, []
        return notices

    def close(self) -> str | None:
        """End the run if it is open; return a message if not every record was sent, else None.

        Raises:
            OSError: If the last records were not written to the file.
        """
        if not self.is_open:
            return None
        with self._lock:
            if self._run is None:
                return None
            if self._run.folder is not None:
                self._closed.add(self._run.folder)
            return self._forget_run().close()

    def sync_closed(self) -> None:
        """Wait until the disk has the files of the runs that were closed."""
        with self._lock:
            folders, self._closed = self._closed, set()
        for folder in folders:
            sync_to_disk(folder)

    def _look_for_fork(self) -> None:
        if self._pid != os.getpid():
            if self._run_id is not None:
                self._name_group()
                self._is_copy = True
            self._start()

    def _forget_run(self) -> OpenRun:
        """Forget the run except its config, and return it."""
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
        if self._run_id is not None:  # a run is rewound or forked only the first time
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
        """Return the arguments of `wandb.init` that make this run differ from those of others."""
        group = self._options.arguments.get("group") or self._group
        if self._is_copy:
            run_id = f"{self._group}-process-{os.getpid()}"
            if self._tells_of_copy:
                self._notices.append(
                    "W&B lets one process write to a run, so this copy records to one of its own, "
                    f"{run_id!r} in the group {group!r}"
                )
            return {"id": run_id, "group": group}
        grouped = {} if group is None else {"group": group}
        if self._run_id is not None:
            return {"id": self._run_id, "resume": "allow", "config": self._config, **grouped}
        rank = self._find_rank()
        if not rank:
            return grouped
        given = {name: self._options.arguments.get(name) for name in ("id", "name")}
        return grouped | {name: f"{value}-rank-{rank}" for name, value in given.items() if value}

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of an unopened copy."""
        self._name_group()
        left_out = ("_lock", "_run", "_notices", "_closed")
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state, unopened."""
        self.__dict__.update(state)
        self._is_copy = self._is_copy or self._run_id is not None or self._pid != os.getpid()
        self._tells_of_copy = True  # a forked child is none, and need not know
        self._start()

    def _name_group(self) -> None:
        given = self._options.arguments.get("id")
        self._group = self._group or self._run_id or given or secrets.token_hex(4)
