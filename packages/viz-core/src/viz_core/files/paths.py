"""Paths that stay: those that users write, and those of the names of records."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from viz_core._warnings import warn_user
from viz_core.errors import VizWarning

__all__ = [
    "HALF_WRITTEN",
    "NAMES_FILE",
    "FileName",
    "as_inner_path",
    "as_path",
    "file_name",
    "is_url",
    "masked",
    "record_name",
]

#: What a file system takes as one part of a path, and what we let a whole path have.
_LONGEST_PART = 255
_LONGEST_PATH = 1024

#: What a step of 64 bits and a file's ending are together at most, as in `_-9223372036854775808.webm`.
_LONGEST_STEP = 26

_ESCAPE_LIKE = re.compile("%(?=[0-9A-F]{2})")
_ESCAPED = re.compile("%([0-9A-F]{2})")
_ONLY_DOTS = re.compile(r"\.{1,2}")

#: What files beside the records are called: the list of names, and those that are half written.
NAMES_FILE = "names.json"
HALF_WRITTEN = re.compile(r"\.[0-9a-f]{16}\.tmp")

#: The `s3://` of a URL, also of a chain of them; `Path`, and its text, have one slash of two.
_URL = re.compile(r"[A-Za-z][\w+.-]+(::[\w+.-]+)*:/")
#: What of a URL, anywhere in a text, may be a secret: what is before its host, and its query's values.
_USER = re.compile(r"(?<=://)[^/\s@?#]+@")
_QUERY = re.compile(r"([?&][\w.-]+=)[^&\s'\"]+")
_VARIABLE = re.compile(r"\$(\w+|\{[^}]*\})")


class _Known(str):
    """A path that was converted, and of which its user was told what there is to tell."""

    __slots__ = ()


def as_path(path: str | bytes | os.PathLike[str], name: str = "save_dir", below: str = "") -> str:
    """Return an absolute path, so that a later `os.chdir` changes nothing.

    `~` and `~user` are home folders. What is no path of this machine, as `s3://bucket/run`, is
    refused. A `$HOME` in it is not replaced, which is told.

    Args:
        path: A file or a folder, which need not exist. What this function returned is returned
            as it is.
        name: What the path is called in an error.
        below: What to add to it, relative.

    Raises:
        TypeError: If `path` is no path.
        ValueError: If it is empty, a URL, or the home of an unknown user.
    """
    if not isinstance(path, _Known):
        path = _Known(_absolute(path, name))
    return _Known(os.path.join(path, below)) if below else path  # noqa: PTH118  # it stays as given


def as_inner_path(path: str | bytes | os.PathLike[str], name: str) -> str:
    """Return a path that is relative to a folder and stays inside it, or an absolute one.

    Args:
        path: A file or a folder. An absolute one, or one in `~`, is where its user wants it.
        name: What the path is called in an error.

    Raises:
        TypeError: If `path` is no path.
        ValueError: If it is relative and leaves the folder, or as `as_path` raises.
    """
    text = _text(path, name)
    if os.path.isabs(text) or text.startswith("~") or _URL.match(text):  # noqa: PTH117  # a str
        return as_path(path, name)
    inner = os.path.normpath(text)
    if Path(inner).parts[:1] == (os.pardir,):
        raise ValueError(
            f"{name}={text!r} leaves the folder of the run; name a file inside it, or give an "
            "absolute path"
        )
    return inner


def is_url(path: object) -> bool:
    """Return whether this is a text as `s3://bucket/run`."""
    return isinstance(path, str) and bool(_URL.match(path))


def masked(text: str) -> str:
    """Return a text without the credentials of URLs in it."""
    return _QUERY.sub(r"\1***", _USER.sub("***@", text))


def _absolute(path: object, name: str) -> str:
    text = _text(path, name)
    if not text:
        raise ValueError(
            f"{name} must not be empty; give a folder, as '.' for the current one, or leave it out"
        )
    if _URL.match(text):
        url = masked(re.sub(":/+", "://", text, count=1))  # a Path has one slash of two
        way = (
            f"records are kept here first, and copied there by save_dir='runs', remote={url!r}"
            if name == "save_dir"
            else "copy it here first"
        )
        raise ValueError(f"{name}={url!r} is a URL, and only paths of this machine will do: {way}")
    full = os.path.expanduser(text)  # noqa: PTH111  # which raises of no user by another name
    if full.startswith("~"):
        user = full.partition(os.sep)[0]
        raise ValueError(
            f"{name}={text!r} begins with {user}, and there is no such user; for a folder of that "
            f"name write {os.path.join(os.curdir, text)!r}"  # noqa: PTH118  # Path drops the dot
        )
    variable = _VARIABLE.search(full)
    if variable:
        warn_user(
            f"{name}={text!r} makes a folder that is called {variable[0]}: variables are not "
            "replaced; os.path.expandvars does that",
            VizWarning,
        )
    return str(Path(full).absolute())  # not resolved: `a/../b` is not `b` where `a` is a link


def _text(path: object, name: str) -> str:
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(
            f"{name} must be a path, as a string or pathlib.Path, got {type(path).__name__}: "
            f"{path!r}"
        )
    text = os.fsdecode(path)
    if "\0" in text:
        raise ValueError(f"{name} must not hold a NUL character, got {text!r}")
    return text


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
    name that looks like such an escape. A folder without a name, as in `/a`, is `%2F`. So are the
    first letters of `names.json` and of what looks half written. Two names never share a path.

    A part longer than 255 bytes is cut, and ends in `~` and a hash of the whole name.

    Args:
        name: Any unicode, not empty.
        ending: Put behind the name, such as `'_3.png'`; may be empty.
    """
    *folders, last = _ESCAPE_LIKE.sub("%25", name).replace("\0", "%00").split("/")
    suffix = PurePosixPath(ending).suffix
    parts = [_folder(part, suffix) for part in folders]
    parts.append(f"{last}{ending}" if ending else _folder(last, ""))
    if parts[0] == NAMES_FILE:
        parts[0] = f"%6E{NAMES_FILE[1:]}"
    if HALF_WRITTEN.fullmatch(parts[-1]):
        parts[-1] = f"%2E{parts[-1][1:]}"
    size = len("/".join(parts).encode()) + _reserved(ending)
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
    if suffix and part.endswith(suffix):  # it would be in the way of a file, or a file in its
        return f"{part.removesuffix(suffix)}%2E{suffix[1:]}"
    return part


def _cut(part: str, ending: str, name: str) -> str:
    whole = f"{part}{ending}"
    if len(whole.encode()) + _reserved(ending) <= _LONGEST_PART:
        return whole
    import hashlib  # brings OpenSSL, for which every import of viz-core would pay

    mark = f"~{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}{ending}"
    room = _LONGEST_PART - len(mark.encode()) - _reserved(ending)
    return part.encode()[:room].decode(errors="ignore") + mark


def _reserved(ending: str) -> int:
    """Return the bytes to leave free, so that a name is cut at one place at every step."""
    return max(0, _LONGEST_STEP - len(ending.encode())) if ending.startswith("_") else 0


def record_name(path: PurePosixPath, ending: str) -> str:
    """Return the name of which `file_name` made a path, unless it was too long.

    Args:
        path: Relative to the folder.
        ending: What stands behind the name in it.
    """
    parts = ["" if part == "%2F" else part for part in str(path).removesuffix(ending).split("/")]
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "/".join(parts))
