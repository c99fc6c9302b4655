"""The records of a local run that are neither images, scalars nor a config."""

# ruff: noqa: ARG002  # a backend takes what callers may pass, also where it means nothing here

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from viz_core.backends.base import BaseVisBackend
from viz_core.files.encoding import ImageEncoder
from viz_core.files.scalars import as_json
from viz_core.kinds.plain_text import (
    as_csv,
    as_json_line,
    confusion_matrix_numbers,
    histogram_numbers,
    pr_curve_numbers,
)
from viz_core.typing import Image, Scalar

if TYPE_CHECKING:
    from viz_core.kinds.annotated import Annotated
    from viz_core.kinds.evaluation import Hparam, PRCurve
    from viz_core.kinds.figures import DrawnFigure
    from viz_core.kinds.histograms import Histogram
    from viz_core.kinds.tables import Cell
    from viz_core.kinds.videos import Video

__all__ = ["ANNOTATIONS", "BASE_QUALITY", "LocalKinds"]

#: A larger file is not copied: its path and its size are kept.
_LARGEST = 100_000_000

#: The folder of images that are annotated, and how good these JPEG are.
ANNOTATIONS, BASE_QUALITY = "annotations", 85


class LocalKinds(BaseVisBackend):
    """Keeps what `docs/local-format.md` says, in files that its subclass writes.

    A file of its own is written whole, at `<folder>/<name>_<step>.<ending>`; a line of JSON is
    appended to a file.
    """

    _encode: ImageEncoder
    _encode_base: ImageEncoder

    def _write(self, folder: str, name: str, ending: str, content: bytes | Path) -> None:
        """Write a file of the run, from bytes or as a copy of another file."""
        raise NotImplementedError

    def _append(self, file: str, line: bytes) -> None:
        """Append a line of JSON to a file of the run."""
        raise NotImplementedError

    def _replace(self, file: str, content: bytes) -> None:
        """Write a file of which there is one a run."""
        raise NotImplementedError

    def add_images(
        self, name: str, images: Sequence[Image], step: int = 0, **kwargs: object
    ) -> None:
        """Keep each as the image `<name>/<number>`, from 0."""
        for number, image in enumerate(images):
            self.add_image(name=f"{name}/{number}", image=image, step=step)

    def add_figure(
        self, name: str, figure: DrawnFigure, step: int = 0, *, svg: bool = False, **kwargs: object
    ) -> None:
        """Keep what the figure looks like in `figures`, in the format of images; SVG in `svg`."""
        data = self._encode(figure.image).data
        self._write("figures", name, f"_{step}.{self._encode.image_format}", data)
        if svg:
            self._write("svg", name, f"_{step}.svg", figure.svg)

    def add_histogram(
        self, name: str, histogram: Histogram, step: int = 0, **kwargs: object
    ) -> None:
        """Keep edges and counts as a line of `histograms.jsonl`."""
        self._line("histograms.jsonl", histogram_numbers(name, histogram, step))

    def add_text(self, name: str, text: str, step: int = 0, **kwargs: object) -> None:
        """Keep a text in `text`, as Markdown."""
        self._write("text", name, f"_{step}.md", text.encode())

    def add_table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Keep a table in `tables`, as CSV with the names of the columns first."""
        self._write("tables", name, f"_{step}.csv", as_csv(columns, rows).encode())

    def add_video(
        self, name: str, frames: Video, step: int = 0, fps: float = 4, **kwargs: object
    ) -> None:
        """Keep a video in `videos`, in the format that it has."""
        self._write("videos", name, f"_{step}.{frames.format}", frames.path)

    def add_html(self, name: str, html: str, step: int = 0, **kwargs: object) -> None:
        """Keep a page in `html`."""
        self._write("html", name, f"_{step}.html", html.encode())

    def add_file(self, path: Path, name: str, **kwargs: object) -> None:
        """Keep a copy of a file in `files`; of one over 100 MB, its path as a line of `files.jsonl`."""
        size = path.stat().st_size
        if size > _LARGEST:
            self._line("files.jsonl", {"name": name, "link": str(path), "size": size})
            return
        ending = PurePosixPath(name.rpartition("/")[2]).suffix
        self._write("files", name.removesuffix(ending), ending, path)

    def add_hparams(
        self, hparams: Mapping[str, Hparam], metrics: Mapping[str, Scalar], **kwargs: object
    ) -> None:
        """Keep hyperparameters and metrics as `summary.json`, of the newest run."""
        parts = {"hparams": hparams, "metrics": metrics}
        plain = {part: {k: as_json(v) for k, v in values.items()} for part, values in parts.items()}
        self._replace("summary.json", f"{json.dumps(plain, allow_nan=False)}\n".encode())

    def add_pr_curve(self, name: str, curve: PRCurve, step: int = 0, **kwargs: object) -> None:
        """Keep thresholds, counts, precision and recall as a line of `pr_curves.jsonl`."""
        self._line("pr_curves.jsonl", pr_curve_numbers(name, curve, step))

    def add_confusion_matrix(
        self,
        name: str,
        matrix: npt.NDArray[np.float64],
        classes: Sequence[str],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Keep a matrix and its classes as a line of `confusion_matrices.jsonl`."""
        line = confusion_matrix_numbers(name, matrix, classes, step)
        self._line("confusion_matrices.jsonl", line)

    def add_annotations(
        self, name: str, annotated: Annotated, step: int = 0, **kwargs: object
    ) -> None:
        """Keep the image once, as JPEG in `annotations`, and vectors as a line of `annotations.jsonl`."""
        image = annotated.image
        base = _hash(image)
        if not (self.directory / ANNOTATIONS / f"{base}.jpg").exists():
            self._write(ANNOTATIONS, base, ".jpg", self._encode_base(image).data)
        line = annotated.numbers(name, step, f"{base}.jpg")
        self._append("annotations.jsonl", as_json_line(line, compact=True).encode())

    def _line(self, file: str, values: Mapping[str, Any]) -> None:
        self._append(file, as_json_line(values).encode())


def _hash(image: Image) -> str:
    """Return what tells images apart: a hash of the pixels and the shape, in hexadecimal digits."""
    import hashlib  # brings OpenSSL, for which every import of viz-core would pay

    shape = repr(image.shape).encode()
    return hashlib.blake2b(image.data, digest_size=16, key=shape).hexdigest()
