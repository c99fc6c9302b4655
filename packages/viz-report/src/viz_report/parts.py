"""The runs that a page shows: those of a folder, each by itself, and those of each rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from viz_core import Run, Series
from viz_report.curves import BUCKETS, Curve, join, thin
from viz_report.records import Entry, entries

__all__ = ["Folder", "Part"]


@dataclass
class Part:
    """What one rank recorded in a run, and in those that resumed it.

    Attributes:
        id: Its own among all that a page shows.
        name: What it is called.
        rank: Of the processes.
        first: The lowest step of its scalars; None before there is any.
        sessions: The numbers of its runs.
        curves: Scalars by name.
        entries: All other records, by kind and name, then by step.
    """

    id: str
    name: str
    rank: int
    first: int | None = None
    sessions: set[int] = field(default_factory=set)
    curves: dict[str, Curve] = field(default_factory=dict)
    entries: dict[tuple[str, str], dict[int, Entry]] = field(default_factory=dict)

    def add_curve(self, name: str, curve: Curve) -> None:
        """Add points to a curve, which stays bounded."""
        before = self.curves.get(name)
        found = curve if before is None else join(before, curve)
        self.curves[name] = thin(found) if len(found.steps) > 6 * BUCKETS else found

    def add_entry(self, entry: Entry) -> None:
        """Add a record; of one name and step the last stands."""
        self.entries.setdefault((entry.kind, entry.name), {})[entry.step] = entry

    def emptied(self) -> Part:
        """Return the same part without its records."""
        return Part(self.id, self.name, self.rank, self.first, self.sessions)


class Folder:
    """The parts of a folder that is read, and read on.

    A run whose steps begin where those of the run before began, or earlier, is another part; one
    whose steps begin later resumed it.

    Args:
        id: Of its first part.
        name: What that is called.

    Attributes:
        parts: In the order in which they began.
        files: What is recorded once, by name.
        skipped: How many lines were no records.
    """

    def __init__(self, id: str, name: str) -> None:  # noqa: A002  # as the page calls it
        self.id, self.name = id, name
        self.parts: list[Part] = []
        self.files: dict[str, Path] = {}
        self.skipped = 0
        self._part_of: dict[tuple[int, int], Part] = {}

    @property
    def main(self) -> Part | None:
        """The newest part of the lowest rank, which has what belongs to the whole folder."""
        return max(self.parts, key=lambda part: (-part.rank, max(part.sessions)), default=None)

    def add(self, run: Run) -> list[Part]:
        """Add what was read, and return it as parts of their own."""
        pieces: dict[tuple[int, int], dict[str, Series]] = {}
        for name, series in run.scalars.items():
            for key, piece in _by_session(series):
                pieces.setdefault(key, {})[name] = piece
        recorded = list(entries(run))
        # All is read before anything changes here: the folder may go meanwhile.
        files, _ = run.files, (run.sessions, run.failures, run.hparams)
        self.files |= files
        owners = {(each.rank, each.session) for each in recorded} | {*pieces}
        if not self.parts and not owners:
            owners = {(session.rank, session.run) for session in run.sessions}
        for rank, session in sorted(owners):
            steps = [int(piece.steps.min()) for piece in pieces.get((rank, session), {}).values()]
            self._place(rank, session, min(steps, default=None))
        new = {part.id: part.emptied() for part in self.parts}
        for key, curves in pieces.items():
            part = self._part_of[key]
            for name, piece in curves.items():
                curve = thin(piece)
                part.add_curve(name, curve)
                new[part.id].add_curve(name, curve)
        for entry in recorded:
            part = self._part_of[entry.rank, entry.session]
            part.add_entry(entry)
            new[part.id].add_entry(entry)
        for part in self.parts:
            for name, curve in new[part.id].curves.items():
                new[part.id].curves[name] = curve._replace(of=part.curves[name].of)
        self.skipped = max(self.skipped, run.skipped)
        return [*new.values()]

    def _place(self, rank: int, session: int, first: int | None) -> None:
        """Find the part of a run that may be new."""
        part = self._part_of.get((rank, session))
        if part is None:
            before = [part for part in self.parts if part.rank == rank]
            part = before[-1] if before else None
            begins = part is None or (
                first is not None and part.first is not None and first <= part.first
            )
            if begins or part is None:
                part = self._begin(rank, session, is_first=not before)
            self._part_of[rank, session] = part
            part.sessions.add(session)
        if part.first is None:
            part.first = first

    def _begin(self, rank: int, session: int, *, is_first: bool) -> Part:
        marks = [f"rank {rank}"] if rank else []
        marks += [] if is_first else [f"run {session}"]
        name = f"{self.name} ({', '.join(marks)})" if marks else self.name
        part = Part(":".join([self.id, *(mark.replace(" ", "") for mark in marks)]), name, rank)
        self.parts.append(part)
        return part


def _by_session(series: Series) -> Iterator[tuple[tuple[int, int], Series]]:
    """Yield the scalars of each rank and run."""
    ranks, sessions = series.ranks, series.sessions
    if len({ranks.min(), ranks.max()}) == len({sessions.min(), sessions.max()}) == 1:
        yield (int(ranks[0]), int(sessions[0])), series
        return
    for rank, session in sorted(set(zip(ranks.tolist(), sessions.tolist(), strict=True))):
        its = (ranks == rank) & (sessions == session)
        times = None if series.times is None else series.times[its]
        piece = Series(series.steps[its], series.values[its], times, sessions[its], ranks[its])
        yield (rank, session), piece
