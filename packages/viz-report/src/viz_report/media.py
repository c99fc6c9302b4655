"""Where a page finds its images and videos: within itself, in a folder beside it, at a server."""

from __future__ import annotations

import base64
import hashlib
import os
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Protocol

from viz_core import write_whole
from viz_report.records import MEDIA
from viz_report.room import fit

__all__ = ["Copied", "Embedded", "Served", "Store", "size_of"]

#: What a page, its kind and a name are together.
Group = tuple[str, str, str]

#: An image that has to be smaller: its longer side in pixels, and how good its JPEG is.
_SIDE, _QUALITY = 800, 80
_STILL = ("image/png", "image/jpeg", "image/webp")
#: By so many images it is estimated what all take when they are smaller.
_TRIED = 8


class Store(Protocol):
    """Where files go that a page shows.

    Attributes:
        urls: What the page finds under the key of each.
    """

    urls: dict[str, str]

    def choose(self, groups: Mapping[Group, Sequence[Path]], room: float) -> set[Path]:
        """Return the files for which there is room, which the page then shows."""

    def add(self, path: Path) -> str | None:
        """Return the key of a file; None if it cannot be read."""


def size_of(path: Path) -> tuple[int, int] | None:
    """Return width and height of an image; None if it is none."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            width, height = image.size
            return width, height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


class Embedded:
    """Keeps files in the page, as data URLs; smaller ones, and fewer, if there is no room."""

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self._shrunk: dict[Path, bytes | None] = {}

    def choose(self, groups: Mapping[Group, Sequence[Path]], room: float) -> set[Path]:
        """Return the files that fit: all as they are, or else smaller, or else fewer of these."""
        paths = {path for each in groups.values() for path in each}
        sizes: dict[Path, float] = {path: _bytes_of(path) * 4 / 3 for path in paths}
        if sum(sizes.values()) <= room:
            return paths
        images = [p for p in sorted(paths) if MEDIA[p.suffix.lower()] in _STILL]
        tried = images[:: len(images) // _TRIED + 1]
        self._shrink(tried)
        usual = sum(self._size(path) for path in tried) / max(len(tried), 1)
        sizes |= {path: min(sizes[path], usual) for path in images}
        chosen = _fitting(groups, sizes, room)
        self._shrink(path for path in images if path in chosen)
        sizes |= {path: self._size(path) for path in self._shrunk}
        kept = {name: [path for path in each if path in chosen] for name, each in groups.items()}
        return _fitting(kept, sizes, room)

    def _size(self, path: Path) -> float:
        data = self._shrunk[path]
        return (len(data) if data else _bytes_of(path)) * 4 / 3

    def _shrink(self, paths: Iterable[Path]) -> None:
        todo = [path for path in paths if path not in self._shrunk]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders and encoders let others run
            self._shrunk |= zip(todo, pool.map(_shrunk, todo), strict=True)

    def add(self, path: Path) -> str | None:
        """Keep a file."""
        try:
            data = self._shrunk.get(path) or path.read_bytes()
        except OSError:
            return None
        key = _key(data)
        if key not in self.urls:
            kind = MEDIA[path.suffix.lower()]
            if self._shrunk.get(path):
                kind = "image/webp" if data.startswith(b"RIFF") else "image/jpeg"
            self.urls[key] = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        return key


class Copied:
    """Copies files to a folder, to which the page has relative links.

    Args:
        folder: Made if it is not there.
        page: The file of the page.
    """

    def __init__(self, folder: Path, page: Path) -> None:
        self.urls: dict[str, str] = {}
        self._folder = folder
        self._link = urllib.parse.quote(Path(os.path.relpath(folder, page.parent)).as_posix())

    def choose(self, groups: Mapping[Group, Sequence[Path]], room: float) -> set[Path]:  # noqa: ARG002  # all fit
        """Return all files."""
        return {path for each in groups.values() for path in each}

    def add(self, path: Path) -> str | None:
        """Copy a file."""
        try:
            data = path.read_bytes()
        except OSError:
            return None
        key = _key(data)
        if key not in self.urls:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{key}{path.suffix.lower()}"
            write_whole(self._folder / name, data)
            self.urls[key] = f"{self._link}/{name}"
        return key


class Served:
    """Leaves files where they are, and knows them by a key that says whether they changed.

    Attributes:
        paths: The files by their keys.
    """

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self.paths: dict[str, Path] = {}

    def choose(self, groups: Mapping[Group, Sequence[Path]], room: float) -> set[Path]:  # noqa: ARG002  # all fit
        """Return all files."""
        return {path for each in groups.values() for path in each}

    def add(self, path: Path) -> str | None:
        """Note a file."""
        try:
            status = path.stat()
        except OSError:
            return None
        key = _key(
            f"{path}\0{status.st_mtime_ns}\0{status.st_ino}".encode(errors="surrogateescape")
        )
        self.paths[key] = path
        self.urls[key] = f"blob/{key}"
        return key


def _key(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _fitting(
    groups: Mapping[Group, Sequence[Path]], sizes: Mapping[Path, float], room: float
) -> set[Path]:
    """Return the files that fit; of one that several names share, the first counts it."""
    counted: set[Path] = set()
    lists: dict[Group, list[int]] = {}
    for name, paths in groups.items():
        lists[name] = [0 if path in counted else int(sizes[path]) for path in paths]
        counted.update(paths)
    kept = fit(lists, room)
    return {groups[name][place] for name, places in kept.items() for place in places}


def _shrunk(path: Path) -> bytes | None:
    """Return a smaller JPEG, or WebP of what is transparent; None if it would not be smaller."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.draft("RGB", (_SIDE, _SIDE))  # a JPEG is decoded smaller
            is_opaque = (
                image.mode in ("RGB", "L", "P", "1", "CMYK") and "transparency" not in image.info
            )
            small = image.convert("RGB" if is_opaque else "RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2)
    buffer = BytesIO()
    small.save(buffer, "JPEG" if is_opaque else "WEBP", quality=_QUALITY)
    return buffer.getvalue() if buffer.tell() < _bytes_of(path) else None
