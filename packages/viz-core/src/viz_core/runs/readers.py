"""What a file or a line of a run says, as what was recorded."""

from __future__ import annotations

import csv
import io
import threading
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.files.scalars import number_of
from viz_core.kinds.evaluation import ConfusionMatrix, PRCurve
from viz_core.kinds.histograms import Histogram
from viz_core.kinds.tables import Cell, Table
from viz_core.typing import Image

__all__ = [
    "curve_of",
    "histogram_of",
    "hparam_of",
    "matrix_of",
    "read_image",
    "read_table",
    "read_text",
]

#: Held while the length of a cell that may be read, which is one for all threads, is another.
_limit_lock = threading.Lock()


def read_image(path: Path) -> Image:
    """Return an image file as `add_image` takes it."""
    from PIL import Image as Pillow

    with Pillow.open(path) as image:
        pixels: Image = np.asarray(image if image.mode in ("RGB", "RGBA") else image.convert("RGB"))
    return pixels


def read_text(path: Path) -> str:
    """Return a file of UTF-8."""
    return path.read_bytes().decode()


def read_table(path: Path) -> Table:
    """Return a table; a column is of numbers or of bools again if all its cells are.

    Raises:
        ValueError: If there is no line, not even that of the columns.
    """
    text = read_text(path)
    if not text:
        raise ValueError(f"{str(path)!r} is empty, and no table")
    with _limit_lock:
        before = csv.field_size_limit(max(len(text), csv.field_size_limit()))
        try:
            columns, *rows = csv.reader(io.StringIO(text, newline=""))
        finally:
            csv.field_size_limit(before)
    cells = [_as_cells(column) for column in zip(*rows, strict=True)]
    return Table(tuple(columns), [*zip(*cells, strict=True)])


def _as_cells(texts: tuple[str, ...]) -> list[Cell]:
    """Return the cells of a column, as numbers or bools if all are written as Python writes these.

    An id as `007` or `1_000` is a text.
    """
    for convert in (int, _number, {"True": True, "False": False}.__getitem__):
        try:
            cells: list[Cell] = [convert(text) if text else None for text in texts]
        except (ValueError, KeyError):
            continue
        if all(text == str(cell) for text, cell in zip(texts, cells, strict=True) if text):
            return cells
    return [text or None for text in texts]


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def histogram_of(line: dict[str, Any]) -> Histogram:
    """Return the histogram of a line."""
    edges, counts = (np.array(line[key], np.float64) for key in ("edges", "counts"))
    return Histogram(edges, counts, line.get("missing", 0))


def curve_of(line: dict[str, Any]) -> PRCurve:
    """Return the curve of precision and recall of a line."""
    return PRCurve(*(np.array(line[key], np.float64) for key in PRCurve._fields))


def matrix_of(line: dict[str, Any]) -> ConfusionMatrix:
    """Return the confusion matrix of a line."""
    return ConfusionMatrix(np.array(line["matrix"], np.float64), tuple(line["classes"]))


def hparam_of(value: Any) -> Any:
    """Return a hyperparameter that was read from JSON."""
    return number_of(value) if value in ("NaN", "Infinity", "-Infinity") else value
