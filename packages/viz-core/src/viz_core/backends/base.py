"""What a backend is."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from viz_core._inside import enter
from viz_core.backends.door import with_door
from viz_core.errors import MissingSaveDirError, RankError
from viz_core.files.atomic import remove_abandoned
from viz_core.files.paths import as_path
from viz_core.kinds.kept import ARGUMENTS, KeptKinds, fits
from viz_core.processes import get_rank, is_main_process
from viz_core.runs.index import RunIndex, adopt, identity_of
from viz_core.typing import Image, Kind, Ranks, Scalar

if TYPE_CHECKING:
    from viz_core.config.normalize import RunConfig

__all__ = ["BaseVisBackend"]

Self = TypeVar("Self", bound="BaseVisBackend")


class BaseVisBackend(KeptKinds):
    """Keeps what a [`Visualizer`][viz_core.Visualizer] records, in one tracker or file format.

    Override the `add_*` methods of the kinds you keep; none is required, and the others do
    nothing. They are called by keyword, with arguments that are checked and converted, whoever
    calls: `add_image(self, **kwargs)` is complete. A backend that raises never stops training.

    Constructing a backend opens nothing: no file, no network, no tracker. `open_experiment` does,
    at the first use of `experiment`, and again at the first use after `close`.

    Args:
        save_dir: The folder for everything the backend writes, made absolute here, as
            [`as_path`][viz_core.as_path] does. The visualizer passes `<its save_dir>/vis_data`
            unless the config names another.

    Raises:
        TypeError, ValueError: If `save_dir` is no path of this machine.
    """

    tracker: str | None = None
    """Import name of the package it records with; None if it needs none."""

    needs_save_dir: bool = False
    """Whether the backend records nothing without a `save_dir`.

    The visualizer leaves it out then, with one warning. May be a property.
    """

    needs_thread: bool = False
    """Whether the visualizer calls it in a thread of its own, and waits, so that Ctrl-C and signal
    handlers never come within a call.

    For trackers whose locks an exception at a bad moment would leave locked for ever, as those in
    Python's `Event`, `Condition` and `Future` are.
    """

    ranks: Ranks | None = None
    """Which ranks record, set by the visualizer that the backend joins; None if used alone."""

    _copied: tuple[str, ...] = ()
    """Attributes that a copy takes over; its constructor makes the others."""

    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Put each `add_*` of the class behind the door that converts its arguments."""
        super().__init_subclass__(**kwargs)
        for kind in get_args(Kind):
            method = getattr(cls, f"add_{kind}")
            if method is not getattr(BaseVisBackend, f"add_{kind}"):
                setattr(cls, f"add_{kind}", with_door(kind, method))

    def __new__(cls: type[Self], *arguments: Any, **options: Any) -> Self:
        """Make a backend that knows its arguments, for copies."""
        backend = super().__new__(cls)
        backend._arguments = arguments, options
        return backend

    def __init__(self, save_dir: str | os.PathLike[str] | None = None) -> None:
        self.save_dir: str | None = None if save_dir is None else str(as_path(save_dir))
        if self.save_dir is not None:
            identity_of(self.save_dir)
        self._run_index: RunIndex | None = None
        self._experiment: Any = None
        self._experiment_pid = 0
        self._experiment_lock = threading.RLock()

    __new__.__wrapped__ = __init__  # type: ignore[attr-defined]  # it has the signature of this

    def __repr__(self) -> str:
        """Name the class and its folder, also while a subclass is still being made."""
        save_dir = getattr(self, "save_dir", None)
        return f"<{type(self).__name__}{'' if save_dir is None else f' {save_dir!r}'}>"

    @property
    def directory(self) -> Path:
        """The folder to write to, made on first use, and cleaned of what killed processes left.

        It is `save_dir`, and `save_dir/rank_<n>` where every rank records.

        Raises:
            MissingSaveDirError: If the backend has no `save_dir`.
            OSError: If the folder cannot be made.
        """
        if self.save_dir is None:
            raise MissingSaveDirError(
                f"{type(self).__name__} has no folder to write to; give save_dir= to the "
                "visualizer or in the backend's config"
            )
        directory = Path(self.save_dir)
        if self.ranks == "all":
            directory /= f"rank_{get_rank()}"
        directory.mkdir(parents=True, exist_ok=True)
        remove_abandoned(directory)
        return directory

    def enter_run(self, *files: str) -> RunIndex:
        """Return the index of `directory`, where this run is entered at its first record.

        A backend needs it whose files a second run in the same folder would write to as well: the
        index notes which run wrote what, and the backend says that there was a run before.

        Args:
            *files: Names of files that the backend writes there. Where one of them is and no index,
                there was a run before.

        Raises:
            MissingSaveDirError: If the backend has no `save_dir`.
            OSError: If the folder cannot be made.
        """
        if self._run_index is None or not self._run_index.path.exists():
            directory = self.directory
            assert self.save_dir is not None  # or it had raised
            self._run_index = RunIndex(directory, self.save_dir, files)
        return self._run_index

    @property
    def experiment(self) -> Any:
        """The tracker's own object, opened on first use, and again after `close`.

        A forked child opens its own: what the parent opened is not touched there.

        Raises:
            RankError: On a rank that does not record.
        """
        if self.ranks == "main" and not is_main_process():
            raise RankError(
                f"{type(self).__name__}.experiment is opened on rank 0 only, and this is rank "
                f"{get_rank()}; guard it with viz_core.is_main_process(), or record on every "
                "rank with Visualizer(..., ranks='all')"
            )
        if self._experiment_pid != os.getpid():
            self._experiment_lock = threading.RLock()  # another thread may have held it at fork
            self._experiment, self._experiment_pid = None, os.getpid()
        return enter(partial(_open, self)) if self._experiment is None else self._experiment

    @property
    def is_open(self) -> bool:
        """Whether this process has opened the experiment and not closed it since."""
        return self._experiment is not None and self._experiment_pid == os.getpid()

    def open_experiment(self) -> Any:
        """Open the tracker and return its own object; called once per opening."""
        return self

    # `Any` below, not `object`: an override may name some of the keywords, with types.

    def add_config(self, config: RunConfig, **kwargs: Any) -> None:
        """Keep the config of the run.

        Args:
            config: A dict of plain values, however the user's config was made, which has
                `pretty_text` too.
            **kwargs: What the caller passed besides.
        """

    def add_graph(self, model: object, data_batch: object = None, **kwargs: Any) -> None:
        """Keep the graph of `model`; `data_batch` is an input for it, or None."""

    def add_image(self, name: str, image: Image, step: int = 0, **kwargs: Any) -> None:
        """Keep an image.

        Args:
            name: Any unicode, and it may contain `/`.
            image: RGB, uint8, contiguous, shape (H, W, 3), or (H, W, 4) if it has alpha.
            step: Steps come in any order. The same name and step again replaces the image.
            **kwargs: What the caller passed besides.
        """

    def add_scalar(self, name: str, value: Scalar, step: int = 0, **kwargs: Any) -> None:
        """Keep one scalar; by default with `add_scalars`.

        Args:
            name: Any unicode, and it may contain `/`.
            value: An int or a float, which may be NaN or infinite.
            step: Steps come in any order and may repeat.
            **kwargs: What the caller passed besides.
        """
        self.add_scalars(scalar_dict={name: value}, step=step, **kwargs)

    def add_scalars(self, scalar_dict: Mapping[str, Scalar], step: int = 0, **kwargs: Any) -> None:
        """Keep scalars that belong together.

        Args:
            scalar_dict: Ints and floats by name; NaN and infinities are floats.
            step: Steps come in any order and may repeat; every (name, step, value) is kept.
            **kwargs: What the caller passed besides, such as the `file_path` of MMEngine's loggers:
                a name ending in `.json`, of a file that is to have these scalars too.
        """

    def note_lost(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Take note of what was not recorded; called when the visualizer is closed.

        Args:
            counts: How many records of each kind, by the name of the backend that lacks them.
        """

    def flush(self, sync: bool = False) -> None:
        """Hand everything recorded so far to the tracker or the operating system.

        Args:
            sync: Also wait until the disk has it, where the backend writes files.
        """

    def close(self) -> None:
        """End recording. Closing twice is fine, and so is recording again afterwards."""
        self._experiment = self._run_index = None

    @classmethod
    def supports(cls, kind: Kind) -> bool:
        """Return whether records of this kind are kept: whether the class has its own method.

        One of that name that takes something else than we give is none.
        """
        if kind in ARGUMENTS:
            method = getattr(cls, f"add_{kind}")
            is_own = method is not getattr(BaseVisBackend, f"add_{kind}")
            return is_own and fits(kind, getattr(method, "behind_door", method), by_any=True)
        kept = {"scalar", "scalars"} if kind in ("scalar", "scalars") else {kind}
        return any(
            getattr(cls, f"add_{k}") is not getattr(BaseVisBackend, f"add_{k}") for k in kept
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes an unopened copy, here or in another process: the same arguments."""
        arguments, options = self._arguments
        return partial(type(self), **options), arguments, self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy takes over, besides the constructor's arguments."""
        state = {name: getattr(self, name) for name in ("save_dir", "ranks", *self._copied)}
        return {**state, "_run": None if self.save_dir is None else identity_of(self.save_dir)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state of the backend that is copied, and the run that it belongs to."""
        run = state.pop("_run", None)
        self.__dict__.update(state)
        if run is not None and self.save_dir is not None:
            adopt(self.save_dir, run)


def _open(backend: BaseVisBackend) -> Any:
    with backend._experiment_lock:
        if backend._experiment is None:
            backend._experiment = backend.open_experiment()
        return backend._experiment
