"""An open run, whose file is watched and which ends in bounded time."""

from __future__ import annotations

import atexit
import contextlib
import errno
import logging
import shlex
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import main_thread
from typing import Any

from viz_backend_wandb import wandb_core
from viz_backend_wandb.keys import STEP_KEY
from viz_backend_wandb.log_file import LogFile, LogLostError, find_failure
from viz_backend_wandb.open_run import OpenResult
from viz_backend_wandb.watch import watch
from viz_core import after_fork, sync_to_disk

__all__ = ["OpenRun", "close_all", "has_ended", "is_any_open", "is_own"]

_logger = logging.getLogger(__name__)

#: Seconds that `finish` may take beyond W&B's own timeout, and that the last write may take.
_GRACE = 5.0


class OpenRun:
    """A run of W&B that takes records.

    Args:
        opened: The run, as `open_run` returns it.
        commit: Whether each record is a row of its own; if not, records of one step share one.
        finish_timeout: Seconds that closing may take.
    """

    def __init__(self, opened: OpenResult, commit: bool, finish_timeout: float) -> None:
        self.run = opened.run
        self.log_file: LogFile | None = opened.log_file
        self.is_own = opened.is_own
        # Nobody would close it later; `close_all` may have run, or not be called any more.
        self.closes_at_once = not main_thread().is_alive()
        self._defined: set[str] = set()
        self._commit = commit
        self._finish_timeout = finish_timeout
        self._gathered: dict[str, int] = {}
        self._tables: dict[str, dict[tuple[str, ...], tuple[str, Any]]] = {}
        self._sent_as = opened.sent_as
        self._is_silent = bool(self.run.settings.silent)
        if opened.is_new:
            _enter(self)

    @property
    def folder(self) -> Path | None:
        """The folder of the run's files; None if it has none."""
        return None if self.log_file is None else self.log_file.path.parent

    def log(self, row: Mapping[str, Any], step: int, size: int = 0) -> None:
        """Record a row.

        Args:
            row: Values by key.
            step: The value of the axis, `global_step`.
            size: Bytes of the files that belong to the row.

        Raises:
            LogLostError: If the run takes no more records.
            OSError: If the disk is full.
        """
        if not self.is_own:  # where only ours may have our axis
            self._define(row)
        self._call(lambda: self._log({**row, STEP_KEY: step}, step), size)

    def log_freely(self, data: Any, step: int | None, commit: bool | None) -> None:
        """Call `run.log` with the user's own arguments. Raises as `log`."""

        def log() -> bool:
            self.run.log(data, step=step, commit=commit)
            is_committed = step is None and commit is not False
            if is_committed:
                self._gathered.clear()
            return is_committed

        self._call(log, 0)

    def log_image(
        self, key: str, name: str, data: bytes, step: int, caption: str | None = None
    ) -> None:
        """Record an image that is encoded already, as a file called `name`. Raises as `log`."""
        import wandb

        def make(folder: Path) -> Any:
            (folder / name).write_bytes(data)
            return wandb.Image(str(folder / name), caption=caption)

        self.log_media(key, make, step, len(data))

    def log_media(self, key: str, make: Callable[[Path], Any], step: int, size: int) -> None:
        """Record what `make` makes of files in a folder that is there meanwhile. Raises as `log`."""
        # W&B copies these files: it moves only those that it made itself.
        with tempfile.TemporaryDirectory() as folder, wandb_core.without_asking(self.run):
            self.log({key: make(Path(folder))}, step, size)

    def log_rows(
        self, key: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int
    ) -> None:
        """Record rows of a table that has those of other steps too. Raises as `log`."""
        import wandb

        tables = self._tables.setdefault(key, {})
        named = tuple(columns)
        if named not in tables:
            first = STEP_KEY if STEP_KEY not in named else f"{STEP_KEY}~"
            # Each row is sent once, where a table that is logged anew has all of them again.
            table = wandb.Table(
                columns=[first, *columns], log_mode="INCREMENTAL", allow_mixed_types=True
            )
            tables[named] = (f"{key}~{len(tables) + 1}" if tables else key, table)
        key, table = tables[named]
        for row in rows:
            table.add_data(step, *row)
        with wandb_core.without_asking(self.run):
            self.log({key: table}, step)

    def save(self, name: str, write: Callable[[Path], object], size: int) -> None:
        """Record a file, which `write` writes where it is told. Raises as `log`."""

        def save() -> bool:
            path = Path(self.run.dir, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
            return bool(self.run.save(str(path), base_path=self.run.dir, policy="now"))

        self._call(save, size)

    def update_summary(self, values: Mapping[str, Any]) -> None:
        """Record final values of metrics. Raises as `log`."""
        self._call(lambda: not self.run.summary.update(dict(values)), 0)

    def update_config(self, config: Mapping[str, Any]) -> None:
        """Record a config; its values replace earlier ones. Raises as `log`."""

        def update() -> bool:
            self.run.config.update(dict(config), allow_val_change=True)
            return True

        self._call(update, 0)

    def watch(
        self, model: Any, options: Mapping[str, Any], find_run: Callable[[], Any | None]
    ) -> None:
        """Watch a torch model, as `run.watch` does. Raises as `log`."""

        def start() -> bool:
            watch(self.run, model, options, find_run)
            return False

        self._call(start, 0)

    def log_code(self, name: str) -> None:
        """Record the Python files of the current directory as an artifact."""
        self._call(lambda: self.run.log_code(name=name) is not None, 0)

    def flush(self, sync: bool) -> None:
        """Wait until wandb-core has written all records; with `sync`, until the disk has them."""
        if self.log_file is None or not (self.is_own or sync):
            return  # the program's own run may be written every 15 s only
        self.log_file.settle(_GRACE if sync else 0.0)
        if sync:
            sync_to_disk(self.log_file.path.parent)  # with its media

    def sync_command(self) -> str:
        """Return the command that sends the run to the server."""
        online = [] if self.run.offline else ["--include-online"]
        other = [] if self._sent_as is None else ["--id", self._sent_as]
        return shlex.join(["wandb", "sync", *online, *other, str(self.folder)])

    def abandon(self) -> None:
        """Finish a run that takes no more records, and ignore what that raises.

        The program's own is left as it is.
        """
        if not self.is_own:
            return
        _open_runs.discard(self)
        # The run or wandb-core may be gone, and the user was told which records are lost.
        with contextlib.suppress(Exception), self._quietly():
            wandb_core.call_within(self.run.finish, _GRACE)

    def close(self) -> str | None:
        """End the run if it is the backend's; return a message if a record was not sent, or None.

        Raises:
            OSError: If the last records were not written to the file.
        """
        if self.is_own:
            return self.finish()
        if self._gathered and not self.is_finished:
            self._gathered.clear()
            self.run.log({}, commit=True)
        return self._tell_of(self._find_failure())

    @property
    def is_finished(self) -> bool:
        """Whether the run takes no more records, as somebody has finished it."""
        return bool(getattr(self.run, "_is_finished", False))

    def finish(self) -> str | None:
        """End the run; return a message if not every record was sent, else None.

        Raises:
            OSError: If the last records were not written to the file.
        """
        _open_runs.discard(self)
        if self.is_finished:
            return None
        code = wandb_core.exit_code()
        notice = None
        if self.log_file is not None:
            self.log_file.expect_more()  # at least the record that the run has ended
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
        return self._tell_of(notice or self._find_failure())

    def _find_failure(self) -> str | None:
        """Return what W&B's server has refused, of which only the log of wandb-core tells."""
        if self.log_file is None or self.run.offline:
            return None
        reason = find_failure(Path(self.run.settings.log_internal))
        return None if reason is None else f"W&B's server has not taken everything: {reason}"

    def _tell_of(self, failure: str | None) -> str | None:
        if failure is None or self.folder is None:
            return failure
        return (
            f"{failure}; all of it is in {self.folder}, and can be sent with: {self.sync_command()}"
        )

    def _define(self, row: Mapping[str, Any]) -> None:
        for key in row.keys() - self._defined:
            self._defined.add(key)
            if "*" not in key and isinstance(row[key], (int, float)):
                self.run.define_metric(key, step_metric=STEP_KEY)

    def _quietly(self) -> contextlib.AbstractContextManager[None]:
        return wandb_core.quiet_terminal() if self._is_silent else contextlib.nullcontext()

    def _log(self, row: dict[str, Any], step: int) -> bool:
        if self._commit:
            self.run.log(row, commit=True)
            return True
        # A row has one step, and one value of each key, which a second value would replace.
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
        """Call a function that gives W&B a record, and returns whether it will be written now."""
        if self.log_file is not None:
            self.log_file.check(size)
        try:
            will_be_written = function()
        except Exception as error:
            if wandb_core.is_lost(error):
                reason = (
                    f"wandb-core, the process that writes the run, is gone ({error!r}), and with "
                    "it the records that it had not written"
                )
            elif self.is_finished:
                reason = "the run was finished by another part of the program"
            else:
                raise
            raise LogLostError(errno.EPIPE, reason, str(self.folder)) from error
        if self.log_file is not None and will_be_written:
            self.log_file.note()


_open_runs: set[OpenRun] = set()


def is_any_open() -> bool:
    """Return whether a run is open in this process."""
    return bool(_open_runs)


def is_own(run: Any) -> bool:
    """Return whether a run of W&B is that of a backend, which ends it."""
    return any(known.run is run and known.is_own for known in _open_runs)


_has_ended = False


def has_ended() -> bool:
    """Return whether the program has ended, and its runs were closed.

    Functions that were registered with `atexit` before the first run may still record.
    """
    return _has_ended


def close_all() -> None:
    """Close every run when the program ends; W&B would wait for its server without a timeout."""
    global _has_ended
    _has_ended = True
    for run in list(_open_runs):
        try:
            notice = run.finish()
        except Exception as error:  # noqa: BLE001  # W&B's; the other runs must be closed
            notice = f"{type(error).__name__}: {error}"
        if notice is not None:
            _logger.warning("WandbVisBackend: %s", notice)
    wandb_core.kill_left_behind()


def _enter(run: OpenRun) -> None:
    _open_runs.add(run)
    # What is registered last runs first, and W&B has registered its own function by now.
    atexit.unregister(close_all)
    atexit.register(close_all)


after_fork(_open_runs.clear)
