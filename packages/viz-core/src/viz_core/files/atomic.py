"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], data: bytes, *, sync: bool = False) -> None:
    """Write a file so that whoever opens it finds all of `data`, or what was there before.

    It is written under another name in the same folder, and renamed.

    Args:
        path: The file, in a folder that exists. One that is there is replaced.
        data: The whole content.
        sync: Wait until the disk has it, so that a power cut cannot empty it.

    Raises:
        OSError: If it cannot be written. It names `path`, and what was there stays as it was.
    """
    path = Path(path)
    # The name has a length of its own, so that one of 255 bytes can be written too.
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            if sync:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
