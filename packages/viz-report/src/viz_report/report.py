"""A report of runs: as one file, or in a notebook."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from viz_core import Run, read_run, write_whole
from viz_report.assembly import page_html
from viz_report.data import Read, page_data
from viz_report.media import Copied, Embedded
from viz_report.parts import Folder

__all__ = ["Report", "Written", "find_runs", "read_folders", "write_report"]

#: Bytes that the page itself takes, about, and that a notebook keeps of a page.
_PAGE, _NOTEBOOK = 150_000, 5_000_000


class Written(NamedTuple):
    """What was written.

    Attributes:
        path: The page.
        size: Its bytes.
        left_out: Lines about what had no room.
    """

    path: Path
    size: int
    left_out: list[str]


def find_runs(paths: Sequence[str | os.PathLike[str]]) -> list[Run]:
    """Return the runs at some paths, each once.

    Raises:
        FileNotFoundError: If there is none at one of them.
        TypeError, ValueError: If one is no path of this machine.
    """
    found: dict[Path, Run] = {}
    for run in map(read_run, paths):
        found.setdefault(run.folder.resolve(), run)
    return [*found.values()]


def read_folders(runs: Sequence[Run]) -> list[Folder]:
    """Return runs as folders to read, each with a name of its own; nothing is read yet."""
    names = [run.name for run in runs]
    if len(set(names)) < len(names):  # tell them apart by where they are
        places = [
            run.folder.parent if run.folder.name == "vis_data" else run.folder for run in runs
        ]
        above = os.path.commonpath([place.parent for place in places])
        names = [place.relative_to(above).as_posix() for place in places]
    return [Folder(name, name) for name in names]


def _read(runs: Sequence[Run]) -> list[Read]:
    folders = read_folders(runs)
    return [
        (part, folder, run)
        for folder, run in zip(folders, runs, strict=True)
        for part in folder.add(run)
    ]


def write_report(
    runs: Sequence[str | os.PathLike[str]],
    path: str | os.PathLike[str] = "report.html",
    *,
    assets: str | os.PathLike[str] | None = None,
    max_mb: float = 20,
    title: str | None = None,
) -> Written:
    """Write one HTML file that shows runs, and needs no network.

    Args:
        runs: Paths that `viz_core.read_run` takes.
        path: The file; its folder is made.
        assets: A folder for images and videos, to which the page then links; None keeps them in the
            page.
        max_mb: Megabytes of the page at most: images are made smaller, then steps are left out.
        title: Of the page; the names of the runs by default.

    Raises:
        FileNotFoundError: If there is no run at one of the paths.
        ValueError: If `max_mb` leaves no room beside the page itself.
    """
    room = max_mb * 1e6 - _PAGE
    if not room > 0:
        raise ValueError(
            f"max_mb={max_mb} leaves no room for what was recorded: the page alone takes "
            f"{_PAGE / 1e6} MB; 20 is usual"
        )
    page = Path(path).absolute()
    store = Embedded() if assets is None else Copied(Path(assets).absolute(), page)
    read = _read(find_runs(runs))
    data = page_data(read, store, room, title=title or ", ".join(part.name for part, _, _ in read))
    content = page_html(data).encode()
    page.parent.mkdir(parents=True, exist_ok=True)
    write_whole(page, content)
    return Written(page, len(content), data["left_out"])


class Report:
    """Shows runs in a notebook, as the last expression of a cell.

    It is read anew whenever it is shown, and takes at most 5 MB of the notebook.

    Args:
        *runs: Paths that `viz_core.read_run` takes.
        height: Pixels.
    """

    def __init__(self, *runs: str | os.PathLike[str], height: int = 720) -> None:
        self.runs = runs
        self.height = height

    def __repr__(self) -> str:
        """Name the runs; reads nothing."""
        return f"Report({', '.join(map(repr, self.runs))})"

    def save(self, path: str | os.PathLike[str], **options: object) -> Written:
        """Write the report to the file `path`, with the options of `write_report`."""
        return write_report(self.runs, path, **options)  # type: ignore[arg-type]  # as they are

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own, which may run its scripts and nothing else."""
        room: float = _NOTEBOOK - 2 * _PAGE
        while True:
            read = _read(find_runs(self.runs))
            page = page_html(
                page_data(read, Embedded(), room, title=", ".join(map(str, self.runs)))
            )
            escaped = page.replace("&", "&amp;").replace("'", "&#39;")
            if len(escaped) < _NOTEBOOK or room < _PAGE:
                return (
                    f"<iframe sandbox='allow-scripts allow-downloads' width='100%' "
                    f"height='{self.height}' style='border:0' srcdoc='{escaped}'></iframe>"
                )
            room /= 2
