"""Everything that a local run recorded, read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from viz_core.files.paths import record_name
from viz_core.kinds.evaluation import ConfusionMatrix, Hparams, PRCurve
from viz_core.kinds.histograms import Histogram
from viz_core.kinds.tables import Table
from viz_core.runs.annotated import AnnotatedImage
from viz_core.runs.folders import KIND_FOLDERS, new_files, rank_folders
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
from viz_core.runs.records import Columns, Named, Record, Series, Source, as_dataframe, by_name
from viz_core.typing import Image

__all__ = ["Run"]

T = TypeVar("T")

#: What stands between a name and its step: the last `_`, then the step and the ending.
_STEPPED = re.compile(r"_(-?\d+)(\.[^./]+)")

_IMAGES = (".png", ".jpg", ".webp")


class Run:
    """What a run has recorded, each by name and then by step; read and decoded when it is touched.

    It is as the files were when it was made; what was recorded later is in another, as of `since`.

    Args:
        folder: As `find_run` returns it.
        cursor: Only what was recorded after that of another.
        rank: Only what this rank recorded; all by default.
        source: Where the files come from; they are in the folder by default.

    Attributes:
        folder: Where the records are.
        ranks: Those that recorded, from 0.
        cursor: What `since` takes; of values that JSON has.
    """

    def __init__(
        self,
        folder: Path,
        cursor: Mapping[str, Any] | None = None,
        *,
        rank: int | None = None,
        source: Source | None = None,
    ) -> None:
        self.folder, self._since, self._rank = folder, cursor, rank
        self._source = source or Source()
        self._skipped = Skipped()
        starts = (cursor or {}).get("lines", {})
        journals = [
            Journal(path, number, starts, folder, self._skipped)
            for number, path in rank_folders(folder)
        ]
        kinds = {
            journal.folder / place: (journal, kind)
            for journal in journals
            for kind in KIND_FOLDERS
            for place in journal.places(kind)
        }
        paths, seen = new_files(folder, kinds, (cursor or {}).get("files"))
        self._journals = [each for each in journals if rank in (None, each.rank)]
        self._files = _sorted_into(kinds, paths)
        self.ranks = sorted({each.rank for each in journals})
        self.cursor: dict[str, Any] = {
            "lines": {k: v for each in journals for k, v in each.ends.items()},
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
        self._source.refresh()
        return Run(self.folder, cursor, rank=self._rank, source=self._source)

    def fetch(self, path: Path) -> Path:
        """Return where the content of a file is: of a run in a store it is fetched.

        Args:
            path: A file of this run, as `files` and `Record.place` have them.

        Raises:
            OSError: If the store cannot be read; with its own words.
        """
        return self._source.fetch(path)

    def of_rank(self, rank: int) -> Run:
        """Return what one rank recorded, as a run of its own that is read now.

        Raises:
            ValueError: If it recorded nothing.
        """
        if rank not in self.ranks:
            raise ValueError(
                f"rank {rank!r} recorded nothing here; those that did are {self.ranks}"
            )
        return Run(self.folder, self._since, rank=rank, source=self._source)

    @property
    def outside(self) -> dict[str, str]:
        """What runs wrote to elsewhere and is not read: absolute paths, by where they belong."""
        return {
            str(journal.folder / name): place
            for journal in self._journals
            for name, place in journal.outside.items()
        }

    @cached_property
    def sessions(self) -> list[Session]:
        """The runs that recorded here, the first first."""
        return [session for each in self._journals for session in each.sessions()]

    @cached_property
    def failures(self) -> dict[str, dict[str, int]]:
        """How many records of which kind were not recorded, by backend, as told at closing."""
        counts: dict[str, dict[str, int]] = {}
        for journal in self._journals:
            for lost in journal.lost():
                for backend, kinds in lost.items():
                    of = counts.setdefault(backend, {})
                    for kind, count in kinds.items():
                        of[kind] = of.get(kind, 0) + count
        return counts

    @cached_property
    def scalars(self) -> dict[str, Series]:
        """The scalars by name."""
        columns: dict[str, Columns] = {}
        for journal in self._journals:
            for name, step, value, session, time in journal.scalars():
                if (found := columns.get(name)) is None:
                    found = columns[name] = Columns()
                found.steps.append(step)
                found.values.append(value)
                found.sessions.append(session)
                found.times.append(time)
                found.ranks.append(journal.rank)
        return {name: found.series() for name, found in columns.items()}

    @cached_property
    def images(self) -> Named[Image]:
        """Images as `add_image` takes them; each of a batch is `<name>/<number>`."""
        return self._stepped("vis_image", read_image, _IMAGES)

    @cached_property
    def figures(self) -> Named[Image]:
        """What figures looked like."""
        return self._stepped("figures", read_image, _IMAGES)

    @cached_property
    def svgs(self) -> Named[str]:
        """Figures as SVG, of those that were recorded so; whoever shows one decides what it may do."""
        return self._stepped("svg", read_text)

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
    def annotations(self) -> Named[AnnotatedImage]:
        """Annotated images: truth, prediction, and the image below."""
        types = {"name": str, "step": int, "image": str, "width": int, "height": int}
        return by_name(
            (
                line["name"],
                Record(
                    line["step"],
                    journal.rank,
                    session,
                    partial(AnnotatedImage, journal.folder, line, self._source),
                ),
            )
            for journal in self._journals
            for session, line in journal.lines("annotations", **types)
        )

    @cached_property
    def files(self) -> dict[str, Path]:
        """Files by name: the copy, or where a file lay that was too large for one.

        Of a name that several ranks have, that of the lowest. `fetch` has the content of one in a
        store.
        """
        found: dict[str, Path] = {}
        for journal in self._lowest_last():
            lines = journal.lines("files", name=str, link=str)
            found |= {line["name"]: Path(line["link"]) for _, line in lines}
            for folder, path, names in self._below(journal, "files"):
                relative = path.relative_to(folder).as_posix()
                found[names.get(relative) or record_name(PurePosixPath(relative), "")] = path
        return found

    @cached_property
    def hparams(self) -> Hparams | None:
        """Hyperparameters and final metrics of the newest run that has any, of the lowest rank."""
        found = None
        for journal in self._lowest_last():
            if (parts := journal.hparams()) is not None:
                given = {key: hparam_of(value) for key, value in parts["hparams"].items()}
                found = Hparams(given, parts["metrics"])
        return found

    def to_pandas(self) -> Any:
        """Return the scalars as a DataFrame: name, step, value, time, session, rank.

        Raises:
            ModuleNotFoundError: If pandas is not installed.
        """
        return as_dataframe(self.scalars)

    def _lowest_last(self) -> list[Journal]:
        return sorted(self._journals, key=lambda journal: -journal.rank)

    def _below(self, journal: Journal, kind: str) -> Iterator[tuple[Path, Path, dict[str, str]]]:
        """Yield each file of a kind, with the kind's folder and the names that were too long."""
        names: dict[Path, dict[str, str]] = {}
        for folder, path in self._files.get((journal.folder, kind), []):
            if folder not in names:
                names[folder] = journal.long_names(folder)
            yield folder, path, names[folder]

    def _stepped(
        self, kind: str, read: Callable[[Path], T], endings: tuple[str, ...] = ()
    ) -> Named[T]:
        found: list[tuple[str, Record[T]]] = []
        for journal in self._journals:
            for folder, path, names in self._below(journal, kind):
                relative = path.relative_to(folder).as_posix()
                match = next(iter(_STEPPED.finditer(relative, relative.rfind("_"))), None)
                if match is None or match.end() != len(relative):
                    continue  # somebody else's
                if endings and match[2] not in endings:
                    continue
                name = names.get(relative) or record_name(PurePosixPath(relative), match[0])
                session = journal.writer(path.relative_to(journal.folder).as_posix())
                step = int(match[1])
                make = partial(_read, read, self._source, path)
                record = Record(step, journal.rank, session, make, path, self._source)
                found.append((name, record))
        return by_name(found)

    def _lines(self, stem: str, convert: Callable[[dict[str, Any]], T], **types: type) -> Named[T]:
        return by_name(
            (line["name"], Record(line["step"], journal.rank, session, partial(convert, line)))
            for journal in self._journals
            for session, line in journal.lines(stem, name=str, step=int, **types)
        )


def _read(read: Callable[[Path], T], source: Source, path: Path) -> T:
    return read(source.fetch(path))


def _sorted_into(
    kinds: Mapping[Path, tuple[Journal, str]], paths: Iterable[Path]
) -> dict[tuple[Path, str], list[tuple[Path, Path]]]:
    """Return paths, each with the innermost folder of a kind that it is in, by journal and kind."""
    found: dict[tuple[Path, str], list[tuple[Path, Path]]] = {}
    for path in paths:
        folder = next(parent for parent in path.parents if parent in kinds)
        journal, kind = kinds[folder]
        found.setdefault((journal.folder, kind), []).append((folder, path))
    return found
