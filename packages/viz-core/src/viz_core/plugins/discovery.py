"""Finding entry points by `importlib.metadata`, where no distribution can spoil the others."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import reduce
from importlib.metadata import Distribution, distributions
from typing import Any, NamedTuple

from viz_core.errors import PluginError

__all__ = ["EntryPoint", "find_entry_points"]


class EntryPoint(NamedTuple):
    """One line of a distribution's `entry_points.txt`.

    Args:
        distribution: Name and version of the distribution: `"viz-backend-csv 1.0"`.
        name: What stands before the `=`.
        value: What stands behind it: `"package.module"` or `"package.module:attribute"`.
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
    """Return the entry points of all distributions whose group starts with `prefix`.

    Of two distributions with one name, the first on `sys.path` counts.
    """
    found: list[EntryPoint] = []
    seen: set[str] = set()
    for distribution in distributions():
        try:
            # What `entry_points()` tells them apart by; `name` parses all metadata as mail.
            key = getattr(distribution, "_normalized_name", None) or distribution.metadata["Name"]
            if key not in seen:
                seen.add(key)
                found += _in_one(distribution, prefix)
        except Exception:  # noqa: BLE001  # a stranger's finder may give what fails in any way
            continue
    return found


def _in_one(distribution: Distribution, prefix: str) -> Iterator[EntryPoint]:
    try:
        lines = [(point.group, point.name, point.value) for point in distribution.entry_points]
    except (TypeError, ValueError):
        lines = list(_readable_lines(distribution))
    for group, name, value in lines:
        if group.startswith(prefix):
            yield EntryPoint(_called(distribution, value), name, value, group)


def _readable_lines(distribution: Distribution) -> Iterator[tuple[str, str, str]]:
    """Yield group, name and value of what can be read; what is no pair has no value."""
    try:
        text = distribution.read_text("entry_points.txt") or ""
    except UnicodeDecodeError as error:
        text = error.object.decode(errors="replace")
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.strip()


def _called(distribution: Distribution, value: str) -> str:
    """Return name and version of a distribution; what a stale one left may lack either."""
    try:
        metadata: Any = distribution.metadata
        headers = {key.lower(): metadata[key] for key in metadata or ()}
    except ValueError:  # it is no unicode
        headers = {}
    name = headers.get("name")
    return f"{name} {headers.get('version', '?')}" if name else f"{value.partition(':')[0]} ?"
