"""The samples of a Trainer's evaluations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch.distributed as dist

from viz_core import Samples, Visualizer
from viz_lightning_adapter.lightnings import bases
from viz_lightning_adapter.logger import VizLogger

__all__ = ["SamplesCallback"]


class SamplesCallback(*bases("callbacks", "Callback")):  # type: ignore[misc]  # as the logger's
    """Records samples of each validation, the same ones and the worst, of all ranks together.

    Override `unpack`; the other methods are called by a `trainer`, with its `pl_module`, the
    `stage` or an `exception`. The sanity check and `fast_dev_run` record nothing.

    Args:
        visualizer: By default that of the Trainer's VizLogger.
        **options: Of [`Samples`][viz_core.Samples], such as `fixed`, `worst`, `every` or `layout`.
            By default `on_error` is `"warn"`: a broken sample is left out, and stops no training.

    Raises:
        TypeError, ValueError: When a Trainer starts, for wrong options, or if there is no VizLogger.
    """

    def __init__(self, visualizer: Visualizer | None = None, **options: Any) -> None:
        super().__init__()
        for name, default in (("gather", _gather), ("on_error", "warn")):
            if options.get(name) is None:  # as LightningCLI gives all that is not in its config
                options[name] = default
        self._visualizer = visualizer
        self._options = options  # so written LightningCLI sees that they are those of Samples
        self._of: Visualizer | None = None
        self._samples: Samples | None = None

    def unpack(self, batch: Any, outputs: Any) -> Iterable[tuple[Any, ...]]:
        """Yield the id, image, truth, prediction and, if it is known, score of each in a batch.

        Args:
            batch: What the data loader gave to `validation_step`.
            outputs: What `validation_step` returned.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must override unpack(batch, outputs) and yield, of each sample "
            "in the batch, (id, image, truth, prediction, score), as Samples.offer takes them"
        )

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Find the visualizer, which may be another than that of the Trainer before."""
        if trainer.fast_dev_run:
            self._samples = None
            return
        loggers = [each.experiment for each in trainer.loggers if isinstance(each, VizLogger)]
        if not (visualizer := self._visualizer or next(iter(loggers), None)):
            raise ValueError("there is no visualizer; pass one, or logger=VizLogger(...)")
        if self._samples is None or visualizer is not self._of:
            self._of, self._samples = visualizer, Samples(visualizer, **self._options)

    def on_validation_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, *args: int
    ) -> None:
        """Offer what `unpack` yields of a `batch` and its `outputs`."""
        if self._samples and self._samples.on_turn and not trainer.sanity_checking:
            for sample in self.unpack(batch, outputs):
                self._samples.offer(*sample)

    def on_validation_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Record what is kept, at the Trainer's `global_step`."""
        if self._samples and not trainer.sanity_checking:
            self._samples.finish(trainer.global_step)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Forget what a validation offered that broke off."""
        if self._samples:
            self._samples.forget()


def _gather(mine: Any) -> list[Any]:
    """Return what each rank gives."""
    if not (dist.is_available() and dist.is_initialized()):
        return [mine]
    given: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(given, mine)
    return given
