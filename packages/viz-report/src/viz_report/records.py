"""What a run has recorded step by step, as the page shows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from viz_core import AnnotatedImage, ByStep, ConfusionMatrix, Histogram, PRCurve, Record, Run, Table
from viz_report.plain import numbers, plain, shortened

__all__ = ["ENTRY_ERRORS", "TYPES", "Entry", "Medium", "entries", "is_inside"]

#: What a browser calls images and videos that it shows.
_MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}

#: The same of all files that it shows; what these say it could run.
TYPES = {**_MEDIA, ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml"}

#: The kinds of which the page shows a file.
_WITH_MEDIUM = ("annotations", "images", "figures", "videos")

#: How a line of annotations calls those that are an id a pixel.
_MAPS = ("semantic", "panoptic")

#: Rows of a table that are shown, and characters of texts and pages.
_ROWS, _TEXT, _HTML = 1000, 100_000, 2_000_000


@dataclass(frozen=True)
class Medium:
    """The file of an image or a video; equal to another of the same place.

    Attributes:
        place: In the folder of the run. Of a run in a store it has the size of that, and no content.
        fetch: Returns where the content is, which may take long; raises OSError.
    """

    place: Path
    fetch: Callable[[], Path] = field(compare=False)

    @property
    def type(self) -> str | None:
        """What a browser calls it; None if it shows no such file."""
        return TYPES.get(self.place.suffix.lower())

    @property
    def size(self) -> int:
        """Its bytes, 0 if it is gone."""
        try:
            return self.place.stat().st_size
        except OSError:
            return 0


@dataclass(frozen=True)
class Entry:
    """One record.

    Attributes:
        kind: As the page's data calls it: `images`.
        name: What it was recorded as.
        step: Its step.
        rank: Of the process that recorded it.
        session: The number of the run that recorded it.
        make: Returns what the page's data has of it, but its step and its medium.
        file: Its file, if it is one or has one.
    """

    kind: str
    name: str
    step: int
    rank: int
    session: int
    make: Callable[[], dict[str, Any]]
    file: Medium | None = None

    @property
    def medium(self) -> Medium | None:
        """Its file, if the page shows that: an image or a video."""
        return self.file if self.kind in _WITH_MEDIUM else None

    def read(self) -> dict[str, Any]:
        """Return what `make` does, with the step.

        Raises:
            Any of `ENTRY_ERRORS`, if what was recorded is torn or somebody else's.
        """
        return {"step": self.step, **self.make()}


#: What reading a record that is torn or somebody else's raises.
ENTRY_ERRORS = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def entries(run: Run) -> Iterator[Entry]:
    """Yield every record of a run that is shown step by step; none is decoded yet.

    A file is passed over to which a link leads out of the run, and one that no browser shows.
    """
    folder = os.path.realpath(run.folder)
    for kind, convert in _KINDS.items():
        named: Mapping[str, ByStep[Any]] = getattr(run, kind)
        for name, by_step in named.items():
            for record in by_step.records:
                # The file is not read, and not even fetched from a store, before it is chosen.
                filed = record.read() if kind == "annotations" else record
                place: Path | None = filed.place
                if place is not None and not is_inside(place, folder):
                    continue
                file = None if place is None else Medium(place, partial(getattr, filed, "path"))
                if kind in _WITH_MEDIUM and (
                    file is None or file.place.suffix.lower() not in _MEDIA
                ):
                    continue
                make = partial(convert, record)
                where = (record.step, record.rank, record.session)
                yield Entry(kind, name, *where, make, file)


def is_inside(path: Path, folder: str) -> bool:
    """Return whether a file lies in a folder without links in its path, wherever links lead."""
    return os.path.realpath(path).startswith(folder + os.sep)


def _nothing(_: Record[Any]) -> dict[str, Any]:
    return {}


def _video(record: Record[Path]) -> dict[str, Any]:
    return {"type": _MEDIA[record.read().suffix.lower()]}


def _table(record: Record[Table]) -> dict[str, Any]:
    table = record.read()
    rows = [[plain(cell) for cell in row] for row in table.rows[:_ROWS]]
    return {"columns": [*table.columns], "rows": rows, "of": len(table.rows)}


def _histogram(record: Record[Histogram]) -> dict[str, Any]:
    histogram = record.read()
    return {"edges": numbers(histogram.edges), "counts": numbers(histogram.counts)}


def _pr_curve(record: Record[PRCurve]) -> dict[str, Any]:
    curve = record.read()
    names = ("precision", "recall", "thresholds")
    return {name: numbers(getattr(curve, name)) for name in names}


def _matrix(record: Record[ConfusionMatrix]) -> dict[str, Any]:
    found = record.read()
    rows = [numbers(row) for row in found.matrix]
    return {"classes": [str(name) for name in found.classes], "matrix": rows}


def _text(record: Record[str]) -> dict[str, Any]:
    return {"text": shortened(record.read(), _TEXT)}


def _html(record: Record[str]) -> dict[str, Any]:
    return {"html": shortened(record.read(), _HTML)}


def _annotated(record: Record[AnnotatedImage]) -> dict[str, Any]:
    """Return the vectors of a line, each object with its name, each side with its skeleton."""
    annotated = record.read()
    line = annotated.line
    width, height = annotated.size
    found = {"width": width, "height": height, "caption": annotated.caption or ""}
    found["score"] = None if annotated.score is None else numbers([annotated.score])[0]
    names = annotated.classes
    found["colors"] = {
        names.get(label, f"class {label}"): "#" + bytes(ink[:3]).hex()
        for label, ink in annotated.palette.items()
    }
    for side in ("truth", "prediction"):
        vectors = line.get(side)
        found[side] = None if vectors is None else _side(vectors, annotated)
    return found


def _side(vectors: Mapping[str, Any], annotated: AnnotatedImage) -> dict[str, Any]:
    side = _named(vectors, annotated.classes)
    side |= {key: _named(side[key], annotated.classes) for key in _MAPS if key in side}
    if "keypoints" in side and annotated.skeleton:
        side["skeleton"] = annotated.skeleton
    return side


def _named(part: Mapping[str, Any], classes: Mapping[int, str]) -> dict[str, Any]:
    """Return the objects or segments of a part, with their names if these are known.

    Raises:
        ValueError: If it is no such part, but for what is in its lists.
    """
    lists = [value for key, value in part.items() if key not in _MAPS]
    labels = part.get("labels", [])
    if not all(isinstance(value, list) and len(value) == len(lists[0]) for value in lists):
        raise ValueError("its lists are of different lengths")
    if not all(isinstance(label, int) for label in labels):
        raise ValueError("a label is no integer")
    if not classes or "names" in part or "labels" not in part:
        return dict(part)
    return {**part, "names": [classes.get(label, f"class {label}") for label in labels]}


_KINDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "annotations": _annotated,
    "images": _nothing,
    "figures": _nothing,
    "videos": _video,
    "tables": _table,
    "histograms": _histogram,
    "pr_curves": _pr_curve,
    "confusion_matrices": _matrix,
    "texts": _text,
    "html": _html,
}
