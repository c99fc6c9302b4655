"""A visualizer as a logger of Lightning."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from lightning_utilities.core.rank_zero import rank_zero_only
from PIL import Image

from viz_core import Visualizer, as_array, as_config, make_grid
from viz_core.typing import ScalarDict, VisBackends
from viz_lightning_adapter.lightnings import bases

__all__ = ["VizLogger"]


class VizLogger(*bases("loggers", "Logger")):  # type: ignore[misc]  # of the Lightning that is there
    """Records on rank 0 what a Trainer logs, each record when it is logged.

    `key` is the name of what is logged; without a `step` it has the Trainer's `global_step`. When a
    Trainer is done it closes the visualizer, by which trackers learn whether it failed; logging
    again goes on in the same run.

    Args:
        visualizer: The visualizer; by default one of `save_dir`, `vis_backends` and `arguments`.
        save_dir: Where its backends write, and Lightning its checkpoints.
        vis_backends: What records, such as `[dict(type="LocalVisBackend")]`.
        version: Of the folder of checkpoints, `<save_dir>/<name>/version_<version>/checkpoints`.
        log_model: Whether each new best checkpoint is recorded itself, as the file `best.ckpt`;
            else, and of what is no file, such as a folder or a URL, its path is, as a text.
        **arguments: Others of a `Visualizer`, such as `name`.

    Raises:
        TypeError: If `visualizer` is none, or there are arguments for another.
    """

    def __init__(
        self,
        visualizer: Visualizer | None = None,
        *,
        save_dir: str | os.PathLike[str] | None = None,
        vis_backends: VisBackends | None = None,
        version: int | str = 0,
        log_model: bool = False,
        **arguments: Any,
    ) -> None:
        super().__init__()
        arguments |= {"save_dir": save_dir, "vis_backends": vis_backends}
        given = [name for name, value in arguments.items() if value is not None]
        if visualizer is None:
            visualizer = Visualizer(**arguments)
        elif given or not hasattr(visualizer, "add_scalars"):
            raise TypeError(f"pass a Visualizer or its arguments, got {visualizer!r} and {given}")
        self._visualizer, self._version, self._log_model = visualizer, version, log_model
        self._model: Callable[[], Any] | None = None
        self._last_step, self._checkpoint = 0, ("", 0)

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the reference to the module, of which each process has its own."""
        return {**self.__dict__, "_model": None}

    @property
    def experiment(self) -> Visualizer:
        """The visualizer, on every rank."""
        return self._visualizer

    @property
    def name(self) -> str:
        """The visualizer's name."""
        return self._visualizer.instance_name

    @property
    def version(self) -> int | str:
        """What the constructor was given."""
        return self._version

    @property
    def save_dir(self) -> str | None:
        """The visualizer's folder."""
        return self._visualizer.save_dir

    @rank_zero_only
    def log_metrics(self, metrics: ScalarDict, step: int | None = None) -> None:
        """Record the scalars `metrics`, by name."""
        self._last_step = self._step(step)
        self._visualizer.add_scalars(metrics, self._last_step)

    @rank_zero_only
    def log_hyperparams(self, params: object, metrics: ScalarDict | None = None) -> None:
        """Record `params` as the config and as hyperparameters, with final `metrics` if any."""
        config = as_config(params or {})  # once, so that what has no plain form is told once
        self._visualizer.add_config(config)
        self._visualizer.add_hparams(config, metrics)

    @rank_zero_only
    def log_graph(self, model: object, input_array: object = None) -> None:
        """Record the graph of a `model`, if there is an `input_array`; a Trainer gives none."""
        self._model = weakref.ref(model)
        if input_array is not None:
            self._visualizer.add_graph(model, input_array)

    @rank_zero_only
    def log_image(
        self, key: str, images: list[Any], step: int | None = None, **kwargs: list[Any]
    ) -> None:
        """Record `images`, or their files, as `key`, or if there are several `key/0`, `key/1`, ...

        `caption=` has a text for each, which is drawn above it; others are passed on.
        """
        _check(images, kwargs)
        given = [Image.open(x) if isinstance(x, (str, os.PathLike)) else x for x in images]
        for number, caption in enumerate(kwargs.pop("caption", ())):
            given[number] = make_grid([given[number]], [caption], padding=0)
        if len(given) == 1:
            self._visualizer.add_image(key, given[0], self._step(step), **kwargs)
        else:
            self._visualizer.add_images(key, given, self._step(step), **kwargs)

    @rank_zero_only
    def log_video(
        self, key: str, videos: list[Any], step: int | None = None, **kwargs: list[Any]
    ) -> None:
        """Record `videos`, of shape (T, H, W, C) or (T, C, H, W) or files, named as images are.

        `fps=` has a number for each; others are passed on.
        """
        _check(videos, kwargs)
        for number, video in enumerate(videos):
            name = f"{key}/{number}" if len(videos) > 1 else key
            extra = {word: values[number] for word, values in kwargs.items()}
            self._visualizer.add_video(name, _channels_last(video), self._step(step), **extra)

    @rank_zero_only
    def log_table(
        self,
        key: str,
        columns: list[str] | None = None,
        data: list[list[Any]] | None = None,
        dataframe: object = None,
        step: int | None = None,
    ) -> None:
        """Record a table: names of `columns` and `data`, which is rows; or a `dataframe`."""
        table = columns if dataframe is None else dataframe
        self._visualizer.add_table(key, table, data, self._step(step))

    log_text = log_table  # as WandbLogger has it

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Record the best of a `checkpoint_callback` if it is new; else the last one."""
        path = checkpoint_callback.best_model_path or checkpoint_callback.last_model_path
        is_file = Path(path).is_file()
        stamp = (path, Path(path).stat().st_mtime_ns if is_file else 0)
        if stamp != self._checkpoint:
            self._checkpoint = stamp
            if is_file and self._log_model:
                self._visualizer.add_file(path, "best.ckpt")
            else:
                self._visualizer.add_text("checkpoint", path, self._step(None))

    def finalize(self, status: str) -> None:
        """Close the visualizer; of the `status` trackers learn by the exception that is handled."""
        self._visualizer.close()

    def _step(self, step: int | None) -> int:
        """Return a step, by default the Trainer's; where that is not known, the last that was."""
        if step is None:
            with suppress(AttributeError, ReferenceError, RuntimeError, TypeError):
                return int(self._model().trainer.global_step)  # type: ignore[misc]
            return self._last_step
        return step


def _check(values: object, lists: dict[str, list[Any]]) -> None:
    """Raise if values are no list, or there are not as many of a keyword."""
    if not isinstance(values, list):
        raise TypeError(f"expected a list, got {type(values).__name__}; put one into a list")
    for name, each in lists.items():
        if len(each) != len(values):
            raise ValueError(f"{name}= must have one value for each of {len(values)}, got {each!r}")


def _channels_last(frames: Any) -> Any:
    """Return frames as viz has them where an array has the channels second, as W&B has them."""
    shape: tuple[int, ...] = getattr(frames, "shape", ())
    if len(shape) == 4 and shape[1] in (1, 3, 4) and shape[3] not in (1, 3, 4):
        return as_array(frames).transpose(0, 2, 3, 1)
    return frames
