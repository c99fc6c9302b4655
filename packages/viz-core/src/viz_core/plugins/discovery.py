"""Finding entry points without ``importlib.metadata``, whose import takes longer than the search.

What is found is what ``importlib.metadata.entry_points()`` finds. Where distributions may be
elsewhere than in folders, that one is asked.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NamedTuple

from viz_core.errors import PluginError

__all__ = ["EntryPoint", "find_entry_points"]


class EntryPoint(NamedTuple):
    """One line of a distribution's ``entry_points.txt``.

    Args:
        distribution: Name and version of the distribution: ``"viz-backend-csv 1.0"``.
        name: What stands before the ``=``.
        value: What stands behind it: ``"package.module"`` or ``"package.module:attribute"``.
        group: The heading that it stands under.
    """

    distribution: str
    name: str
    value: str
    group: str

    def load(self) -> Any:
        """Import the module and return it, or its attribute if the value names one.

        Raises:
            PluginError: If the line names no module.
        """
        module, _, attribute = self.value.partition("[")[0].partition(":")
        if not module.strip():
            raise PluginError(
                f"the entry point {self.name!r} names no module; write {self.name} = package.module"
            )
        parts = filter(None, attribute.strip().split("."))
        return reduce(getattr, parts, importlib.import_module(module.strip()))


def find_entry_points(prefix: str) -> list[EntryPoint]:
    """Return the entry points of all distributions whose group starts with ``prefix``.

    Of two distributions with one name, the first on ``sys.path`` counts.
    """
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    if finders == [PathFinder] and all(map(_is_plain, sys.path)):
        return list(_in_folders(prefix))
    return list(_anywhere(prefix))


def _is_plain(entry: object) -> bool:
    """Return whether ``entry`` of ``sys.path`` is a folder, or nothing: no archive, no egg."""
    if not isinstance(entry, str) or entry.lower().endswith(".egg"):
        return False
    return not Path(entry).is_file()


def _in_folders(prefix: str) -> Iterator[EntryPoint]:
    seen: set[str] = set()
    for information in _informations():
        stem = information.name.lower().rpartition(".")[0]
        name = re.sub("[-_.]+", "-", stem.partition("-")[0])
        if name not in seen:
            seen.add(name)
            yield from _in_one(information, prefix)


def _informations() -> Iterator[Path]:
    """Yield what installers leave beside the code of each distribution."""
    for folder in sys.path:
        with suppress(OSError), os.scandir(folder or ".") as children:  # it may not exist
            for child in children:
                if child.name.lower().endswith((".dist-info", ".egg-info")):
                    yield Path(child.path)


def _in_one(information: Path, prefix: str) -> Iterator[EntryPoint]:
    try:
        text = (information / "entry_points.txt").read_bytes()
    except OSError:  # it has none
        return
    if prefix.encode() in text:  # most have nothing for us: they are not read further
        headers = _headers(information)
        for group, name, value in _lines(text.decode(errors="replace")):
            if group.startswith(prefix):
                distribution = _distribution(headers.get("name"), headers.get("version"), value)
                yield EntryPoint(distribution, name, value, group)


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.strip()


def _headers(information: Path) -> dict[str, str]:
    """Return what ``METADATA`` says of a distribution, or the file that older ones have."""
    for file in ("METADATA", "PKG-INFO"):
        with suppress(OSError):  # what a stale one left may have neither
            text = (information / file).read_text(encoding="utf-8", errors="replace")
            lines = reversed(text.partition("\n\n")[0].split("\n"))  # the first of a key stands
            pairs = (line.partition(":") for line in lines)
            if headers := {key.lower(): value.lstrip() for key, _, value in pairs if value}:
                return headers
    return {}


def _distribution(name: str | None, version: str | None, value: str) -> str:
    """Return name and version of a distribution; what a stale one left may lack either."""
    return f"{name} {version or '?'}" if name else f"{value.partition(':')[0]} ?"


def _anywhere(prefix: str) -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points  # its import takes longer than all the rest

    points = entry_points()
    for group in sorted(group for group in points.groups if group.startswith(prefix)):
        for point in points.select(group=group):
            metadata: Any = point.dist.metadata if point.dist else None
            headers = {key.lower(): metadata[key] for key in metadata or ()}
            distribution = _distribution(headers.get("name"), headers.get("version"), point.value)
            yield EntryPoint(distribution, point.name, point.value, group)
