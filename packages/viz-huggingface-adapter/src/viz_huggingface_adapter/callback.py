"""A visualizer as a callback of the transformers Trainer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

import torch
from transformers import TrainerCallback

from viz_core import Samples, Visualizer

__all__ = ["VizCallback"]


class VizCallback(TrainerCallback):  # type: ignore[misc]  # which is not where types are checked
    """Records what a Trainer logs, its config, and samples of each evaluation.

    The config has the Trainer's `args` and, if it has one, the model's `config`. Steps are the
    `global_step` of the `state`. When training ends the visualizer is closed; logging again goes on
    in the same run. The Trainer calls each method with its `control` and `**kwargs`, as the model.

    Args:
        visualizer: Records on the main process.
        items: The id, the image and the truth of each sample, the latter two also as functions:
            something that can be iterated over in each evaluation.
        predict: Called with the model and an image, without gradients, and returns the prediction,
            or `(prediction, score)`. With `worst=0`, only for the fixed samples.
        **options: Of [`Samples`][viz_core.Samples], such as `fixed`, `worst`, `every` or `layout`.
            By default `on_error` is `"warn"`: a broken sample is left out, and stops no training.

    Raises:
        TypeError, ValueError: If one of `items` and `predict` is missing, if `items` can be iterated
            over only once, or for wrong options.
    """

    def __init__(
        self,
        visualizer: Visualizer,
        items: Iterable[tuple[Hashable, Any, Any]] | None = None,
        predict: Callable[[Any, Any], Any] | None = None,
        **options: Any,
    ) -> None:
        if (items is None) != (predict is None) or (items is None and options):
            raise TypeError("samples need both items= and predict=; leave out both for none")
        if isinstance(items, Iterator):
            raise TypeError(
                f"items must be there again in each evaluation, got {items!r}, which is used up "
                "after the first; pass a list"
            )
        self._visualizer, self._items, self._predict = visualizer, items or (), predict
        # Each rank predicts all items, since a sharded model needs all ranks, and rank 0 records.
        usual: dict[str, Any] = {"gather": lambda mine: [mine], "on_error": "warn"}
        self._samples = Samples(visualizer, **{**usual, **options})

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Record the config."""
        config = {"args": args.to_dict()}
        of_model: Any = getattr(kwargs.get("model"), "config", None)
        if hasattr(of_model, "to_dict"):
            config["model"] = of_model.to_dict()
        self._visualizer.add_config(config)

    def on_log(
        self,
        args: Any,
        state: Any,
        control: Any,
        logs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Record `logs` by name: numbers, and strings, which are texts."""
        scalars = dict(logs or {})
        for name in [name for name, value in scalars.items() if isinstance(value, str)]:
            self._visualizer.add_text(name, scalars.pop(name), state.global_step)
        if scalars:
            self._visualizer.add_scalars(scalars, state.global_step)

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Predict and record samples."""
        if self._predict is not None:
            model, predict = kwargs["model"], self._predict
            with torch.no_grad():
                self._samples.run(lambda x: predict(model, x), self._items, state.global_step)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the visualizer."""
        self._visualizer.close()
