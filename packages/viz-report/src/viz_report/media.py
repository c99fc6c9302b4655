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
from viz_report.records import Medium
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

    def choose(self, groups: Mapping[Group, Sequence[Medium]], room: float) -> set[Medium]:
        """Return the files for which there is room, which the page then shows."""

    def add(self, medium: Medium) -> str | None:
        """Return the key of a file; None if it cannot be read."""


def size_of(medium: Medium) -> tuple[int, int] | None:
    """Return width and height of an image; None if it is none."""
    from PIL import Image

    try:
        with Image.open(medium.fetch()) as image:
            width, height = image.size
            return width, height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


class Embedded:
    """Keeps files in the page, as data URLs; smaller ones, and fewer, if there is no room."""

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self._shrunk: dict[Medium, bytes | None] = {}

    def choose(self, groups: Mapping[Group, Sequence[Medium]], room: float) -> set[Medium]:
        """Return the files that fit: all as they are, or else smaller, or else fewer of these."""
        media = [*dict.fromkeys(medium for each in groups.values() for medium in each)]
        sizes: dict[Medium, float] = {medium: medium.size * 4 / 3 for medium in media}
        if sum(sizes.values()) <= room:
            return {*media}
        images = [medium for medium in media if medium.type in _STILL]
        tried = images[:: len(images) // _TRIED + 1]
        self._shrink(tried)
        usual = sum(map(self._size, tried)) / max(len(tried), 1)
        sizes |= {medium: min(sizes[medium], usual) for medium in images}
        chosen = _fitting(groups, sizes, room)
        self._shrink(medium for medium in images if medium in chosen)
        sizes |= {medium: self._size(medium) for medium in self._shrunk}
        kept = {
            name: [medium for medium in each if medium in chosen] for name, each in groups.items()
        }
        return _fitting(kept, sizes, room)

    def _size(self, medium: Medium) -> float:
        data = self._shrunk[medium]
        return (len(data) if data else medium.size) * 4 / 3

    def _shrink(self, media: Iterable[Medium]) -> None:
        todo = [medium for medium in media if medium not in self._shrunk]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders and encoders let others run
            self._shrunk |= zip(todo, pool.map(_shrunk, todo), strict=True)

    def add(self, medium: Medium) -> str | None:
        """Keep a file."""
        shrunk = self._shrunk.get(medium)
        try:
            data = shrunk or medium.fetch().read_bytes()
        except OSError:
            return None
        key = _key(data)
        if key not in self.urls:
            kind = medium.type
            if shrunk:
                kind = "image/webp" if data.startswith(b"RIFF") else "image/jpeg"
            self.urls[key] = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        return key


class _Boundless:
    """Takes all files, as they are."""

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}

    def choose(self, groups: Mapping[Group, Sequence[Medium]], room: float) -> set[Medium]:  # noqa: ARG002  # all fit
        """Return all files."""
        return {medium for each in groups.values() for medium in each}


class Copied(_Boundless):
    """Copies files to a folder, to which the page has relative links.

    Args:
        folder: Made if it is not there.
        page: The file of the page.
    """

    def __init__(self, folder: Path, page: Path) -> None:
        super().__init__()
        self._folder = folder
        self._link = urllib.parse.quote(Path(os.path.relpath(folder, page.parent)).as_posix())

    def add(self, medium: Medium) -> str | None:
        """Copy a file."""
        try:
            data = medium.fetch().read_bytes()
        except OSError:
            return None
        key = _key(data)
        if key not in self.urls:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{key}{medium.place.suffix.lower()}"
            write_whole(self._folder / name, data)
            self.urls[key] = f"{self._link}/{name}"
        return key


class Served(_Boundless):
    """Leaves files where they are, and knows them by a key that says whether they changed.

    Attributes:
        media: The files by their keys.
    """

    def __init__(self) -> None:
        super().__init__()
        self.media: dict[str, Medium] = {}

    def add(self, medium: Medium) -> str | None:
        """Note a file."""
        try:
            status = medium.place.stat()
        except OSError:
            return None
        key = _key(b"%b %d %d" % (os.fsencode(medium.place), status.st_mtime_ns, status.st_ino))
        self.media[key] = medium
        self.urls[key] = f"blob/{key}"
        return key


def _key(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _fitting(
    groups: Mapping[Group, Sequence[Medium]], sizes: Mapping[Medium, float], room: float
) -> set[Medium]:
    """Return the files that fit; of one that several names share, the first counts it."""
    counted: set[Medium] = set()
    lists: dict[Group, list[int]] = {}
    for name, media in groups.items():
        lists[name] = [0 if medium in counted else int(sizes[medium]) for medium in media]
        counted.update(media)
    kept = fit(lists, room)
    return {groups[name][place] for name, places in kept.items() for place in places}


def _shrunk(medium: Medium) -> bytes | None:
    """Return a smaller JPEG, or WebP of what is transparent; None if it would not be smaller."""
    from PIL import Image

    try:
        with Image.open(medium.fetch()) as image:
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
    return buffer.getvalue() if buffer.tell() < medium.size else None
