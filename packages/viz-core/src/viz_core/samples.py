"""Which samples of an evaluation are looked at: the same in each, and the worst."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from viz_core._checks import as_count
from viz_core._warnings import warn_user
from viz_core.annotations.annotations import Annotations
from viz_core.annotations.error_rate import error_rate
from viz_core.annotations.keeping import keep_annotations
from viz_core.annotations.names import Names, as_names
from viz_core.annotations.sides import as_annotations
from viz_core.annotations.style import LAYOUTS
from viz_core.convert import as_name, as_scalar, as_step
from viz_core.errors import VizWarning
from viz_core.image_files import image_size, read_image_file
from viz_core.images import as_image
from viz_core.processes import get_world_size
from viz_core.selection import Gather, Rank, Top, gather_tops, keyed_hash
from viz_core.typing import ArrayLike, Image, ScalarLike

if TYPE_CHECKING:
    from viz_core.visualizer import Visualizer

__all__ = ["Samples"]

_TABLE = ["slot", "id", "score"]


class _Sample(NamedTuple):
    """What is kept of a sample, in memory of its own, but for an image in a file."""

    image: Image | Path
    truth: Annotations
    prediction: Annotations
    score: float | None

    def with_image(self) -> _Sample:
        """Return the sample with its image in memory."""
        image = self.image
        return self._replace(image=read_image_file(image) if isinstance(image, Path) else image)


class Samples:
    """Records what a model predicts in each evaluation: for the same samples, and for the worst.

        samples = Samples(visualizer, fixed=8, worst=8)
        for epoch in range(10):
            for id, image, truth in dataset:
                samples.offer(id, image, truth, model(image))
            samples.finish(step=epoch)

    The fixed ones are `val/<id>`, so that a slider shows one sample over time; the worst are
    `val/worst/1`, the worst of all, `val/worst/2` and so on, and rows of the table `val/worst`. Each
    has its id and its score above it. Nothing is held after `finish`, nor after an error of `offer`.

    Args:
        visualizer: Records them, by its `add_annotations`, and the table. Its `dataset_meta` has
            the palette, the skeleton and, if `classes` is None, the names of the classes.
        name: What all that is recorded is called, before a `/`.
        fixed: How many samples are the same in each evaluation, whatever order they come in, over
            any number of ranks, and after a restart: those with the smallest hashes of their ids.
            Or the ids themselves.
        worst: How many of the worst.
        seed: Other numbers fix other samples.
        every: One evaluation of so many is looked at, the first and every so many `finish` later.
        layout: Of drawings, for backends that keep no vectors, as TensorBoard's: `"side_by_side"`,
            truth and prediction with captions; `"overlay"`, the truth dashed; `"matches"`, what was
            found, what is wrong and what was missed in three colors; or `"prediction"` alone.
        draw: Draws a sample for them instead: it is called with the image and both sides, and
            returns the image as it is recorded.
        gather: Returns what each rank gives it as a list with one for each, on every rank, as
            `torch.distributed.all_gather_object` fills one. Every rank then calls `finish`, and rank
            0 records the samples of all.
        classes: Names of the classes: a list whose index is the label, or a dict by label.
        on_error: Called with the id and the error of a sample that cannot be read, which is then
            left out and the others are recorded; `"warn"` tells of the first. Without it `offer`,
            `run` and `finish` raise the error.

    Raises:
        TypeError, ValueError: If an argument has a value that it cannot have.
    """

    _fixed: Top[_Sample]
    _worst: Top[_Sample]

    def __init__(
        self,
        visualizer: Visualizer,
        name: str = "val",
        *,
        fixed: int | Iterable[Hashable] = 8,
        worst: int = 8,
        seed: int = 0,
        every: int = 1,
        layout: str = "side_by_side",
        draw: Callable[[Image, Annotations, Annotations], ArrayLike] | None = None,
        gather: Gather | None = None,
        classes: Names | None = None,
        on_error: Callable[[Hashable, Exception], object] | Literal["warn"] | None = None,
    ) -> None:
        if layout not in LAYOUTS:
            raise ValueError(
                f"layout must be one of {', '.join(map(repr, LAYOUTS))}, got {layout!r}"
            )
        self._visualizer = visualizer
        self._name = as_name(name)
        self._positions: dict[str, int] | None = None
        if isinstance(fixed, Iterable) and not isinstance(fixed, (str, bytes, Mapping)):
            self._positions = {each: i for i, each in enumerate(dict.fromkeys(map(_as_id, fixed)))}
        self._fixed_count = (
            as_count(fixed, "fixed", 0) if self._positions is None else len(self._positions)
        )
        self._worst_count = as_count(worst, "worst", 0)
        self._seed = as_count(seed, "seed", None)
        self._every = as_count(every, "every", 1)
        self._layout, self._draw, self._gather = layout, draw, gather
        self._classes = as_names(classes)
        if not (on_error is None or on_error == "warn" or callable(on_error)):
            raise TypeError(f"on_error must be a function, 'warn' or None, got {on_error!r}")
        self._on_error = self._tell_of_error if on_error == "warn" else on_error
        self._turn = 0
        self._told: set[str] = set()
        self.forget()

    @property
    def on_turn(self) -> bool:
        """Whether this evaluation is looked at; if not, `offer` and `finish` do nothing."""
        return not self._turn % self._every

    def offer(
        self,
        id: Hashable,  # noqa: A002 - what users call it
        image: ArrayLike | str | os.PathLike[str] | Callable[[], ArrayLike | os.PathLike[str]],
        truth: object,
        prediction: object,
        score: ScalarLike | Callable[[], ScalarLike] | None = None,
    ) -> None:
        """Show a sample, which is kept if it is fixed or among the worst so far.

        What is kept is copied, the image as uint8 on the CPU. All but the id may also be functions
        without arguments, which are called only for what is kept; `score` for all, and without one
        `truth` and `prediction` too. The same id again, as a sampler repeats some to fill its last
        batch, is the same sample.

        Args:
            id: What the sample is called in every evaluation and on every machine: a number, or a
                path relative to the data set.
            image: RGB, as `add_image` takes it; or the path of a file, which is read by `finish`,
                if the sample is recorded after all.
            truth: What [`as_annotations`][viz_core.as_annotations] takes.
            prediction: What it takes; drop low scores first, with `as_annotations(x).above(0.3)`.
            score: How bad the prediction is, such as its loss; NaN is worst. By default, for
                objects, the share of false ones and missed ones among all of both sides, at an
                intersection over union of 0.5.

        Raises:
            TypeError, ValueError: If something is of another kind. Nothing is held then.

        Warns:
            VizWarning: Once, if a score is NaN.
        """
        if self._turn % self._every:
            return
        try:
            self._offer(id, image, truth, prediction, score)
        except BaseException as error:
            fixed, worst = self._fixed, self._worst
            self.forget()  # also if on_error raises
            if not self._is_left_out(id, error):
                raise
            self._fixed, self._worst = fixed, worst

    def _offer(self, given: Hashable, image: Any, truth: Any, prediction: Any, score: Any) -> None:
        name = _as_id(given)
        fixed_rank, worst_rank = self._fixed_rank(name), None
        badness: float | None = None
        if self._worst_count:
            if score is None:
                truth, prediction = (as_annotations(_called(x)) for x in (truth, prediction))
                badness = error_rate(truth, prediction)
            else:
                badness = as_scalar(_called(score), "score")
            is_nan = badness != badness
            if is_nan:
                self._tell("nan", f"the score of sample {name!r} is NaN, which counts as the worst")
            # Of equal ones the order in which they come, or their process, makes no difference.
            worst_rank = (is_nan, 0 if is_nan else badness, keyed_hash(name, self._seed))
        ranks = ((self._fixed, fixed_rank), (self._worst, worst_rank))
        wanted = [(top, rank) for top, rank in ranks if rank and top.wants(name, rank)]
        if not wanted:
            return
        if badness is None and score is not None:
            badness = as_scalar(_called(score), "score")
        image = _called(image)
        is_file = isinstance(image, (str, os.PathLike))
        image = Path(image).absolute() if is_file else np.array(as_image(image))
        height, width = image_size(image) if is_file else image.shape[:2]
        true, found = (keep_annotations(_called(x), height, width) for x in (truth, prediction))
        sample = _Sample(image, true, found, badness)
        for top, rank in wanted:
            top.add(name, rank, sample)

    def _fixed_rank(self, name: str) -> Rank | None:
        if self._positions is None:
            return (-keyed_hash(name, self._seed),)
        position = self._positions.get(name)
        return None if position is None else (-position,)

    def run(
        self,
        predict: Callable[[Any], Any],
        items: Iterable[tuple[Hashable, Any, Any]],
        step: ScalarLike,
    ) -> None:
        """Predict samples and record them, where no loop of one's own could offer them.

        Without `worst`, only the fixed ones are predicted; if it is not the turn, none.

        Args:
            predict: Called with an image, returns the prediction, or `(prediction, score)`.
            items: The id, the image and the truth of each sample, the latter two also as functions.
            step: Of what is recorded.

        Raises:
            TypeError, ValueError: If something is of another kind. Nothing is held then.
        """
        if self.on_turn:
            try:
                for name, image, truth in self._predicted(items):
                    try:
                        given = _called(image)
                    except Exception as error:
                        if not self._is_left_out(name, error):
                            raise
                        continue
                    prediction, score = _with_score(predict(given))
                    self.offer(name, given, truth, prediction, score)
            except BaseException:
                self.forget()
                raise
        self.finish(step)

    def _predicted(self, items: Iterable[Any]) -> Iterable[Any]:
        """Return the items of which a prediction may be kept."""
        if self._worst_count:
            return items
        top: Top[Any] = Top(self._fixed_count)
        for item in items:
            name = _as_id(item[0])
            rank = self._fixed_rank(name)
            if rank is not None and top.wants(name, rank):
                top.add(name, rank, item)
        return list(top.best_first().values())

    def finish(self, step: ScalarLike) -> None:
        """Record what is kept, forget it, and count the evaluation.

        Without a sample nothing is recorded.

        Args:
            step: Any whole number: of what is recorded.

        Raises:
            TypeError, ValueError: If `step` is none, or `gather` returns something else.

        Warns:
            VizWarning: Once, if there are several ranks and no `gather`, if a fixed id was not
                offered, or if `on_error` is `"warn"` and a sample cannot be read.
        """
        is_on_turn, tops = self.on_turn, (self._fixed, self._worst)
        self._turn += 1
        self.forget()
        step = as_step(step)
        if not is_on_turn:
            return
        fixed, worst = self._gathered(tops)
        self._tell_of_missing(fixed, worst)
        rows: list[list[object]] = []
        for name, held in {**worst, **fixed}.items():
            sample = self._ready(name, held)
            if sample is None:
                continue
            if name in worst:
                rows.append([len(rows) + 1, name, sample.score])
                self._record(f"{self._name}/worst/{len(rows)}", name, sample, step)
            if name in fixed:
                self._record(f"{self._name}/{name}", name, sample, step)
        if rows:
            self._visualizer.add_table(f"{self._name}/worst", _TABLE, rows, step=step)

    def forget(self) -> None:
        """Drop what is kept, as of an evaluation that broke off; `on_turn` stays as it is."""
        self._fixed = Top(self._fixed_count)
        self._worst = Top(self._worst_count)

    def _gathered(self, tops: Sequence[Top[_Sample]]) -> list[dict[str, _Sample]]:
        """Return the fixed samples and the worst ones, of all ranks if they can be gathered."""
        if self._gather is None:
            ranks = get_world_size()
            if ranks > 1:
                self._tell(
                    "ranks",
                    f"there are {ranks} ranks and no gather=: the samples are this rank's "
                    "own; pass a function that returns a list with the object of each rank, or "
                    "gather=lambda mine: [mine] if this one evaluates all",
                )
            return [top.best_first() for top in tops]
        return gather_tops(tops, self._gather, self._ready)

    def _ready(self, name: str, sample: _Sample) -> _Sample | None:
        """Return a sample with its image in memory; None if it is left out."""
        try:
            return sample.with_image()
        except Exception as error:
            if not self._is_left_out(name, error):
                raise
            return None

    def _is_left_out(self, name: Hashable, error: BaseException) -> bool:
        if self._on_error is None or not isinstance(error, Exception):
            return False
        self._on_error(name, error)
        return True

    def _record(self, key: str, name: str, sample: _Sample, step: int) -> None:
        self._visualizer.add_annotations(
            key,
            sample.image,  # type: ignore[arg-type]  # in memory by now
            sample.truth,
            sample.prediction,
            step,
            classes=self._classes,
            caption=name,
            score=sample.score,
            layout=self._layout if self._draw is None else self._draw,
        )

    def _tell_of_missing(self, *offered: Mapping[str, object]) -> None:
        if self._positions is None or not any(offered):
            return
        missing = [name for name in self._positions if name not in offered[0]]
        if missing:
            self._tell(
                "missing",
                f"{len(missing)} of {len(self._positions)} fixed samples were not offered, as "
                f"{missing[0]!r}; fixed= takes the ids that offer() gets",
            )

    def _tell_of_error(self, name: Hashable, error: Exception) -> None:
        self._tell(
            "error",
            f"the sample {name!r} is left out, and so are, untold, others that cannot be read: "
            f"{type(error).__name__}: {error}",
        )

    def _tell(self, what: str, message: str) -> None:
        if what not in self._told:
            self._told.add(what)
            warn_user(message, VizWarning)


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def _as_id(value: Any) -> str:
    """Return an id as it is written in names; of a tensor, what it holds."""
    if type(value) is not str:
        value = str(value.item() if hasattr(value, "item") else value)
    return as_name(value)


def _with_score(result: Any) -> tuple[Any, Any]:
    """Return a prediction and its score, None if there is none."""
    if type(result) is tuple and len(result) == 2:  # a panoptic map and its segments are one, too
        prediction, score = result
        if hasattr(score, "__float__") and not getattr(score, "ndim", 0):
            return prediction, score
    return result, None
