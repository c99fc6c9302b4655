"""The files of a run's folder that are uploaded when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from viz_backend_mlflow.places import is_own_file

__all__ = ["find_work_files"]


def find_work_files(
    work_dir: str | None, save_dir: str | None, suffixes: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield the path of each file, and the folder among the artifacts that it goes to.

    Args:
        work_dir: Where to look; in ``save_dir`` if it is None.
        save_dir: What this package keeps there is left out.
        suffixes: How the names end; none of them means no file.
    """
    own = None if save_dir is None else Path(save_dir).absolute()
    folder = own if work_dir is None else Path(work_dir).absolute()
    if folder is None or not suffixes:
        return
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(suffixes) and path.is_file() and not is_own_file(path, own):
            yield str(path), Path("work_dir", path.parent.relative_to(folder)).as_posix()
