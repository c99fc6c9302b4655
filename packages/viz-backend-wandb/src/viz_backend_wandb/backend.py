"""The backend that records to Weights & Biases."""

# ruff: noqa: ARG002  # a backend takes what callers may pass, also where it means nothing here

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from viz_backend_wandb.definitions import as_definitions
from viz_backend_wandb.experiment import BoundWandb
from viz_backend_wandb.names import to_image_key, to_key
from viz_backend_wandb.settings import quiet_settings
from viz_backend_wandb.values import as_json_config, as_json_number
from viz_core import (
    BaseVisBackend,
    RecordingWarning,
    as_image,
    as_name,
    as_scalar,
    as_step,
    get_rank,
)
from viz_core.backends.png import encode_png
from viz_core.configs import as_config
from viz_core.types import ArrayLike

__all__ = ["WandbVisBackend"]


class WandbVisBackend(BaseVisBackend):
    """Keeps images, numbers and configs in a run of Weights & Biases.

    Numbers lie over the axis ``global_step``, in whatever order their steps come. wandb-core, a
    process that W&B starts, writes what is recorded to a file every ``flush_interval`` seconds,
    and sends it if the run is online. Killing the program loses what came since.

    A server that does not answer within ``open_timeout`` makes the run an offline one, with a
    warning that says how to send it later. Recording waits for no server afterwards.

    Args:
        save_dir: Where W&B makes its folder ``wandb``. Without one it is where W&B finds it:
            ``WANDB_DIR``, or the current directory.
        init_kwargs: For ``wandb.init``: ``project``, ``name``, ``id``, ``mode``, ``settings``...
        define_metric_cfg: Summaries, as ``{"acc": "max"}``, or a list of arguments for
            ``define_metric``, as ``[{"name": "loss", "step_metric": "epoch"}]``.
        commit: Whether each record is a row of its own. If not, the records of a step gather in
            one, until another step or name comes or ``experiment.log`` commits.
        log_code_name: Keep the Python files of the current directory with the config, as an
            artifact of this name.
        watch_kwargs: For ``run.watch``, which :meth:`add_graph` calls.
        open_timeout: Seconds that opening a run may take.
        finish_timeout: Seconds that :meth:`close` waits for the server.
        flush_interval: Seconds after which what was recorded is in the file.
        capture_console: Keep what the program prints, too.
        system_metrics: Keep the load of the machine, too.

    Raises:
        TypeError: If ``init_kwargs``, ``define_metric_cfg`` or ``watch_kwargs`` is of another
            type.
        ValueError: If a number is not positive.
    """

    #: What must be installed, for ``viz backends``.
    tracker = "wandb"

    def __init__(
        self,
        save_dir: str | os.PathLike[str] | None = None,
        init_kwargs: Mapping[str, Any] | None = None,
        define_metric_cfg: Mapping[str, str] | Sequence[Mapping[str, Any]] | None = None,
        commit: bool = True,
        log_code_name: str | None = None,
        watch_kwargs: Mapping[str, Any] | None = None,
        *,
        open_timeout: float = 15.0,
        finish_timeout: float = 60.0,
        flush_interval: float = 0.1,
        capture_console: bool = False,
        system_metrics: bool = False,
    ) -> None:
        super().__init__(save_dir)
        for name, number in (
            ("open_timeout", open_timeout),
            ("finish_timeout", finish_timeout),
            ("flush_interval", flush_interval),
        ):
            if not number > 0:
                raise ValueError(f"{name} must be positive, got {number!r}")
        self._init_kwargs = _as_arguments("init_kwargs", init_kwargs)
        self._definitions = as_definitions(define_metric_cfg)
        self._watch_kwargs = _as_arguments("watch_kwargs", watch_kwargs)
        self._commit = bool(commit)
        self._log_code_name = log_code_name
        self._open_timeout, self._finish_timeout = open_timeout, finish_timeout
        self._settings: dict[str, Any] = {
            "flush_interval": flush_interval,
            "finish_timeout": finish_timeout,
            "capture_console": capture_console,
            "system_metrics": system_metrics,
        }
        self._run_id: str | None = None
        self._config: dict[str, Any] = {}
        self._is_copy = False
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._run: Any = None
        self._pid = os.getpid()
        self._notices: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether this process has the run open."""
        return self._run is not None and self._pid == os.getpid()

    def open_experiment(self) -> BoundWandb:
        """Return the run and the module ``wandb`` as one object.

        Raises:
            OSError: If the folder cannot be written.
            NoKeyError: If W&B knows no API key and the run is to be online.
        """
        self._opened()
        return BoundWandb(lambda: self._opened().run, self.close)

    def add_config(self, config: Any, **kwargs: Any) -> None:
        """Keep the config in the run's, nested as it is; a value that changed stands as it is now."""
        values = as_json_config(as_config(config))
        self._record(lambda run: run.update_config(values))
        if self._log_code_name is not None:
            self._record(lambda run: run.log_code(self._log_code_name))

    def add_graph(self, model: Any, data_batch: Any, **kwargs: Any) -> None:
        """Watch the gradients of a torch ``model``, as ``run.watch`` does.

        Args:
            model: A ``torch.nn.Module``.
            data_batch: Has no meaning here.
            **kwargs: Has no meaning here.
        """
        self._record(lambda run: run.watch(model, self._watch_kwargs, self._find_run))

    def add_image(self, name: str, image: ArrayLike, step: int = 0, **kwargs: Any) -> None:
        """Keep a picture, losslessly; arguments as :meth:`viz_core.Visualizer.add_image`'s.

        A name too long for a file is cut and ends in a hash; the caption has all of it.
        """
        name, step = as_name(name), as_step(step)
        key, is_cut = to_image_key(name)
        png = encode_png(as_image(image))
        self._record(lambda run: run.log_image(key, png, step, name if is_cut else None))

    def add_scalars(
        self,
        scalar_dict: Mapping[str, Any],
        step: int = 0,
        file_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep numbers that belong together, as one row.

        Args:
            scalar_dict: Numbers by name, as :func:`viz_core.as_scalar` takes them.
            step: Steps come in any order and may repeat.
            file_path: Has no meaning here.
            **kwargs: Has no meaning here.

        Warns:
            RecordingWarning: For a value that is not one number, which is left out.
        """
        row = {}
        for name, value in scalar_dict.items():
            try:
                row[to_key(as_name(name))] = as_json_number(as_scalar(value, name))
            except (TypeError, ValueError) as error:
                self._warn(f"{name!r} is not recorded: {error}")
        if row:
            number = as_step(step)
            self._record(lambda run: run.log(row, number))

    def flush(self, sync: bool = False) -> None:
        """Wait until what was recorded is in the file, and with ``sync`` on the disk."""
        if self.is_open:
            self._record(lambda run: run.flush(sync))

    def close(self) -> None:
        """End the run, within ``finish_timeout``; recording afterwards goes on in the same run.

        Warns:
            RecordingWarning: If the server has not taken everything by then.
        """
        super().close()
        if not self.is_open:
            return
        with self._lock:
            notice = None
            if self._run is not None:
                run = self._leave()
                notice = run.close()
        if notice is not None:
            self._warn(notice)

    def __getstate__(self) -> dict[str, Any]:
        """Return what makes an unopened backend in another process, with a run of its own."""
        state = super().__getstate__()
        for name in ("_lock", "_run", "_notices"):
            del state[name]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state, unopened."""
        super().__setstate__(state)
        self._start()
        self._is_copy = self._run_id is not None

    def _record(self, call: Callable[[Any], None]) -> None:
        """Call with the open run, and with the one that takes its place if it is lost."""
        from viz_backend_wandb.health import LogLostError

        with self._lock if self._pid == os.getpid() else threading.Lock():
            run = self._opened()
            try:
                call(run)
            except LogLostError as error:
                self._leave().abandon()
                run = self._opened()
                call(run)
                self._notices.append(f"{error}; recording goes on in {run.folder}")
            notices, self._notices = self._notices, []
        for notice in notices:
            self._warn(notice)

    def _find_run(self) -> Any | None:
        """Return W&B's run if it is open."""
        run = self._run
        return run.run if run is not None and self._pid == os.getpid() else None

    def _opened(self) -> Any:
        """Return the open run, which is opened at the first record, and again after a close."""
        if self._pid != os.getpid():
            self._is_copy = self._is_copy or self._run_id is not None
            self._start()
        with self._lock:
            if self._run is None:
                self._open()
            return self._run

    def _leave(self) -> Any:
        """Return the open run, which is not ours any more; its config stays with us."""
        run, self._run = self._run, None
        self._config = dict(run.run.config)
        return run

    def _open(self) -> None:
        from viz_backend_wandb.opening import open_run
        from viz_backend_wandb.run import OpenRun, is_any_open

        arguments = dict(self._init_kwargs)
        settings = quiet_settings(arguments.pop("settings", None), **self._settings)
        settings.setdefault("finish_timeout_raises", True)
        arguments["dir"] = self._folder()
        arguments.update(self._identity())
        opened = open_run(arguments, settings, self._open_timeout, is_any_open())
        self._run = run = OpenRun(opened, self._commit, self._finish_timeout)
        self._run_id, self._is_copy = run.run.id, False
        for definition in self._definitions:
            run.run.define_metric(**definition)
        if opened.notice is not None:
            self._notices.append(
                f"{opened.notice}. Recording goes on offline in {run.folder}; send it later with: "
                f"{run.sync_command()}"
            )

    def _identity(self) -> dict[str, Any]:
        """Return the arguments that tell this run from others.

        A forked child and each rank have a run of their own, as a run is written by one process.
        """
        if self._is_copy:
            return {"id": f"{self._run_id}-process-{os.getpid()}"}
        if self._run_id is not None:
            return {"id": self._run_id, "resume": "allow", "config": self._config}
        if self.ranks != "all" or get_rank() == 0:
            return {}
        given = {name: self._init_kwargs.get(name) for name in ("id", "name")}
        return {name: f"{value}-rank-{get_rank()}" for name, value in given.items() if value}

    def _folder(self) -> str | None:
        given = self._init_kwargs.get("dir")
        if given is None:
            return None if self.save_dir is None else str(self.directory)
        folder = Path(given, f"rank_{get_rank()}") if self.ranks == "all" else Path(given)
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    @staticmethod
    def _warn(message: str) -> None:
        warnings.warn(f"WandbVisBackend: {message}", RecordingWarning, stacklevel=3)


def _as_arguments(name: str, given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{name} must be a dict of arguments, got {type(given).__name__}: {given!r}"
        )
    return dict(given)
