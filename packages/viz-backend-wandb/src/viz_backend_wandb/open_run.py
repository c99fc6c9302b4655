"""Opening a run in bounded time: online if the server answers in time, else offline."""

from __future__ import annotations

import contextlib
import glob
import importlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viz_backend_wandb import wandb_core
from viz_backend_wandb.keys import masked
from viz_backend_wandb.log_file import LogFile, check_writable, find_failure
from viz_backend_wandb.settings import explicit_settings, find_mode

__all__ = [
    "NoKeyError",
    "OpenResult",
    "find_program_run",
    "import_for_images",
    "join_run",
    "open_run",
]

#: The share of the time that is spent waiting for the server; going offline takes the rest.
_SERVER_SHARE = 0.8

#: Seconds between two writes of wandb-core, if an environment variable overrides our setting.
_DEFAULT_INTERVAL = 15.0


#: The arguments of `wandb.init` that say which run it is, and are attributes of a run.
_NAMES = ("entity", "project", "name", "group", "job_type", "notes")


class NoKeyError(RuntimeError):
    """The run is to be online, and W&B knows no API key."""


@dataclass
class OpenResult:
    """A run that was opened.

    Attributes:
        run: W&B's own object.
        log_file: The file that wandb-core writes; None if it writes none.
        notice: Why the run is offline although it was to be online, else None.
        sent_as: The identifier that the run shall have on the server, if not its own.
        is_own: Whether it is the backend's, to be finished when that is closed; else it is the
            program's, as after `wandb.init()`.
        is_new: Whether it was opened here, so that nobody else may finish it.
    """

    run: Any
    log_file: LogFile | None
    notice: str | None = None
    sent_as: str | None = None
    is_own: bool = True
    is_new: bool = True


def find_program_run(arguments: Mapping[str, Any]) -> Any | None:
    """Return `wandb.run`, the run that the program records into by itself, if there is one.

    It may be that of the process from which this one was forked. A config that asks for a run of
    its own has it: by `reinit="create_new"`, `mode="disabled"` or another `id`.

    Args:
        arguments: Arguments of `wandb.init`.
    """
    run = getattr(sys.modules.get("wandb"), "run", None)
    asked = {**explicit_settings(arguments.get("settings")), **arguments}
    if run is None or asked.get("reinit") == "create_new" or find_mode(arguments) == "disabled":
        return None
    # Not `run.id`, at which a forked child would ask its parent's wandb-core for the run.
    named = asked.get("id") or asked.get("run_id")
    return run if named in (None, run._settings.run_id) else None


def join_run(run: Any, arguments: Mapping[str, Any]) -> OpenResult:
    """Return the program's run as one that records are added to, its settings as they are.

    Args:
        run: What `find_program_run` has found.
        arguments: Arguments of `wandb.init`, of which it takes the config.
    """
    if config := arguments.get("config"):
        run.config.update(config, allow_val_change=True)
    others = [name for name in _NAMES if arguments.get(name) not in (None, getattr(run, name))]
    if find_mode(arguments) in (["online"] if run.offline else ["offline"]):
        others.append("mode")
    notice = None
    if others:
        notice = (
            f"recording into the program's own run {run.id!r}, so init_kwargs' "
            f"{', '.join(others)} are not used; reinit='create_new' there makes another run"
        )
    file = Path(run.settings.sync_file)
    interval = run.settings.x_transaction_log_flush_interval or _DEFAULT_INTERVAL
    log_file = LogFile(file, float(interval)) if file.parent.is_dir() else None
    return OpenResult(run, log_file, notice, is_own=False, is_new=False)


def open_run(
    arguments: Mapping[str, Any], settings: Mapping[str, Any], timeout: float, has_others: bool
) -> OpenResult:
    """Open a run.

    Args:
        arguments: Arguments of `wandb.init`; the folder `dir`, if given, exists.
        settings: Arguments of `wandb.Settings`.
        timeout: Seconds. If the server does not answer in time, the run is offline.
        has_others: Whether other runs of this program are open, which must not be ended.

    Raises:
        OSError: If the folder cannot be written to.
        NoKeyError: If the run is to be online, and W&B knows no API key.
        wandb.errors.Error: If W&B refuses the arguments.
    """
    started = time.monotonic()
    # W&B sends its telemetry from a thread, and waits 10 s for that when the program ends.
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    import wandb

    settings = dict(settings)
    mode = find_mode({**arguments, "settings": settings})
    settings.pop("mode", None)
    if mode == "disabled":
        return OpenResult(wandb.init(**{**arguments, "mode": mode}, settings=settings), None)
    with wandb_core.lock:
        wandb_core.leave_inherited()
        shared = _shared_settings()
        has_others = has_others or wandb.run is not None or wandb_core.is_inherited()
        mode = mode or shared.mode
        check_writable(Path(arguments.get("dir") or shared.root_dir))
        arguments = {"reinit": "create_new", **arguments, "mode": mode}
        with wandb_core.quiet_terminal():
            if mode == "offline":
                return _start(arguments, settings, has_others)
            server = settings.get("base_url") or shared.base_url
            root = arguments.get("dir") or shared.root_dir
            patience = timeout * _SERVER_SHARE - (time.monotonic() - started)  # it was imported
            settings = {"init_timeout": max(patience, timeout / 4), **settings}
            return _start_online(arguments, settings, server, root, timeout, has_others)


def import_for_images() -> None:
    """Import what W&B imports for its first image, whose call would take up to a second."""
    from PIL import Image

    Image.preinit()
    with contextlib.suppress(Exception):  # only to ask whether the image is one of its tables
        importlib.import_module("pandas")


def _start_online(
    arguments: dict[str, Any],
    settings: dict[str, Any],
    server: str,
    root: str,
    timeout: float,
    has_others: bool,
) -> OpenResult:
    import wandb

    # Chosen here, so that an offline run has the same one; `resume="auto"` has it in a file.
    run_id = arguments.get("id") or settings.get("run_id") or os.environ.get("WANDB_RUN_ID")
    if run_id is None and (arguments.get("resume") or settings.get("resume")) != "auto":
        run_id = secrets.token_hex(4)
    before = _run_folders(root, run_id)
    try:
        return _start({**arguments, "id": run_id}, settings, has_others)
    except wandb.errors.UsageError as error:
        if "API key" not in str(error):
            raise
        raise NoKeyError(
            f"W&B knows no API key for {masked(server)}; run `wandb login`, set WANDB_API_KEY, or record "
            'without a server: init_kwargs=dict(mode="offline")'
        ) from error
    except wandb.errors.Error as error:  # whatever the server did
        reason = " ".join(str(error).split("Consider increasing")[0].split())
    sent_as = None
    if not has_others:
        wandb_core.tear_down(timeout * (1 - _SERVER_SHARE))
    elif run_id is not None:
        # wandb-core keeps that identifier in use until it ends, and other runs need wandb-core.
        sent_as, run_id = run_id, f"{run_id}-{secrets.token_hex(2)}"
    for folder in _run_folders(root, sent_as or run_id) - before:
        reason = find_failure(folder / "logs" / "debug-internal.log") or reason
        shutil.rmtree(folder, ignore_errors=True)  # it has no record
    opened = _start({**arguments, "id": run_id, "mode": "offline"}, settings, has_others)
    opened.sent_as = sent_as
    opened.notice = masked(f"W&B's server at {server} cannot be reached: {reason}")
    return opened


def _run_folders(root: str, run_id: str | None) -> set[Path]:
    """Return the folders of the online runs with an identifier."""
    return set() if run_id is None else set(Path(root).glob(f"*wandb/run-*-{glob.escape(run_id)}"))


def _raise_without_password(error: Exception) -> None:
    """Raise an error like this one, if its text has a URL with a password."""
    text = str(error)
    if masked(text) == text:
        return
    # W&B's have the text as their first argument; others, as pydantic's, may not be made of one.
    kind = type(error) if error.args[:1] == (text,) else ValueError
    raise kind(masked(text)) from None


def _start(
    arguments: Mapping[str, Any], settings: Mapping[str, Any], has_others: bool
) -> OpenResult:
    import wandb

    def start() -> Any:
        return wandb.init(**arguments, settings=wandb.Settings(**settings))

    try:
        run = start()
    except Exception as error:
        is_half_open = "is in use" in str(error) and not has_others
        if not (is_half_open or wandb_core.is_lost(error)):
            _raise_without_password(error)
            raise
        # wandb-core was killed, and W&B has not noticed; or Ctrl-C came while the run was opened
        # or closed.
        wandb_core.tear_down(1.0)
        run = start()
    if masked(run.settings.base_url) != run.settings.base_url:
        for log in Path(run.settings.log_dir).iterdir():  # W&B names the server there
            log.chmod(0o600)
    if settings.get("x_skip_transaction_log"):
        return OpenResult(run, None)
    interval = settings.get("x_transaction_log_flush_interval", _DEFAULT_INTERVAL)
    return OpenResult(run, LogFile(Path(run.settings.sync_file), float(interval)))


def _shared_settings() -> Any:
    """Return the settings that W&B reads from the environment and its files; start wandb-core."""
    import wandb

    return wandb.setup().settings
