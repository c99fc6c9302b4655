"""An open run: what is logged to it is watched, and it ends within bounds."""

from __future__ import annotations

import atexit
import contextlib
import errno
import logging
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from viz_backend_wandb import wandb_core
from viz_backend_wandb.keys import STEP_KEY
from viz_backend_wandb.log_file import LogFile, LogLostError
from viz_backend_wandb.open_run import OpenResult
from viz_backend_wandb.watch import watch
from viz_core import after_fork

__all__ = ["OpenRun", "close_all", "is_any_open"]

_logger = logging.getLogger(__name__)

#: Seconds that W&B may take beyond its own limit, and in which a file must have its last record.
_GRACE = 5.0


class OpenRun:
    """A run of W&B that takes records.

    Args:
        opened: The run.
        commit: Whether each record is a row of its own; if not, those of one step gather.
        finish_timeout: Seconds that closing may take.
    """

    def __init__(self, opened: OpenResult, commit: bool, finish_timeout: float) -> None:
        self.run = opened.run
        self.log_file: LogFile | None = opened.log_file
        self._commit = commit
        self._finish_timeout = finish_timeout
        self._gathered: dict[str, int] = {}
        self._sent_as = opened.sent_as
        self._is_silent = bool(self.run.settings.silent)
        _enter(self)

    @property
    def folder(self) -> Path | None:
        """Where the files of the run are; None if it has none."""
        return None if self.log_file is None else self.log_file.path.parent

    def log(self, row: Mapping[str, Any], step: int, size: int = 0) -> None:
        """Keep a row.

        Args:
            row: Values by key.
            step: Where it belongs on the axis.
            size: Bytes of what it comes with.

        Raises:
            LogLostError: If the run takes no more records.
            OSError: If the disk is full.
        """
        self._call(lambda: self._log({**row, STEP_KEY: step}, step), size)

    def log_freely(self, data: Any, step: int | None, commit: bool | None) -> None:
        """Log what the user gives to ``run.log`` itself; raises as :meth:`log`."""

        def log() -> bool:
            self.run.log(data, step=step, commit=commit)
            is_committed = step is None and commit is not False
            if is_committed:
                self._gathered.clear()
            return is_committed

        self._call(log, 0)

    def log_image(self, key: str, png: bytes, step: int, caption: str | None = None) -> None:
        """Keep a picture that is encoded already; raises as :meth:`log`."""
        import wandb

        # W&B moves files that it made itself, and copies others.
        with tempfile.TemporaryDirectory(prefix="viz-wandb-") as folder:
            file = Path(folder, "image.png")
            file.write_bytes(png)
            self.log({key: wandb.Image(str(file), caption=caption)}, step, len(png))

    def update_config(self, config: Mapping[str, Any]) -> None:
        """Keep a config; what changed since stands as it is now. Raises as :meth:`log`."""

        def update() -> bool:
            self.run.config.update(dict(config), allow_val_change=True)
            return True

        self._call(update, 0)

    def watch(
        self, model: Any, options: Mapping[str, Any], find_run: Callable[[], Any | None]
    ) -> None:
        """Watch a torch model, as ``run.watch`` does. Raises as :meth:`log`."""

        def start() -> bool:
            watch(self.run, model, options, find_run)
            return False

        self._call(start, 0)

    def log_code(self, name: str) -> None:
        """Keep the Python files of the current directory as an artifact."""
        self._call(lambda: self.run.log_code(name=name) is not None, 0)

    def flush(self, sync: bool) -> None:
        """Wait until wandb-core has written everything, and with ``sync`` the disk has it."""
        if self.log_file is None:
            return
        self.log_file.settle()
        if sync:
            descriptor = os.open(self.log_file.path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def sync_command(self) -> str:
        """Return the command that sends the run later."""
        online = [] if self.run.offline else ["--include-online"]
        other = [] if self._sent_as is None else ["--id", self._sent_as]
        return shlex.join(["wandb", "sync", *online, *other, str(self.folder)])

    def abandon(self) -> None:
        """Have done with a run that takes no more records."""
        _open_runs.discard(self)
        # It may be gone altogether, or its process. What is lost has been said.
        with contextlib.suppress(Exception), self._quietly():
            wandb_core.call_within(self.run.finish, _GRACE)

    def close(self) -> str | None:
        """End the run; return what the user must know if not all was sent.

        The run is failed if an exception is being handled, or has ended the program.

        Raises:
            OSError: If the last records are not on the disk.
        """
        _open_runs.discard(self)
        has_failed = sys.exc_info()[1] is not None or getattr(sys, "last_value", None) is not None
        code = 1 if has_failed else wandb_core.exit_code()
        notice = None
        if self.log_file is not None:
            self.log_file.expect_more()  # W&B writes at least that the run has ended
        try:
            limit = self._finish_timeout + _GRACE
            with self._quietly():
                has_ended = wandb_core.call_within(lambda: self.run.finish(code), limit)
            if not has_ended:
                wandb_core.leave_behind()
                notice = f"W&B has not ended the run within {limit:g} s"
        except TimeoutError:
            wandb_core.leave_behind()
            notice = f"W&B's server has not taken everything within {self._finish_timeout:g} s"
        except Exception as error:
            if not wandb_core.is_lost(error):
                raise
            raise LogLostError(
                errno.EPIPE, "wandb-core was gone before the run was closed", str(self.folder)
            ) from error
        if self.log_file is not None and not self.log_file.wait(_GRACE):
            raise LogLostError(
                errno.EIO, "W&B has not written the last records", str(self.log_file.path)
            )
        if notice is not None and self.folder is not None:
            notice += (
                f"; all of it is in {self.folder}, and can be sent with: {self.sync_command()}"
            )
        return notice

    def _quietly(self) -> AbstractContextManager[None]:
        return wandb_core.quiet_terminal() if self._is_silent else contextlib.nullcontext()

    def _log(self, row: dict[str, Any], step: int) -> bool:
        if self._commit:
            self.run.log(row, commit=True)
            return True
        # A row has one value of each key, and one step: a second would replace the first.
        is_full = bool(self._gathered) and (
            self._gathered[STEP_KEY] != step or self._gathered.keys() & row.keys() != {STEP_KEY}
        )
        if is_full:
            self._gathered.clear()
            self.run.log({}, commit=True)
        self.run.log(row, commit=False)
        self._gathered.update(dict.fromkeys(row, step))
        return is_full

    def _call(self, function: Callable[[], bool], size: int) -> None:
        """Call what gives something to W&B, and returns whether it is on its way to the file."""
        if self.log_file is not None:
            self.log_file.check(size)
        try:
            is_on_its_way = function()
        except Exception as error:
            if wandb_core.is_lost(error):
                reason = (
                    f"wandb-core, the process that writes the run, is gone ({error!r}), and with "
                    "it what was recorded in its last moments"
                )
            elif getattr(self.run, "_is_finished", False):
                reason = "the run was finished by another part of the program"
            else:
                raise
            raise LogLostError(errno.EPIPE, reason, str(self.folder)) from error
        if self.log_file is not None and is_on_its_way:
            self.log_file.note()


_open_runs: set[OpenRun] = set()


def is_any_open() -> bool:
    """Return whether a run is open in this process."""
    return bool(_open_runs)


def close_all() -> None:
    """Close every run; W&B itself would wait for its server without end when a program ends."""
    for run in list(_open_runs):
        try:
            notice = run.close()
        except Exception as error:  # noqa: BLE001  # W&B's, and the other runs have their turn
            notice = f"{type(error).__name__}: {error}"
        if notice is not None:
            _logger.warning("WandbVisBackend: %s", notice)
    wandb_core.kill_left_behind()


def _enter(run: OpenRun) -> None:
    _open_runs.add(run)
    # W&B has registered what it does at exit by now, and the last to register is the first.
    atexit.unregister(close_all)
    atexit.register(close_all)


after_fork(_open_runs.clear)
