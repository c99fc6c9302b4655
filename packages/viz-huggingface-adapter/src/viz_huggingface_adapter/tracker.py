"""A visualizer as a tracker of accelerate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accelerate.tracking import GeneralTracker, on_main_process

from viz_core import Visualizer, as_config

__all__ = ["VizTracker"]


class VizTracker(GeneralTracker):  # type: ignore[misc]  # accelerate is not where types are checked
    """Records on the main process what an Accelerator logs: `Accelerator(log_with=VizTracker(...))`.

    Without a `step`, what is logged has one more than the last that was, and images and tables have
    the last. `**kwargs`, as of `log_kwargs={"viz": ...}`, are passed on to the visualizer.

    Args:
        visualizer: Records; `accelerator.get_tracker("viz", unwrap=True)` is it.
    """

    name = "viz"
    requires_logging_directory = False

    def __init__(self, visualizer: Visualizer) -> None:
        super().__init__()
        self._visualizer = visualizer
        self._step = -1

    @property
    def tracker(self) -> Visualizer:
        """The visualizer."""
        return self._visualizer

    @on_main_process
    def store_init_configuration(self, values: Mapping[str, Any]) -> None:
        """Record `values` as the config and as hyperparameters."""
        config = as_config(values)  # once, so that what has no plain form is told once
        self._visualizer.add_config(config)
        self._visualizer.add_hparams(config)

    @on_main_process
    def log(self, values: Mapping[str, Any], step: int | None = None, **kwargs: Any) -> None:
        """Record `values` by name: numbers, mappings of numbers, and strings, which are texts."""
        self._step = self._step + 1 if step is None else step
        scalars = dict(values)
        for name in [name for name, value in scalars.items() if isinstance(value, str)]:
            self._visualizer.add_text(name, scalars.pop(name), self._step, **kwargs)
        if scalars:
            self._visualizer.add_scalars(scalars, self._step, **kwargs)

    @on_main_process
    def log_images(
        self, values: Mapping[str, Sequence[Any]], step: int | None = None, **kwargs: Any
    ) -> None:
        """Record images: `values` has lists by name, or arrays of shape (N, H, W, C).

        One image of a name is `name`, several are `name/0`, `name/1` and so on.
        """
        for name, images in values.items():
            if len(images) == 1:
                self._visualizer.add_image(name, images[0], self._last(step), **kwargs)
            else:
                self._visualizer.add_images(name, images, self._last(step), **kwargs)

    @on_main_process
    def log_table(
        self,
        table_name: str,
        columns: list[str] | None = None,
        data: list[list[Any]] | None = None,
        dataframe: object = None,
        step: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Record a table, `table_name`: names of `columns` and `data`, rows; or a `dataframe`."""
        table = columns if dataframe is None else dataframe
        self._visualizer.add_table(table_name, table, data, self._last(step), **kwargs)

    @on_main_process
    def finish(self) -> None:
        """Close the visualizer, as `accelerator.end_training()` does."""
        self._visualizer.close()

    def _last(self, step: int | None) -> int:
        return max(self._step, 0) if step is None else step
