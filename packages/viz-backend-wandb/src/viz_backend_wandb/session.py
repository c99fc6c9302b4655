"""The session of a backend: its run, opened when a record comes, and again where it is lost."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_backend_wandb import wandb_core
from viz_backend_wandb.log_file import LogLostError
from viz_backend_wandb.settings import quiet_settings
from viz_core import sync_to_disk

if TYPE_CHECKING:
    from viz_backend_wandb.open_run import OpenResult
    from viz_backend_wandb.run import OpenRun

__all__ = ["RunOptions", "Session"]

#: Seconds that the last write to the file of a closed run may take.
_GRACE = 5.0


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
    runs of their own, in one group, as only one process may write to a run. If the program has a
    run of its own, as after `wandb.init()`, records go there, and it is never finished here.

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
        self._joined: str | None = None  # the program's own run that was recorded into
        self._config: dict[str, Any] = {}
        self._group: str | None = None
        self._is_copy = self._tells_of_copy = False
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._run: OpenRun | None = None
        self._pid = os.getpid()
        self._notices: list[str] = []
        self._closed: set[Path] = set()  # the files of closed runs that no sync has seen
        self._left: Any = None  # the program's own run, once it takes no more records

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
            if self._has_ended():
                self._forget_run()
            return self._run or self._open()

    def _has_ended(self) -> bool:
        """Whether the run was closed since the program has ended."""
        if self._run is None or not self._run.is_finished:
            return False
        from viz_backend_wandb.run import has_ended

        return has_ended()

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
                if not lost.is_own:
                    self._left = lost.run
                run = self.opened()
                call(run)
                self._notices.append(f"{error}; recording goes on in {run.folder or run.run.id}")
                if not (lost.run.offline or lost.is_finished):
                    self._notices.append(f"what was not sent by then is in {lost.folder} only")
            notices, self._notices = self._notices, []
            if run.closes_at_once:
                notices += filter(None, [self.close()])
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
            if self._run.log_file is not None:
                self._closed.add(self._run.log_file.path)
            return self._forget_run().close()

    def sync_closed(self) -> None:
        """Wait until the disk has the files of the runs that were closed."""
        with self._lock:
            files, self._closed = self._closed, set()
        for file in files:
            wandb_core.wait_until_closed(file, _GRACE)
            sync_to_disk(file.parent)

    def _look_for_fork(self) -> None:
        if self._pid != os.getpid():
            if self._run_id or self._joined:
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
        from viz_backend_wandb.open_run import find_program_run, import_for_images, join_run
        from viz_backend_wandb.run import OpenRun, is_own

        theirs = find_program_run(self._options.arguments)
        if theirs is None or theirs is self._left or is_own(theirs):
            opened = self._open_own()
        elif theirs._init_pid == os.getpid():
            opened = join_run(theirs, self._options.arguments)
        else:  # it is that of the process from which this one was forked
            self._joined, self._is_copy = theirs._settings.run_id, True
            self._name_group()
            opened = self._open_own()
        self._run = run = OpenRun(opened, self._options.commit, self._options.finish_timeout)
        if opened.is_own:
            self._run_id = run.run.id
        else:
            self._joined = run.run.id
        self._is_copy = False
        import_for_images()
        # The first is that of all metrics, of which some are the program's.
        for definition in self._options.definitions[0 if opened.is_own else 1 :]:
            run.run.define_metric(**definition)
        if opened.notice is not None and opened.is_new:
            self._notices.append(
                f"{opened.notice}. Recording goes on offline in {run.folder}; send it later with: "
                f"{run.sync_command()}"
            )
        elif opened.notice is not None:
            self._notices.append(opened.notice)
        return run

    def _open_own(self) -> OpenResult:
        from viz_backend_wandb.open_run import open_run
        from viz_backend_wandb.run import is_any_open

        arguments = dict(self._options.arguments)
        settings = quiet_settings(arguments.pop("settings", None), **self._options.settings)
        settings.setdefault("finish_timeout_raises", True)
        arguments["dir"] = self._locate()
        identity = self._identity()
        arguments.update(identity)
        if self._run_id is not None:  # a run is rewound or forked only the first time
            for name in ("fork_from", "resume_from"):
                arguments.pop(name, None)
                settings.pop(name, None)
        opened = open_run(arguments, settings, self._options.open_timeout, is_any_open())
        opened.is_own = "reinit" not in identity
        return opened

    def _identity(self) -> dict[str, Any]:
        """Return the arguments of `wandb.init` that make this run differ from those of others."""
        given = self._options.arguments
        group = given.get("group") or self._group
        grouped = {} if group is None else {"group": group}
        named = os.environ.get("WANDB_RUN_ID")  # by a sweep's agent, or the user
        if self._is_copy:
            run_id = f"{self._group}-process-{os.getpid()}"
            if self._tells_of_copy:
                self._notices.append(
                    "W&B lets one process write to a run, so this copy records to one of its own, "
                    f"{run_id!r} in the group {group!r}"
                )
            return {"id": run_id, "group": group}
        if self._run_id is not None:
            return {"id": self._run_id, "resume": "allow", "config": self._config, **grouped}
        if self._joined is not None and named in (None, self._joined):
            run_id, group = secrets.token_hex(4), group or self._joined
            self._notices.append(
                f"the program's run {self._joined!r} has ended, and only the program may go on in "
                f"it; recording goes on in the run {run_id!r} of the group {group!r}"
            )
            return {"id": run_id, "config": self._config, "group": group}
        if rank := self._find_rank():
            names = {"id": given.get("id") or named, "name": given.get("name")}
            return grouped | {key: f"{value}-rank-{rank}" for key, value in names.items() if value}
        if named and not given.keys() & {"id", "reinit"}:
            # As the program's own `wandb.init()` would open it, which may come later.
            return {"id": named, "reinit": "return_previous", **grouped}
        return grouped

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of an unopened copy."""
        self._name_group()
        left_out = ("_lock", "_run", "_notices", "_closed", "_left")
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state, unopened."""
        self.__dict__.update(state)
        is_opened = bool(self._run_id or self._joined)
        self._is_copy = self._is_copy or is_opened or self._pid != os.getpid()
        self._tells_of_copy = True  # a forked child is none, and need not know
        self._start()

    def _name_group(self) -> None:
        given = self._options.arguments.get("id")
        known = self._group or self._joined or self._run_id or given
        self._group = known or secrets.token_hex(4)
