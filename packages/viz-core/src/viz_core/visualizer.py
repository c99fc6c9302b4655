"""A canvas with a recorder and a name: what users make and libraries subclass."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from viz_core._warnings import warn_user
from viz_core.display import Window
from viz_core.drawing.canvas import Canvas
from viz_core.errors import MissingSaveDirError, VizWarning
from viz_core.featmap import draw_featmap
from viz_core.files.paths import as_path
from viz_core.instances import NamedInstances
from viz_core.kinds.methods import RecordedKinds
from viz_core.plugins.registry import VISUALIZERS

if TYPE_CHECKING:
    from viz_core.typing import (
        ArrayLike,
        ImageFormat,
        Kind,
        OnError,
        Ranks,
        Remote,
        ScalarDict,
        ScalarLike,
        VisBackend,
        VisBackends,
    )

__all__ = ["Visualizer"]

_FIG_CFG = {"frameon": False}

Self = TypeVar("Self", bound="Visualizer")


@VISUALIZERS.register_module()
class Visualizer(Canvas, NamedInstances, RecordedKinds):
    """Draws on images and records what a run yields, from anywhere in the code.

    Drawing works on every rank and returns the visualizer. Recording goes to every backend in
    order; one that fails stops neither the program nor the others.

    It draws as a [`Canvas`][viz_core.Canvas] and is named as
    [`NamedInstances`][viz_core.NamedInstances]; subclasses may override their methods.

    Args:
        name: What `get_instance` knows it by; not empty.
        image: The image to draw on, as `set_image` takes it.
        vis_backends: Configs (`dict(type='LocalVisBackend')`) or backend objects, one or several.
            An entry may name itself (`name=`) and its folder (`save_dir=`).
        save_dir: Backends write to `<save_dir>/vis_data`. `~` is the home folder; the attribute
            `save_dir` is absolute. Without it those that need one are left out, with a warning.
        fig_save_cfg: Has no effect: MMEngine draws on a figure, this class on pixels.
        fig_show_cfg: Arguments of the `matplotlib` figure that `show` opens.
        on_backend_error: `'warn'`: the first failure of each kind is told, later ones are counted,
            and `close` says what was not recorded. `'raise'`: every backend has its turn, then one
            [`RecordingError`][viz_core.RecordingError] names those that failed.
        ranks: `'main'`: rank 0 records. `'all'`: each rank does, in files of its own.
        background: Whether each backend has a thread of its own, so that recording returns at
            once. Nothing is dropped: a full queue blocks, and a normal exit writes what is left.
        image_format: What backends store images as whose config does not say: `'png'`, `'jpg'` or
            `'webp'`; by default what each prefers, which is `'png'` for all of viz's.
        quality: 1 to 100, of `'jpg'` and `'webp'`, for the same backends; 90 by default.
        max_side: Pixels of the longer side of what is stored at most, for those whose config says
            none: larger images are made smaller. Any by default.
        remote: Where `LocalVisBackend` copies its files to, as `'s3://bucket/run'`, or a dict, as
            it takes it; its own value wins.

    Raises:
        TypeError, ValueError: For a wrong argument, if a backend cannot serve `image_format`, or if no
            backend takes `remote`.
        UnknownTypeError: If nobody provides the type of a backend.
    """

    def __init__(
        self,
        name: str = "visualizer",
        image: ArrayLike | None = None,
        vis_backends: VisBackends | None = None,
        save_dir: str | os.PathLike[str] | None = None,
        fig_save_cfg: Mapping[str, Any] | None = None,
        fig_show_cfg: Mapping[str, Any] | None = None,
        *,
        on_backend_error: OnError = "warn",
        ranks: Ranks = "main",
        background: bool = False,
        image_format: ImageFormat | None = None,
        quality: int | None = None,
        max_side: int | None = None,
        remote: Remote | None = None,
    ) -> None:
        NamedInstances.__init__(self, name)
        Canvas.__init__(self, image)
        if fig_save_cfg not in (None, _FIG_CFG):
            warn_user(
                f"fig_save_cfg={dict(fig_save_cfg or {})!r} has no effect: images are drawn "
                "without a figure",
                VizWarning,
            )
        from viz_core.files.encoding import ImageEncoder
        from viz_core.kinds.fallbacks import FALLBACKS
        from viz_core.recording.building import join_backends
        from viz_core.recording.recorder import Recorder

        images = {"image_format": image_format, "quality": quality, "max_side": max_side}
        ImageEncoder(image_format or "png", quality, max_side)  # wrong ones raise without backends
        self.save_dir = None if save_dir is None else as_path(save_dir)
        backends = join_backends(vis_backends, self.save_dir, images, remote)
        self._left_out = backends.left_out
        self._recorder = Recorder(
            backends.joined,
            on_backend_error=on_backend_error,
            ranks=ranks,
            background=background,
            fallbacks=FALLBACKS,
        )
        self._recorder.spare(backends.given)
        if backends.left_out:  # which was told
            self._recorder.backends = backends.joined
        self._window = Window(_FIG_CFG if fig_show_cfg is None else fig_show_cfg)
        self._dataset_meta: Any = None

    def __enter__(self: Self) -> Self:
        """Return the visualizer; leaving the block closes it."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the visualizer."""
        self.close()

    def __repr__(self) -> str:
        """Return its name, the size of its image and the names of its backends; opens nothing."""
        backends = ", ".join(self._recorder.backends) or "none"
        return (
            f"<{type(self).__name__} {self.instance_name!r} {self._describe_image()}, "
            f"backends: {backends}>"
        )

    @property
    def dataset_meta(self) -> Any:
        """What the dataset says of itself, such as `classes` and `palette`; settable."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, meta: Any) -> None:
        self._dataset_meta = meta

    @property
    def _vis_backends(self) -> dict[str, Any]:
        """The backends by name. MMDetection's DetVisualizationHook(show=True) assigns `{}`."""
        return self._recorder.backends

    @_vis_backends.setter
    def _vis_backends(self, backends: dict[str, Any]) -> None:
        self._recorder.backends = backends

    @property
    def manager(self) -> Any:
        """The `matplotlib` figure manager of the window; None before `show`."""
        return self._window.manager

    def get_backend(self, name: str) -> VisBackend | Any:  # `Any` for None, which few must expect
        """Return the backend called `name`, or None if there is none.

        Its `experiment` is the tracker's own object. Where no name is the same, `Local` is
        `LocalVisBackend`, in any case.

        Raises:
            MissingSaveDirError: If it was left out because it has no folder.

        Warns:
            VizWarning: If there is none, and one is called nearly so.
        """
        names = (*self._recorder.backends, *self._left_out)
        if name not in names:
            alike = [known for known in names if _short(known) == _short(name)]
            if len(alike) != 1:
                _tell_of_names(name, names)
                return None
            (name,) = alike
        if name in self._left_out:
            raise MissingSaveDirError(self._left_out[name])
        return self._recorder.backends.get(name)

    draw_featmap = staticmethod(draw_featmap)

    def show(
        self,
        drawn_img: ArrayLike | None = None,
        win_name: str = "image",
        wait_time: float = 0.0,
        continue_key: str = " ",
        backend: str = "matplotlib",
    ) -> None:
        """Show an image: in a window, inline in a notebook, or not at all without a display.

        Args:
            drawn_img: The image, as `set_image` takes it; by default the one drawn on.
            win_name: Title of the window.
            wait_time: Seconds to wait for the key; 0 waits for it, or for the window to be closed.
            continue_key: The key that goes on, as matplotlib calls it.
            backend: `'matplotlib'` or `'cv2'`.

        Raises:
            ValueError: If there is nothing to show or no such `backend`.

        Warns:
            VizWarning: Once, if there is no display. Nothing is shown and nothing waits.
        """
        shown = self.get_image() if drawn_img is None else drawn_img
        self._window.show(shown, win_name, wait_time, continue_key, backend)

    def add_config(self, config: object, **kwargs: object) -> None:
        """Record the config of the run.

        Args:
            config: A mapping, dataclass, `argparse.Namespace`, an mmengine `Config`, or an
                OmegaConf, pydantic or ml_collections object. What has no plain form is kept as
                its `repr`, which is told.
            **kwargs: Passed on to the backends.
        """
        self._recorder.add_config(config, **kwargs)

    def add_graph(self, model: object, data_batch: object = None, **kwargs: object) -> None:
        """Record the graph of `model`; `data_batch` is an input for it, or None."""
        self._recorder.add_graph(model, data_batch, **kwargs)

    def add_image(self, name: str, image: ArrayLike, step: int = 0, **kwargs: object) -> None:
        """Record an image.

        Args:
            name: Any unicode; `/` makes groups.
            image: RGB of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), bool,
                integers in 0..255 or floats in 0..1. Turn BGR with `image[..., ::-1]`.
            step: Any whole number, in any order. The same name and step again replaces it.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: For another shape, dtype or range. Nothing is recorded then.
        """
        self._recorder.add_image(name, image, step, **kwargs)

    def add_scalar(self, name: str, value: ScalarLike, step: int = 0, **kwargs: object) -> None:
        """Record a scalar.

        Args:
            name: Any unicode; `/` makes groups.
            value: A number, or an array or tensor of one element, of any device and dtype.
            step: Any whole number, in any order; repeats are kept.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.

        Raises:
            TypeError, ValueError: If `value` is not one number.
        """
        self._recorder.add_scalar(name, value, step, **kwargs)

    def add_scalars(
        self,
        scalar_dict: ScalarDict,
        step: int = 0,
        file_path: str | None = None,
        **kwargs: object,
    ) -> None:
        """Record scalars that belong together.

        Args:
            scalar_dict: Values by name, as `add_scalar` takes them; a mapping among them is a group:
                `{"val": {"loss": 0.5}}` is `val/loss`. A `"step"` in it wins over the argument.
                The good ones are recorded even if one is not a number.
            step: Any whole number, in any order; repeats are kept.
            file_path: The local backend appends them to this `.json` file too.
            **kwargs: Passed on to the backends; `global_step` is another name of `step`.
        """
        self._recorder.add_scalars(scalar_dict, step, file_path, **kwargs)

    def _is_recorded(self) -> bool:
        return self._recorder._is_recorded()

    def _record_kind(self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        self._recorder._record_kind(kind, values, extra)

    def add_datasample(
        self,
        name: str,
        image: ArrayLike,
        data_sample: object = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        step: int = 0,
    ) -> None:
        """Draw a sample and record the image. Task libraries override it; here it does nothing.

        Args:
            name: What the recorded image is called.
            image: What the sample is drawn on, as `set_image` takes it.
            data_sample: What the task library has for one image.
            draw_gt: Whether to draw the ground truth.
            draw_pred: Whether to draw the prediction.
            show: Whether to show the image in a window.
            wait_time: Seconds to show it; 0 waits for a key.
            step: Of the recorded image.
        """

    def _add_drawn(self, name: str, image: ArrayLike, step: int) -> None:
        """Record what `add_datasample` has drawn, by `add_image`, which subclasses override.

        Without a backend and a `save_dir` it is drawn for `get_image()`, and nobody told.
        """
        recorder = self._recorder
        tells = recorder.tells_of_none
        recorder.tells_of_none = tells and self.save_dir is not None
        try:
            self.add_image(name, image, step)
        finally:
            if self.save_dir is None:
                recorder.tells_of_none = tells

    def flush(self, sync: bool = False) -> None:
        """Hand everything recorded so far to the trackers; with `sync` also to the disk."""
        self._recorder.flush(sync=sync)

    def close(self, timeout: float | None = None) -> None:
        """Finish the backends and close the window. It can be used again afterwards.

        Args:
            timeout: With `background`, the seconds to wait for what is queued; None waits.

        Warns:
            RecordingWarning: If something was not recorded.
        """
        self._recorder.close(timeout=timeout)
        self._window.close()


def _short(name: str) -> str:
    """Return what tells the names of backends apart: `local` of `mmengine.LocalVisBackend`."""
    return str(name).rpartition(".")[2].lower().removesuffix("visbackend")


def _tell_of_names(name: str, names: Sequence[str]) -> None:
    """Warn of a name that nearly is that of a backend; others may be asked for in vain."""
    from difflib import get_close_matches  # only who mistypes pays for it

    if get_close_matches(_short(name), map(_short, names)) or get_close_matches(str(name), names):
        warn_user(f"no backend is called {name!r}; there are: {', '.join(names)}", VizWarning)
