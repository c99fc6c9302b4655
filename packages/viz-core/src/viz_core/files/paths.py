"""Paths as users write them, converted to what stays the same wherever the program goes."""

from __future__ import annotations

import os
import re
from pathlib import Path

from viz_core._warnings import warn_user
from viz_core.errors import VizWarning

__all__ = ["as_inner_path", "as_path"]

#: The `s3://` of a URL, also of a chain of them; `Path` makes one slash of two.
_URL = re.compile(r"[A-Za-z][\w+.-]+(::[\w+.-]+)*:(//|/(?!/))")
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
    if os.path.isabs(text) or text.startswith("~") or _is_url(text, path):  # noqa: PTH117  # a str
        return as_path(path, name)
    inner = os.path.normpath(text)
    if Path(inner).parts[:1] == (os.pardir,):
        raise ValueError(
            f"{name}={text!r} leaves the folder of the run; name a file inside it, or give an "
            "absolute path"
        )
    return inner


def _absolute(path: object, name: str) -> str:
    text = _text(path, name)
    if not text:
        raise ValueError(
            f"{name} must not be empty; give a folder, as '.' for the current one, or leave it out"
        )
    if _is_url(text, path):
        raise ValueError(
            f"{name}={text!r} is a URL, and only paths of this machine will do: record to a local "
            "folder and copy that, and copy here what is to be read (a later version is to do so "
            "itself, by remote=)"
        )
    if "\0" in text:
        raise ValueError(f"{name} must not hold a NUL character, got {text!r}")
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
    return os.fsdecode(path)


def _is_url(text: str, path: object) -> bool:
    found = _URL.match(text)
    return found is not None and (found[2] == "//" or isinstance(path, os.PathLike))
