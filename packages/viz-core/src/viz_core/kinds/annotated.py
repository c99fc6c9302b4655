"""An image with what is annotated on it, converted to be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.keeping import keep_annotations
from viz_core.annotations.names import Names, as_names, class_name
from viz_core.annotations.palette import class_colors
from viz_core.annotations.style import LAYOUTS, AnnotationStyle, StyleLike, as_style
from viz_core.annotations.vectors import as_vectors
from viz_core.convert import as_array, as_scalar
from viz_core.files.scalars import as_json
from viz_core.images import as_image
from viz_core.kinds.documents import as_text
from viz_core.typing import ArrayLike, Image, ScalarLike

__all__ = ["Annotated", "Layout", "Skeleton", "as_annotated"]

Layout: TypeAlias = "str | Callable[[Image, Annotations, Annotations], ArrayLike]"
"""One of `LAYOUTS`, or what draws an image with both sides itself."""

Skeleton: TypeAlias = "ArrayLike | Sequence[Sequence[int]]"
"""The pairs of keypoints that are joined, counted from 0."""

#: Bytes of an annotated object, as measured.
_OBJECT = 300


class Annotated(NamedTuple):
    """An image with what is annotated on it.

    Attributes:
        image: RGB or RGBA, as `add_image` of a backend gets it.
        truth: Of the data set, which shares no memory; None was not given.
        prediction: Of a model, as `truth`.
        classes: Names of the classes, in a list or by label; None if they are not known.
        skeleton: The pairs of keypoints that are joined, from 0.
        caption: What is said of the image.
        score: How bad the prediction is, which may be NaN.
        layout: How a drawing shows both, for who keeps drawings.
        style: How a drawing looks.
    """

    image: Image
    truth: Annotations | None
    prediction: Annotations | None
    classes: Names | None
    skeleton: list[tuple[int, int]] | None
    caption: str | None
    score: float | None
    layout: Layout
    style: AnnotationStyle

    @property
    def title(self) -> str:
        """What is written above a drawing: the caption and the score, as far as there are."""
        parts = [] if self.caption is None else [self.caption]
        return ", ".join([*parts, *([] if self.score is None else [f"score {self.score:.4g}"])])

    def class_name(self, label: int) -> str:
        """Return the name of a class, `class 7` of one that has none."""
        return class_name(label, self.classes)

    @property
    def sides(self) -> tuple[Annotations, Annotations]:
        """Truth and prediction; of what was not given, no object."""
        nothing = Annotations(labels=np.zeros(0, np.int64))
        truth, prediction = self.truth, self.prediction
        return nothing if truth is None else truth, nothing if prediction is None else prediction

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        maps = [each for side in self.sides for each in (side.semantic, side.panoptic) if each]
        objects = sum(len(side) for side in self.sides)
        return self.image.nbytes + _OBJECT * objects + sum(each.ids.nbytes for each in maps)

    def numbers(self, name: str, step: int, base: str) -> dict[str, Any]:
        """Return what a line of `annotations.jsonl` has.

        Args:
            name: Of the record.
            step: Of the record.
            base: The file of the image.
        """
        height, width = self.image.shape[:2]
        line: dict[str, Any] = {"name": name, "step": step, "image": base}
        line |= {"width": width, "height": height}
        if self.caption is not None:
            line["caption"] = self.caption
        if self.score is not None:
            line["score"] = as_json(self.score)
        vectors = {
            "truth": None if self.truth is None else as_vectors(self.truth, self.classes),
            "prediction": None
            if self.prediction is None
            else as_vectors(self.prediction, self.classes),
        }
        labels = sorted({label for side in vectors.values() for label in _labels(side or {})})
        if self.classes is not None:
            names = {i: class_name(i, self.classes) for i in labels}
            line["classes"] = {str(i): name for i, name in names.items() if name != f"class {i}"}
        if self.style.palette is not None:
            with suppress(TypeError, ValueError):  # who draws with it says what is wrong
                inks = class_colors(self.style.palette, labels)
                line["palette"] = {str(i): ink for i, ink in zip(labels, inks, strict=True)}
        if self.skeleton and any("keypoints" in (side or {}) for side in vectors.values()):
            line["skeleton"] = self.skeleton
        return line | vectors


def _labels(vectors: Mapping[str, Any]) -> list[int]:
    """Return the labels of objects and segments."""
    maps = [vectors[key] for key in ("semantic", "panoptic") if key in vectors]
    return [label for part in (vectors, *maps) for label in part.get("labels", [])]


def as_annotated(
    image: ArrayLike,
    truth: object,
    prediction: object,
    classes: Any,
    skeleton: Any,
    caption: str | None,
    score: ScalarLike | None,
    layout: Any,
    style: StyleLike | None,
    meta: Mapping[str, Any] | None = None,
) -> Annotated:
    """Return an image and copies of its annotations, checked.

    Arguments are those of `add_annotations`; `meta` is what the dataset says of itself, for what is
    None of these.

    Raises:
        TypeError, ValueError: If something is of another kind.
    """
    if not callable(layout) and layout not in LAYOUTS:
        raise ValueError(
            f"layout must be one of {', '.join(map(repr, LAYOUTS))}, or a function that draws, got "
            f"{layout!r}"
        )
    meta = meta or {}
    classes = meta.get("classes") if classes is None else classes
    skeleton = meta.get("skeleton_links") if skeleton is None else skeleton
    pixels = as_image(image)
    height, width = pixels.shape[:2]
    return Annotated(
        pixels,
        None if truth is None else keep_annotations(truth, height, width),
        None if prediction is None else keep_annotations(prediction, height, width),
        as_names(classes),
        None if skeleton is None else _as_pairs(skeleton),
        None if caption is None else as_text(caption, "caption"),
        None if score is None else as_scalar(score, "score"),
        layout,
        as_style({"palette": meta.get("palette")} if style is None else style),
    )


def _as_pairs(skeleton: Any) -> list[tuple[int, int]]:
    pairs = as_array(np.asarray(skeleton), "skeleton")
    if not pairs.size:
        return []
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise ValueError(
            "skeleton must be pairs of indices of keypoints, from 0, shape (L, 2), got "
            f"{pairs.dtype} of shape {pairs.shape}"
        )
    return [(first, second) for first, second in pairs.tolist()]
