"""An annotated image of a local run, read when it is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from viz_core.annotations.annotations import Annotations
from viz_core.annotations.palette import Ink
from viz_core.annotations.style import StyleLike, as_style
from viz_core.annotations.vectors import from_vectors
from viz_core.files.scalars import number_of
from viz_core.kinds.annotated import Layout, as_annotated
from viz_core.kinds.fallbacks import draw_annotated
from viz_core.runs.readers import read_image
from viz_core.runs.records import Source
from viz_core.typing import Image

__all__ = ["AnnotatedImage"]


@dataclass(frozen=True)
class AnnotatedImage:
    """An image and what is annotated on it, as a local run has it.

    Attributes:
        folder: Of the run, or of one of its ranks.
        line: What `docs/local-format.md` says, of values that JSON has.
        source: Where the file of the image comes from.
    """

    folder: Path
    line: Mapping[str, Any]
    source: Source = field(default=Source(), repr=False)

    @property
    def place(self) -> Path:
        """The file of the image, in the folder of the run; others of the run may share it."""
        return self.folder / "annotations" / PurePosixPath(self.line["image"]).name

    @property
    def path(self) -> Path:
        """The file of the image, which is fetched if need be."""
        return self.source.fetch(self.place)

    @cached_property
    def image(self) -> Image:
        """The image, smaller than `size` where the run was told a `max_side`."""
        return read_image(self.path)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height that coordinates and masks are in."""
        return self.line["width"], self.line["height"]

    @cached_property
    def truth(self) -> Annotations | None:
        """What the data set says; None was not recorded."""
        return self._side("truth")

    @cached_property
    def prediction(self) -> Annotations | None:
        """What a model says; None was not recorded."""
        return self._side("prediction")

    def draw(self, layout: Layout = "side_by_side", style: StyleLike = "legible") -> Image:
        """Return a drawing: uint8, shape (H, W, 3), with caption and score above it.

        Args:
            layout: As of [`Samples`][viz_core.Samples].
            style: A look, arguments of [`AnnotationStyle`][viz_core.AnnotationStyle], or one. Unless
                it has a palette of its own, classes have the colors that were recorded.

        Raises:
            TypeError, ValueError: If one is none of these.
        """
        from PIL import Image as Pillow

        image = self.image
        if image.shape[1::-1] != self.size:
            image = np.asarray(Pillow.fromarray(image).resize(self.size))
        look = as_style(style)
        if look.palette is None and self.palette:
            look = replace(look, palette=self.palette)
        annotated = as_annotated(
            image,
            self.truth,
            self.prediction,
            self.classes,
            self.skeleton,
            self.caption,
            self.score,
            layout,
            look,
        )
        return draw_annotated(annotated)

    def _side(self, key: str) -> Annotations | None:
        vectors = self.line.get(key)
        if vectors is None:
            return None
        width, height = self.size
        try:
            return from_vectors(vectors, height, width)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ValueError(
                f"the {key} of {self.line['name']!r} in {str(self.folder)!r} is not as a local run "
                f"writes it, {type(error).__name__}: {error}; look at that line of annotations.jsonl"
            ) from error

    @property
    def classes(self) -> dict[int, str]:
        """Names of the classes that occur, by label, as far as they were known."""
        return {int(label): name for label, name in self.line.get("classes", {}).items()}

    @property
    def palette(self) -> dict[int, Ink]:
        """Colors of the classes that occur, by label, if they were recorded: 0..255."""
        return {int(label): tuple(ink) for label, ink in self.line.get("palette", {}).items()}

    @property
    def skeleton(self) -> list[tuple[int, int]]:
        """The pairs of keypoints that are joined, from 0."""
        return [(first, second) for first, second in self.line.get("skeleton", [])]

    @property
    def caption(self) -> str | None:
        """What was said of the image."""
        return self.line.get("caption")

    @property
    def score(self) -> float | None:
        """How bad the prediction is, if that was recorded; may be NaN."""
        score = self.line.get("score")
        return None if score is None else float(number_of(score))
