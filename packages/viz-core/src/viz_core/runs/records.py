"""The records of one name, and which of them stands at a step."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["ByStep", "Columns", "Named", "Record", "Series", "Source", "by_name"]

T = TypeVar("T")


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


_COLUMNS = ("name", "step", "value", "time", "session", "rank")


class Columns:
    """The scalars of one name, as they are read: 40 bytes each, where a tuple takes 200."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.values, self.times = array("d"), array("d")
        self.sessions, self.ranks = array("q"), array("q")

    def series(self) -> Series:
        """Return them as arrays."""
        try:
            steps = np.array(self.steps, np.int64)
        except OverflowError:
            steps = np.array(self.steps, object)
        times = np.array(self.times, np.float64)
        return Series(
            steps,
            np.array(self.values, np.float64),
            None if np.isnan(times).all() else times,
            np.array(self.sessions, np.int64),
            np.array(self.ranks, np.int64),
        )


def as_dataframe(scalars: Mapping[str, Series]) -> Any:
    """Return scalars by name as a DataFrame of pandas, a row each."""
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "to_pandas() needs pandas, which is not installed; pip install pandas, or use "
            "run.scalars, whose values are numpy arrays",
            name="pandas",
        ) from error
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for name, (steps, values, times, sessions, ranks) in scalars.items():
        when = np.full(len(steps), np.nan) if times is None else times
        parts = ([name] * len(steps), steps, values, when, sessions, ranks)
        for column, part in zip(_COLUMNS, parts, strict=True):
            columns[column].extend(part)
    return pandas.DataFrame(columns, columns=[*_COLUMNS])


class Source:
    """Where the files of a run come from: they are there."""

    def refresh(self) -> None:
        """Look for what was recorded since."""

    def fetch(self, path: Path) -> Path:
        """Return where the content of a file of the run is."""
        return path


@dataclass(frozen=True)
class Record(Generic[T]):
    """One record, which `read()` returns.

    Attributes:
        step: Its step.
        rank: Of the process that recorded it.
        session: The number of the run that recorded it, among those of its rank.
        read: Reads and decodes it, each time.
        place: The file that it is, in the folder of the run; None if it is a line of one. Of a run
            in a store it has the size of that, and no content.
        source: Where that comes from.
    """

    step: int
    rank: int
    session: int
    read: Callable[[], T] = field(repr=False)
    place: Path | None = None
    source: Source = field(default=Source(), repr=False)

    @property
    def path(self) -> Path | None:
        """The file that it is, which is fetched if need be; None if it is a line of one."""
        return None if self.place is None else self.source.fetch(self.place)


class ByStep(Mapping[int, T], Generic[T]):
    """What was recorded under one name, by step, in their order; read when it is asked for.

    Where several ranks recorded at a step, that of the lowest stands, and of its records the last.

    Attributes:
        records: All of them, by step and rank, then as they were recorded.
    """

    def __init__(self, records: Iterable[Record[T]]) -> None:
        self.records = tuple(sorted(records, key=lambda record: (record.step, record.rank)))
        self._standing: dict[int, Record[T]] = {}
        for record in self.records:
            if self._standing.setdefault(record.step, record).rank == record.rank:
                self._standing[record.step] = record

    def __getitem__(self, step: int) -> T:
        """Return what was recorded at a step."""
        return self._standing[step].read()

    def __iter__(self) -> Iterator[int]:
        """Return an iterator over the steps."""
        return iter(self._standing)

    def __len__(self) -> int:
        """Return how many steps there are."""
        return len(self._standing)

    def __repr__(self) -> str:
        """Name the steps; reads nothing."""
        return f"<{len(self)} steps: {', '.join(map(str, [*self][:8]))}{', ...' if len(self) > 8 else ''}>"


Named: TypeAlias = "dict[str, ByStep[T]]"


def by_name(records: Iterable[tuple[str, Record[T]]]) -> Named[T]:
    """Return records by their names, each with its own, in the order of the first."""
    found: dict[str, list[Record[T]]] = {}
    for name, record in records:
        found.setdefault(name, []).append(record)
    return {name: ByStep(each) for name, each in found.items()}
