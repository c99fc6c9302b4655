"""The backend that records to Weights & Biases."""

# ruff: noqa: ARG002  # a backend accepts every argument that callers may pass

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_backend_wandb.keys import (
    as_json_config,
    as_json_scalar,
    as_metric_definitions,
    to_image_key,
    to_key,
)
from viz_backend_wandb.kinds import WandbKinds
from viz_backend_wandb.session import RunOptions, Session
from viz_core import Budget, ImageEncoder, RecordingWarning, as_path, get_rank, warn_user
from viz_core.typing import Image, ImageFormat, Scalar

if TYPE_CHECKING:
    from viz_backend_wandb.run import OpenRun
    from viz_core import RunConfig

__all__ = ["WandbVisBackend"]


class WandbVisBackend(WandbKinds):
    """Records every kind of record in a run of Weights & Biases.

    The axis of all scalars and images is `global_step`, and steps may come in any order.
    wandb-core, a process that W&B starts, writes records to a file every `flush_interval`
    seconds, and sends them if the run is online. Killing the program loses the records since
    the last write.

    If the server does not answer within `open_timeout`, the run is offline, and a warning names
    the command that sends it later. From then on no record waits for a server.

    If the program has a run of its own, by `wandb.init()` or a sweep's agent, records go there. It
    is the program's to finish, and its settings, folder and name stay.

    Args:
        save_dir: The folder in which W&B makes its folder `wandb`; by default that of the
            variable `WANDB_DIR`, or the current directory.
        init_kwargs: Arguments of `wandb.init`: `project`, `name`, `id`, `mode`, `settings`...
        define_metric_cfg: Summaries by name, as `{"acc": "max"}`, or a list of arguments of
            `define_metric`, as `[{"name": "loss", "step_metric": "epoch"}]`.
        commit: Whether each record is a row of its own. If not, records of one step share a row,
            until a record has another step or the same name, or `experiment.log` commits.
        log_code_name: The name of an artifact with the Python files of the current directory,
            which is recorded with the config; none by default.
        watch_kwargs: Arguments of `run.watch`, which `add_graph` calls.
        open_timeout: Seconds that opening a run may take.
        finish_timeout: Seconds that `close` waits for the server.
        flush_interval: Seconds between two writes to the file.
        capture_console: Also record what the program prints.
        system_metrics: Also record the load of the machine.
        image_format: `'png'`, or `'jpg'`, which is smaller and lossy, and has white where an image
            is transparent. W&B takes no `'webp'`.
        quality: 1 to 100, of `'jpg'`; 90 by default.
        max_side: Pixels of an image's longer side at most: a larger one is made smaller; any by
            default.
        budget_mb: Megabytes of images, figures, videos, pages, texts, tables and files that are sent
            by one process. What does not fit is left out, which is told once, and by `close`; numbers
            are always sent. Any by default.

    Raises:
        TypeError: If `init_kwargs`, `define_metric_cfg` or `watch_kwargs` is of another type, or
            `quality` or `max_side` is not a whole number.
        ValueError: If a timeout or `flush_interval` is not positive, or an option of images is
            wrong.
    """

    #: What must be installed, for `viz backends`.
    tracker = "wandb"

    #: W&B waits for Events and Futures at each call.
    needs_thread = True

    _copied = ("_init_kwargs", "_session")

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
        image_format: ImageFormat = "png",
        quality: int | None = None,
        max_side: int | None = None,
        budget_mb: float | None = None,
    ) -> None:
        super().__init__(save_dir)
        self._budget = Budget(budget_mb, "WandbVisBackend")
        self._encode = ImageEncoder(
            image_format,
            quality,
            max_side,
            formats=("png", "jpg"),
            reason="W&B takes no others; give this backend an image_format= of its own",
        )
        for name, seconds in (
            ("open_timeout", open_timeout),
            ("finish_timeout", finish_timeout),
            ("flush_interval", flush_interval),
        ):
            if not seconds > 0:
                raise ValueError(f"{name} must be positive, got {seconds!r}")
        self._init_kwargs = _as_arguments("init_kwargs", init_kwargs)
        if self._init_kwargs.get("dir") is not None:
            self._init_kwargs["dir"] = str(as_path(self._init_kwargs["dir"], "dir"))
        self._watch_kwargs = _as_arguments("watch_kwargs", watch_kwargs)
        self._log_code_name = log_code_name
        options = RunOptions(
            arguments=self._init_kwargs,
            settings={
                "flush_interval": flush_interval,
                "finish_timeout": finish_timeout,
                "capture_console": capture_console,
                "system_metrics": system_metrics,
            },
            definitions=as_metric_definitions(define_metric_cfg),
            commit=bool(commit),
            open_timeout=open_timeout,
            finish_timeout=finish_timeout,
        )
        self._session = Session(options, self._locate, self._find_rank)

    @property
    def is_open(self) -> bool:
        """Whether this process has the run open."""
        return self._session.is_open

    def open_experiment(self) -> BoundWandb:
        """Return the run and the module `wandb` as one object.

        Raises:
            OSError: If the folder cannot be written to.
            NoKeyError: If the run is to be online, and W&B knows no API key.
        """
        self._session.opened()
        return BoundWandb(self)

    def add_config(self, config: RunConfig, **kwargs: object) -> None:
        """Record the config in the run's, nested as it is; later values replace earlier ones."""
        values = as_json_config(config)
        self._record(lambda run: run.update_config(values))
        name = self._log_code_name
        if name is not None:
            self._record(lambda run: run.log_code(name))

    def add_graph(self, model: object, data_batch: object = None, **kwargs: object) -> None:
        """Record the gradients of a torch `model` while it trains, as `run.watch` does.

        Args:
            model: A `torch.nn.Module`.
            data_batch: Not used: the model is watched in training.
            **kwargs: Not used.
        """
        self._record(lambda run: run.watch(model, self._watch_kwargs, self._session.find_run))

    def add_image(self, name: str, image: Image, step: int = 0, **kwargs: object) -> None:
        """Record an image, by default losslessly.

        A name that is too long for a file is cut and ends in a hash; the caption has all of it.
        """
        key, is_cut = to_image_key(name)
        data = self._encode(image).data
        if not self._budget.takes(len(data)):
            return
        file = f"image.{self._encode.image_format}"
        self._record(lambda run: run.log_image(key, file, data, step, name if is_cut else None))

    def add_scalars(
        self, scalar_dict: Mapping[str, Scalar], step: int = 0, **kwargs: object
    ) -> None:
        """Record scalars of one step as one row.

        Args:
            scalar_dict: Ints and floats by name.
            step: Steps come in any order and may repeat.
            **kwargs: Not used.
        """
        row = {to_key(name): as_json_scalar(value) for name, value in scalar_dict.items()}
        self._record(lambda run: run.log(row, step))

    def flush(self, sync: bool = False) -> None:
        """Wait until all records are in the file.

        The program's own run, which may be written every 15 s, is waited for only with `sync`.

        Args:
            sync: Also wait until the disk has them; after `close` too.
        """
        if self.is_open:
            self._record(lambda run: run.flush(sync))
        if sync:
            self._session.sync_closed()

    def close(self) -> None:
        """End the run, within `finish_timeout`; the next record goes on in the same run.

        The program's own run is left open.

        Warns:
            RecordingWarning: If the server does not have every record by then.
        """
        super().close()
        notice = self._session.close()
        if notice is not None:
            self._warn(notice)
        self._budget.tell()

    def _record(self, call: Callable[[OpenRun], None]) -> None:
        for notice in self._session.record(call):
            self._warn(notice)

    def _locate(self) -> str | None:
        """Make the folder for W&B's argument `dir`, and return it; None for W&B's own."""
        given = self._init_kwargs.get("dir")
        if given is None:
            return None if self.save_dir is None else str(self.directory)
        rank = self._find_rank()
        folder = Path(given) if rank is None else Path(given, f"rank_{rank}")
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def _find_rank(self) -> int | None:
        return get_rank() if self.ranks == "all" else None

    @staticmethod
    def _warn(message: str) -> None:
        warn_user(f"WandbVisBackend: {message}", RecordingWarning)


def _as_arguments(name: str, given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{name} must be a dict of arguments, got {type(given).__name__}: {given!r}"
        )
    return dict(given)


class BoundWandb:
    """The attributes of a backend's run, and where it has none, of the module `wandb`.

    `experiment.log(...)`, `.config` and `.summary` are the run's, `experiment.Table`, `.Image`
    and `.plot` the module's, and `experiment.run` is the run itself. After the backend was
    closed, the next use opens the same run again.

    Args:
        backend: Opens the run when one of these is asked for.
    """

    __slots__ = ("_backend",)

    def __init__(self, backend: WandbVisBackend) -> None:
        object.__setattr__(self, "_backend", backend)

    @property
    def run(self) -> Any:
        """The run, opened if it is not open."""
        return self._backend._session.opened().run

    def log(self, data: Any, step: int | None = None, commit: bool | None = None) -> None:
        """Log to the run, as `run.log` does, or to a new file of it if its own takes no more."""
        self._backend._record(lambda run: run.log_freely(data, step, commit))

    def finish(self, *_: Any, **__: Any) -> None:
        """Close the backend; the next record goes on in the same run."""
        self._backend.close()

    join = finish

    def __getattr__(self, name: str) -> Any:
        """Return the run's attribute, or the module's if the run has none."""
        import wandb

        run = self.run
        if not name.startswith("_") and hasattr(run, name):
            return getattr(run, name)
        return getattr(wandb, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the run."""
        setattr(self.run, name, value)

    def __dir__(self) -> list[str]:
        """List the names of both."""
        import wandb

        return sorted({*super().__dir__(), *dir(self.run), *dir(wandb)})
