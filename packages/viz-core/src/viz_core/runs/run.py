"""Everything that a local run recorded, read back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from viz_core.files.paths import record_name
from viz_core.kinds.evaluation import ConfusionMatrix, Hparams, PRCurve
from viz_core.kinds.histograms import Histogram
from viz_core.kinds.tables import Table
from viz_core.runs.folders import find_run, new_files, rank_folders
from viz_core.runs.journal import Journal, Session, Skipped
from viz_core.runs.readers import (
    curve_of,
    histogram_of,
    hparam_of,
    matrix_of,
    read_image,
    read_table,
    read_text,
)
from viz_core.typing import Image

__all__ = ["ByStep", "Run", "Series", "read_run"]

T = TypeVar("T")

#: What stands between a name and its step: the last `_`, then the step and the ending.
_STEPPED = re.compile(r"_(-?\d+)(\.[^./]+)")

_IMAGES = (".png", ".jpg", ".webp")

#: The folders of the kinds of which each record is a file.
_FOLDERS = ("vis_image", "figures", "text", "html", "tables", "videos", "files")


class Series(NamedTuple):
    """The scalars of one name, in the order in which they were recorded.

    All have shape (N,).

    Attributes:
        steps: int64, or objects where a step is larger.
        values: float64.
        times: float64, seconds since 1970, known to one second, NaN where unknown; None if all are.
        sessions: int64, the number of the run that recorded each.
        ranks: int64.
    """

    steps: npt.NDArray[Any]
    values: npt.NDArray[np.float64]
    times: npt.NDArray[np.float64] | None
    sessions: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.int64]


class ByStep(Mapping[int, T], Generic[T]):
    """What was recorded under one name, by step, in their order; read when it is asked for."""

    def __init__(self, makers: Mapping[int, Callable[[], T]]) -> None:
        self._makers = {step: makers[step] for step in sorted(makers)}

    def __getitem__(self, step: int) -> T:
        """Return what was recorded at a step."""
        return self._makers[step]()

    def __iter__(self) -> Iterator[int]:
        """Return an iterator over the steps."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many steps there are."""
        return len(self._makers)

    def __repr__(self) -> str:
        """Name the steps; reads nothing."""
        return f"<{len(self)} steps: {', '.join(map(str, [*self][:8]))}{', ...' if len(self) > 8 else ''}>"


Named: TypeAlias = "dict[str, ByStep[T]]"


def read_run(path: str | os.PathLike[str]) -> Run:
    """Return what a run has recorded to local files.

    Args:
        path: A `save_dir`, its `vis_data`, or a work dir of MMEngine's, of which the newest run is
            read. Folders of ranks are read with it.

    Raises:
        FileNotFoundError: If there is no run.
        TypeError, ValueError: If `path` is no path of this machine.
    """
    return Run(find_run(path))


class Run:
    """What a run has recorded, each by name and then by step; read and decoded when it is touched.

    It is as the files were when it was made; what was recorded later is in another, as of `since`.

    Args:
        folder: As `find_run` returns it.
        cursor: Only what was recorded after that of another.

    Attributes:
        folder: Where the records are.
        cursor: What `since` takes; of values that JSON has.
    """

    def __init__(self, folder: Path, cursor: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self._skipped = Skipped()
        self._journals = {
            rank: Journal(path, (cursor or {}).get("lines", {}), folder, self._skipped)
            for rank, path in rank_folders(folder)
        }
        folders = [each.folder / kind for each in self._journals.values() for kind in _FOLDERS]
        self._paths, seen = new_files(folder, folders, (cursor or {}).get("files"))
        self.cursor: dict[str, Any] = {
            "lines": {k: v for each in self._journals.values() for k, v in each.ends.items()},
            "files": seen,
        }

    def __repr__(self) -> str:
        """Name the run and its folder; reads nothing."""
        return f"<Run {self.name!r} in {str(self.folder)!r}>"

    @property
    def name(self) -> str:
        """What its folder is called: that of `vis_data`'s parent."""
        folder = self.folder.parent if self.folder.name == "vis_data" else self.folder
        return folder.name

    @property
    def skipped(self) -> int:
        """How many lines were no records, as one that a crash has torn, of what was read so far."""
        return len(self._skipped)

    def since(self, cursor: Mapping[str, Any] | None) -> Run:
        """Return what was recorded after `run.cursor` was read, as a run of its own.

        Sessions, hyperparameters and failures are always all there.
        """
        return Run(self.folder, cursor)

    @cached_property
    def sessions(self) -> list[Session]:
        """The runs that recorded here, the first first."""
        return [session for each in self._journals.values() for session in each.sessions()]

    @cached_property
    def failures(self) -> dict[str, dict[str, int]]:
        """How many records of which kind were not recorded, by backend, as told at closing."""
        counts: dict[str, dict[str, int]] = {}
        for journal in self._journals.values():
            for lost in journal.lost():
                for backend, kinds in lost.items():
                    of = counts.setdefault(backend, {})
                    for kind, count in kinds.items():
                        of[kind] = of.get(kind, 0) + count
        return counts

    @cached_property
    def scalars(self) -> dict[str, Series]:
        """The scalars by name."""
        points: dict[str, list[tuple[Any, ...]]] = {}
        for rank, journal in self._journals.items():
            for point in journal.scalars():
                points.setdefault(point.name, []).append((*point[1:], rank))
        return {name: _series(found) for name, found in points.items()}

    @cached_property
    def images(self) -> Named[Image]:
        """Images as `add_image` takes them; each of a batch is `<name>/<number>`."""
        return self._stepped("vis_image", read_image)

    @cached_property
    def figures(self) -> Named[Image]:
        """What figures looked like."""
        return self._stepped("figures", read_image)

    @cached_property
    def texts(self) -> Named[str]:
        """Texts, of Markdown."""
        return self._stepped("text", read_text)

    @cached_property
    def html(self) -> Named[str]:
        """Pages; whoever shows one decides what it may do."""
        return self._stepped("html", read_text)

    @cached_property
    def tables(self) -> Named[Table]:
        """Tables; a column is of numbers or of bools again if all its cells are."""
        return self._stepped("tables", read_table)

    @cached_property
    def videos(self) -> Named[Path]:
        """The files of videos, which [`as_video`][viz_core.as_video] takes."""
        return self._stepped("videos", lambda path: path)

    @cached_property
    def histograms(self) -> Named[Histogram]:
        """Histograms; of one name and step the last."""
        return self._lines("histograms", histogram_of, edges=list, counts=list)

    @cached_property
    def pr_curves(self) -> Named[PRCurve]:
        """Curves of precision and recall."""
        return self._lines("pr_curves", curve_of, **dict.fromkeys(PRCurve._fields, list))

    @cached_property
    def confusion_matrices(self) -> Named[ConfusionMatrix]:
        """Confusion matrices."""
        return self._lines("confusion_matrices", matrix_of, matrix=list, classes=list)

    @cached_property
    def files(self) -> dict[str, Path]:
        """Files by name: the copy, or where a file lay that was too large for one."""
        found: dict[str, Path] = {}
        for journal in self._journals.values():
            lines = journal.lines("files", name=str, link=str)
            found |= {line["name"]: Path(line["link"]) for line in lines}
        for folder, path, names in self._below("files"):
            relative = path.relative_to(folder).as_posix()
            found[names.get(relative) or record_name(PurePosixPath(relative), "")] = path
        return found

    @cached_property
    def hparams(self) -> Hparams | None:
        """Hyperparameters and final metrics of the newest run that has any."""
        for journal in self._journals.values():
            if (parts := journal.hparams()) is not None:
                given = {key: hparam_of(value) for key, value in parts["hparams"].items()}
                return Hparams(given, parts["metrics"])
        return None

    def to_pandas(self) -> Any:
        """Return the scalars as a DataFrame: name, step, value, time, session, rank.

        Raises:
            ModuleNotFoundError: If pandas is not installed.
        """
        try:
            import pandas
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "to_pandas() needs pandas, which is not installed; pip install pandas, or use "
                "run.scalars, whose values are numpy arrays",
                name="pandas",
            ) from error
        columns: dict[str, list[Any]] = {}
        for name, series in self.scalars.items():
            count = len(series.steps)
            times = np.full(count, np.nan) if series.times is None else series.times
            parts = (
                [name] * count,
                series.steps,
                series.values,
                times,
                series.sessions,
                series.ranks,
            )
            for key, part in zip(_COLUMNS, parts, strict=True):
                columns.setdefault(key, []).extend(part)
        return pandas.DataFrame(columns, columns=[*_COLUMNS])

    def _below(self, kind: str) -> Iterator[tuple[Path, Path, dict[str, str]]]:
        """Yield each file of a kind's folder, with that folder and the names that were too long."""
        for journal in self._journals.values():
            folder = journal.folder / kind
            names = journal.long_names(folder)
            for path in self._paths:
                if path.is_relative_to(folder):
                    yield folder, path, names

    def _stepped(self, kind: str, read: Callable[[Path], T]) -> Named[T]:
        makers: dict[str, dict[int, Callable[[], T]]] = {}
        for folder, path, names in self._below(kind):
            relative = path.relative_to(folder).as_posix()
            match = next(iter(_STEPPED.finditer(relative, relative.rfind("_"))), None)
            if match is None or match.end() != len(relative):
                continue  # somebody else's
            name = names.get(relative) or record_name(PurePosixPath(relative), match[0])
            makers.setdefault(name, {})[int(match[1])] = lambda path=path: read(path)  # type: ignore[misc]
        return {name: ByStep(makers[name]) for name in makers}

    def _lines(self, stem: str, convert: Callable[[dict[str, Any]], T], **types: type) -> Named[T]:
        makers: dict[str, dict[int, Callable[[], T]]] = {}
        for journal in self._journals.values():
            for line in journal.lines(stem, name=str, step=int, **types):
                made = makers.setdefault(line["name"], {})
                made[line["step"]] = lambda line=line: convert(line)  # type: ignore[misc]
        return {name: ByStep(makers[name]) for name in makers}


_COLUMNS = ("name", "step", "value", "time", "session", "rank")


def _series(points: list[tuple[Any, ...]]) -> Series:
    steps, values, times, sessions, ranks = zip(*points, strict=True)
    try:
        whole = np.array(steps, np.int64)
    except OverflowError:
        whole = np.array(steps, object)
    when = np.array(times, np.float64)
    return Series(
        whole,
        np.array(values, np.float64),
        None if np.isnan(when).all() else when,
        np.array(sessions, np.int64),
        np.array(ranks, np.int64),
    )
