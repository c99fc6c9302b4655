"""Names of records as paths that never leave their folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

__all__ = ["FileName", "file_name"]

#: What a file system takes as one part of a path, and what we let a whole path have.
_LONGEST_PART = 255
_LONGEST_PATH = 1024

_ESCAPE_LIKE = re.compile("%(?=[0-9A-F]{2})")
_ONLY_DOTS = re.compile(r"\.{1,2}")


class FileName(NamedTuple):
    """Where a record lies.

    Attributes:
        path: Relative to the folder, without `..`.
        shortened: Whether the name was too long, so that `path` does not tell all of it.
    """

    path: PurePosixPath
    shortened: bool


def file_name(name: str, ending: str) -> FileName:
    """Return the path for `name`: the name itself with `ending`, wherever a path can be it.

    `/` makes folders. What no path can hold is written as `%` and its two hexadecimal
    digits, as in URLs: a NUL, the dots of a folder that is `.` or `..`, and the `%` of a
    name that looks like such an escape. A folder without a name, as in `/a`, is `%2F`. Two
    names never share a path.

    A part longer than 255 bytes is cut, and ends in `~` and a hash of the whole name.

    Args:
        name: Any unicode, not empty.
        ending: Put behind the name, such as `'_3.png'`.
    """
    *folders, last = _ESCAPE_LIKE.sub("%25", name).replace("\0", "%00").split("/")
    suffix = PurePosixPath(ending).suffix
    parts = [_folder(part, suffix) for part in folders]
    parts.append(f"{last}{ending}")
    size = len("/".join(parts).encode())
    if size <= _LONGEST_PART:
        return FileName(PurePosixPath(*parts), False)
    if size > _LONGEST_PATH:
        parts = ["/".join(parts).replace("/", "%2F")]
    short = [_cut(part, "", name) for part in parts[:-1]]
    short.append(_cut(parts[-1].removesuffix(ending), ending, name))
    return FileName(PurePosixPath(*short), short != parts)


def _folder(part: str, suffix: str) -> str:
    if not part:
        return "%2F"
    if _ONLY_DOTS.fullmatch(part):
        return part.replace(".", "%2E")
    if part.endswith(suffix):  # it would be in the way of a file, or a file in its
        return f"{part.removesuffix(suffix)}%2E{suffix[1:]}"
    return part


def _cut(part: str, ending: str, name: str) -> str:
    whole = f"{part}{ending}"
    if len(whole.encode()) <= _LONGEST_PART:
        return whole
    import hashlib  # brings OpenSSL, for which every import of viz-core would pay

    mark = f"~{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}{ending}"
    room = _LONGEST_PART - len(mark.encode())
    return part.encode()[:room].decode(errors="ignore") + mark
