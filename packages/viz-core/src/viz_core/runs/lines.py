"""The lines of a file, as far as they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["whole_lines"]


def whole_lines(path: Path, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file, each with the byte at which it begins and without its newline.

    A last line without its end, as left by a crash or by a writer that is at it now, is not there
    yet.

    Args:
        path: A file that may grow meanwhile.
        start: The byte to begin at, which begins a line.
        end: The byte to end before; by default the last that is there.
    """
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n") or (end is not None and start >= end):
                return
            yield start, line[:-1]
            start += len(line)
