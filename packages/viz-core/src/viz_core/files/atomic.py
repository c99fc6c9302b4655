"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Write a file so that whoever opens it finds all of ``data``, or what was there before.

    Args:
        path: In a folder that exists.
        data: The whole content.
        sync: Wait until the disk has it.

    Raises:
        OSError: If it cannot be written; nothing is left behind then.
    """
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
