"""What a model predicts in each validation, from MMEngine's Runner."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.fileio import get
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

import viz_core
from viz_core.typing import ArrayLike
from viz_mmdet_adapter.scores import badness

__all__ = ["SamplesHook"]


@HOOKS.register_module()
class SamplesHook(Hook):  # type: ignore[misc]  # untyped base
    """Records the same samples in each validation and test, and the worst, by `viz_core.Samples`.

        custom_hooks = [dict(type="SamplesHook")]

    Samples are MMDetection's, MMSegmentation's, MMPose's or like them. Those of all ranks are
    gathered. They are recorded at the epoch, or at the iteration of a training that has no epochs,
    as the metrics are.

    Args:
        fixed: How many samples are the same in each validation, or their ids: `img_id`, with
            MMPose's `id`, or else the path of the image below the data set's `data_root`.
        worst: How many of the worst.
        every: One validation of so many is looked at.
        seed: Other numbers fix other samples.
        layout: Of drawings, as of [`Samples`][viz_core.Samples].
        score_thr: Objects are left out whose score is not above: a number, or a dict by class.
        score: Says how bad a prediction is, of a sample with both sides. By default it is the share
            of false and missed objects; of keypoints their mean distance from the true ones, over
            the square root of the area of the object; of maps the share of wrong pixels.
        read: Returns the image of a sample, RGB. By default it is the file `img_path`, read if the
            sample is recorded, through `backend_args` if it is not on this machine.
        draw: Draws a sample, as of [`Samples`][viz_core.Samples].
        backend_args: Where images lie, as `mmengine.fileio.get` takes it.

    Raises:
        TypeError: If the Runner's visualizer is none of viz's.
    """

    def __init__(
        self,
        fixed: int | Iterable[Hashable] = 8,
        worst: int = 8,
        every: int = 1,
        seed: int = 0,
        layout: str = "side_by_side",
        score_thr: Any = 0.3,
        score: Callable[[Any], Any] | None = None,
        read: Callable[[Any], ArrayLike] | None = None,
        draw: Callable[..., ArrayLike] | None = None,
        backend_args: dict[str, Any] | None = None,
    ) -> None:
        self._options = {
            "fixed": fixed,
            "worst": worst,
            "every": every,
            "seed": seed,
            "layout": layout,
            "draw": draw,
            "gather": all_gather_object,
        }
        self._threshold = score_thr
        self._score, self._read, self._backend_args = score, read, backend_args
        self._is_told = False
        self._samples: dict[str, viz_core.Samples] = {}

    def before_run(self, runner: Any) -> None:
        """Look at the visualizer, before anything is trained in vain."""
        if not isinstance(runner.visualizer, viz_core.Visualizer):
            raise TypeError(
                "SamplesHook records by viz's visualizer, and the Runner's is "
                f"{type(runner.visualizer).__module__}.{type(runner.visualizer).__name__}; write "
                "visualizer=dict(type='viz_mmdet_adapter.mmengine.Visualizer', vis_backends=[...]), "
                "or call viz_mmdet_adapter.mmengine.rebase() first"
            )
        told = partial(self._tell, runner)
        self._samples = {
            mode: viz_core.Samples(runner.visualizer, mode, **self._options, on_error=told)
            for mode in ("val", "test")
        }

    def _before_epoch(self, runner: Any, mode: str = "train") -> None:  # noqa: ARG002  # it is passed
        if mode in self._samples:
            self._samples[mode].forget()  # of one that broke off

    def _after_iter(
        self,
        runner: Any,
        batch_idx: int,
        data_batch: Any = None,  # noqa: ARG002  # it is asked for by name
        outputs: Any = None,
        mode: str = "train",
    ) -> None:
        samples = self._samples.get(mode)
        if samples is None or not samples.on_turn or not outputs:
            return
        loader = getattr(runner, f"{mode}_dataloader")
        for place, sample in enumerate(_single(outputs)):
            # As MMEngine's sampler deals them, if they have no name.
            number = (batch_idx * (loader.batch_size or 1) + place) * get_world_size() + get_rank()
            name = _id_of(sample, loader.dataset, number)
            try:
                self._offer(samples, name, sample, runner.visualizer.dataset_meta or {})
            except Exception as error:  # noqa: BLE001  # no training stops for what it looks like
                self._tell(runner, name, error)

    def _tell(self, runner: Any, name: Hashable, error: Exception) -> None:
        if not self._is_told:
            self._is_told = True
            runner.logger.warning(  # no line of the user's has called this
                f"SamplesHook left out the sample {name!r}, and tells of none that follows: "
                f"{type(error).__name__}: {error}"
            )

    def _offer(self, samples: Any, name: Hashable, sample: Any, meta: Mapping[str, Any]) -> None:
        sides = viz_core.read_sides(sample)
        score, threshold = self._score, self._threshold
        samples.offer(
            name,
            partial(self._image_of, sample),
            lambda: viz_core.as_annotations(sides.truth),
            lambda: viz_core.as_annotations(sides.prediction).above(threshold, meta.get("classes")),
            badness(sample) if score is None else partial(score, sample),
        )

    def _image_of(self, sample: Any) -> ArrayLike | Path:
        """Return an image, or where it lies on this machine."""
        if self._read is not None:
            return self._read(sample)
        path = getattr(sample, "img_path", None)
        if path is None:
            raise ValueError(
                "it has no img_path; put that among the meta_keys of the data set's pipeline, or "
                "give read=, a function that returns the image of a sample"
            )
        if self._backend_args is None and Path(path).exists():
            return Path(path)
        return _fetched(path, self._backend_args)

    def _after_epoch(self, runner: Any, mode: str = "train") -> None:
        if mode in self._samples:
            by_epoch = [
                hook.log_metric_by_epoch
                for hook in runner.hooks
                if hasattr(hook, "log_metric_by_epoch")
            ]
            # The Runner would build the loop that it is asked of; before that, it is a config.
            step = getattr(runner._train_loop, "epoch" if all(by_epoch) else "iter", 0)
            self._samples[mode].finish(step)


def _single(outputs: Sequence[Any]) -> Iterator[Any]:
    """Yield the samples of a batch, those of a video one by one."""
    for output in outputs:
        yield from getattr(output, "video_data_samples", [output])


def _id_of(sample: Any, dataset: Any, number: int) -> str:
    """Return what a sample is called in every validation and on every machine."""
    image, instance = getattr(sample, "img_id", None), getattr(sample, "id", None)
    if image is not None:
        # Of MMPose's, each person on an image may be one.
        return f"{image}/{instance}" if isinstance(instance, (int, str)) else str(image)
    path = getattr(sample, "img_path", None)
    if path is None:
        return str(number)
    root = getattr(dataset, "data_root", None)
    path, root = Path(path).absolute(), Path(root or os.curdir).absolute()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix().lstrip("/")


def _fetched(path: str, backend_args: Mapping[str, Any] | None) -> ArrayLike:
    from PIL import Image
    from PIL.ImageOps import exif_transpose

    with Image.open(io.BytesIO(get(path, backend_args=backend_args))) as image:
        return np.asarray(exif_transpose(image).convert("RGB"))
