"""Records as text: tables as CSV and as Markdown, numbers as lines of JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from viz_core.kinds.evaluation import PRCurve
from viz_core.kinds.tables import Cell

if TYPE_CHECKING:
    from viz_core.kinds.histograms import Histogram

__all__ = [
    "as_csv",
    "as_json_line",
    "as_markdown",
    "confusion_matrix_numbers",
    "histogram_numbers",
    "pr_curve_numbers",
]

#: Rows of a table that Markdown shows.
_ROWS = 100


def histogram_numbers(name: str, histogram: Histogram, step: int) -> dict[str, Any]:
    """Return what a line of `histograms.jsonl` has."""
    line = {"name": name, "step": step, "edges": histogram.edges, "counts": histogram.counts}
    return {**line, "missing": histogram.missing} if histogram.missing else line


def pr_curve_numbers(name: str, curve: PRCurve, step: int) -> dict[str, Any]:
    """Return what a line of `pr_curves.jsonl` has."""
    return {"name": name, "step": step, **curve._asdict()}


def confusion_matrix_numbers(
    name: str, matrix: npt.NDArray[np.float64], classes: Sequence[str], step: int
) -> dict[str, Any]:
    """Return what a line of `confusion_matrices.jsonl` has."""
    return {"name": name, "step": step, "classes": [*classes], "matrix": matrix}


def as_json_line(values: Mapping[str, Any], *, compact: bool = False) -> str:
    """Return values and arrays as a line of strict JSON; `compact` is without spaces."""
    separators = (",", ":") if compact else None
    return f"{json.dumps(values, allow_nan=False, default=_as_list, separators=separators)}\n"


def _as_list(array: npt.NDArray[np.float64]) -> list[Any]:
    """Return an array as lists, of ints where it holds only such, which are shorter."""
    is_whole = (array % 1 == 0).all() and (abs(array) < 2**53).all()
    numbers: list[Any] = (array.astype(np.int64) if is_whole else array).tolist()
    return numbers


def as_markdown(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table as Markdown: 100 rows at most, and how many there are besides."""
    lines = [_line(columns), _line(["---"] * len(columns)), *map(_line, rows[:_ROWS])]
    if len(rows) > _ROWS:
        lines += ["", f"and {len(rows) - _ROWS} more rows of {len(rows)}"]
    return "\n".join(lines)


def _line(cells: Sequence[Cell]) -> str:
    texts = ("" if cell is None else str(cell) for cell in cells)
    escaped = (text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)
    return f"| {' | '.join(' '.join(text.split()) for text in escaped)} |"


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table as RFC 4180 has it: None is empty, and lines end in CR LF.

    NUL is U+FFFD: many readers, as Python 3.10's, refuse a whole file that has it.

    Args:
        columns: Their names.
        rows: A cell for each column in each.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for cells in (columns, *rows):
        writer.writerow([c.replace("\0", "\ufffd") if isinstance(c, str) else c for c in cells])
    return text.getvalue()
