"""A place in an object store, or in whatever fsspec opens."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from viz_core.files.paths import masked

__all__ = ["Object", "Store"]

#: Where an object is there as a whole or not at all; elsewhere it is written under another name.
_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "memory"}

#: Which variables and options of stores hold what nobody may read.
_SECRET = re.compile(r"(?i)key|secret|token|passw|credential|sas|signature")

#: A shorter value would mask words.
_SHORTEST_SECRET = 6


class Object(NamedTuple):
    """What a store says of an object: its bytes, and what changes with it."""

    size: int
    version: str


class Store:
    """Objects below a URL, each written whole or not at all; opened at the first use.

    Every method raises OSError with the store's own words, without credentials, whatever went
    wrong; PermissionError where that is what it was.

    Args:
        url: As fsspec takes it.

    Attributes:
        name: The URL without credentials.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.name = masked(url)
        self._opened: tuple[Any, str] | None = None

    def forget(self) -> None:
        """Open it anew at the next use: what is open is the process's that this was forked from."""
        self._opened = None

    @property
    def takes_several(self) -> bool:
        """Whether objects that are written together take less time than one after the other."""
        with self._words():
            return bool(self._open()[0].async_impl)

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Write objects, each whole or not at all; some may be written if this raises.

        Args:
            contents: By key, relative to the URL.
        """
        with self._words():
            files, root = self._open()
            objects = {f"{root}/{key}": content for key, content in contents.items()}
            if self._is_whole(files):
                files.pipe(objects)
                return
            for path, content in objects.items():
                with self._temporary(files, path) as temporary:
                    files.pipe_file(temporary, content)

    def put_file(self, key: str, path: Path) -> None:
        """Write an object from a file, of which little is in memory at a time."""
        with self._words():
            files, root = self._open()
            if self._is_whole(files):
                files.put_file(str(path), f"{root}/{key}")
                return
            with self._temporary(files, f"{root}/{key}") as temporary:
                files.put_file(str(path), temporary)

    def objects(self, below: str = "") -> dict[str, Object]:
        """Return the objects below a key, by key; none if there is no such."""
        with self._words():
            files, root = self._open()
            files.invalidate_cache()
            try:
                found = files.find(f"{root}/{below}".rstrip("/"), detail=True)
            except FileNotFoundError:
                return {}
            return {path.removeprefix(f"{root}/"): _object(info) for path, info in found.items()}

    def read(self, keys: Sequence[str]) -> list[bytes]:
        """Return objects, several at once where the store can."""
        if not keys:
            return []
        with self._words():
            files, root = self._open()
            paths = [f"{root}/{key}" for key in keys]
            # Not `cat`, to which `*` and `[` in a name are patterns.
            if files.async_impl:
                return list(files.cat_ranges(paths, None, None, on_error="raise"))
            return [files.cat_file(path) for path in paths]

    def read_to(self, key: str, path: Path) -> None:
        """Write an object to a file."""
        with self._words():
            files, root = self._open()
            files.get_file(f"{root}/{key}", str(path))

    def _open(self) -> tuple[Any, str]:
        if self._opened is None:
            from fsspec.core import url_to_fs

            files, root = url_to_fs(self._url, skip_instance_cache=True)
            self._opened = files, root.rstrip("/")
        return self._opened

    @staticmethod
    def _is_whole(files: Any) -> bool:
        names = files.protocol
        return bool(_WHOLE & {*([names] if isinstance(names, str) else names)})

    @contextlib.contextmanager
    def _temporary(self, files: Any, path: str) -> Iterator[str]:
        """Yield a name to write to, which is renamed when that went well."""
        folder = path.rpartition("/")[0]
        files.makedirs(folder, exist_ok=True)
        temporary = f"{folder}/.{os.urandom(8).hex()}.tmp"
        try:
            yield temporary
            files.mv(temporary, path)
        except BaseException:
            with contextlib.suppress(Exception):
                files.rm_file(temporary)
            raise

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        """Raise what goes wrong as an OSError without credentials."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # whatever a store's library raises
            words = f"{type(error).__name__}: {str(error) or error.__cause__ or ''}".rstrip(": ")
            kind = PermissionError if isinstance(error, PermissionError) else OSError
            raise kind(self._scrubbed(words)) from None  # its traceback may hold credentials

    def _scrubbed(self, words: str) -> str:
        for secret in sorted(self._secrets(), key=len, reverse=True):
            words = words.replace(secret, "***")
        return masked(words)

    def _secrets(self) -> set[str]:
        from fsspec.config import conf

        options = self._opened[0].storage_options if self._opened else {}
        return {*_texts(dict(os.environ)), *_texts(conf), *_texts(options)}


def _object(info: Mapping[str, Any]) -> Object:
    versions = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "created")
    version = next((info[name] for name in versions if info.get(name)), "")
    return Object(int(info["size"] or 0), str(version))


def _texts(options: Mapping[str, Any], is_secret: bool = False) -> Iterator[str]:
    """Yield the texts of options whose names sound like secrets, and of those inside them."""
    for name, value in options.items():
        secret = is_secret or bool(_SECRET.search(str(name)))
        if isinstance(value, Mapping):
            yield from _texts(value, secret)
        elif secret and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
            yield value
