"""Whether a backend's files are copied: an uploader, or what does nothing."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from viz_core.typing import Remote

if TYPE_CHECKING:
    from viz_core.remote.uploader import BackendFolder, Uploader

__all__ = ["Idle", "make_uploader"]


def make_uploader(
    remote: Remote | None, backend: BackendFolder, files: tuple[str, str, str]
) -> Idle | Uploader:
    """Return what copies the files of a backend.

    Args:
        remote: As [`LocalVisBackend`][viz_core.LocalVisBackend] takes it; None for no copy.
        backend: Without a `save_dir` it has no files. When it is dropped, what is left is uploaded.
        files: The folder of its images, its scalars and its config.

    Raises:
        TypeError, ValueError, ModuleNotFoundError: As `as_destination`.
        ValueError: If one of the files is not in a folder of the run's own.
    """
    if remote is None:
        return Idle()
    from viz_core.remote.destination import as_destination
    from viz_core.remote.uploader import Uploader

    destination = as_destination(remote)
    for name in files:
        if name == "." or Path(name).is_absolute():
            raise ValueError(
                f"remote= copies what lies in the run's own folder, and {name!r} does not: name "
                "a file or folder inside save_dir"
            )
    if backend.save_dir is None:
        return Idle()
    uploader = Uploader(destination, backend)
    weakref.finalize(backend, uploader.ask).atexit = False
    return uploader


class Idle:
    """Uploads nothing."""

    def start(self) -> None:
        """Do nothing."""

    tell = finish = start
