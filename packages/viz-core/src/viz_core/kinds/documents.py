"""Texts, pages and files, as they are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from viz_core.convert import as_name, shortened
from viz_core.files.paths import as_path

__all__ = ["as_file", "as_html", "as_text"]

#: What makes a page of an object, in the order in which it is asked for.
_PAGES = ("to_html", "_repr_html_")

#: What stands before the encoding of a page: without it, or with it elsewhere, a browser guesses.
_START = re.compile(r"(\s*<(!doctype|html|head)\b[^>]*>)*", re.IGNORECASE)
_ENCODING = '<meta charset="utf-8">'


def as_text(text: Any, name: str = "text") -> str:
    """Return a text as a string that is valid unicode.

    Args:
        text: Any.
        name: What it is called in an error.

    Raises:
        TypeError: If it is no string.
        ValueError: If it is not valid unicode.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"{name} must be a string, got {type(text).__name__}: {shortened(text)}; "
            "pass str(...) of it, or a file with add_file"
        )
    return _checked(text, name)


def as_html(html: Any) -> str:
    """Return a page as a string, which says that it is UTF-8 if it is not ASCII.

    Args:
        html: A string, or what has `to_html()` or `_repr_html_()`, as figures of plotly and
            DataFrames.

    Raises:
        TypeError: If it is none of these.
        ValueError: If it is not valid unicode.
    """
    for method in _PAGES if not isinstance(html, (str, type)) else ():
        if callable(getattr(html, method, None)):
            html = getattr(html, method)()
            break
    if not isinstance(html, str):
        raise TypeError(
            "html must be a string, or an object with to_html() or _repr_html_(), got "
            f"{type(html).__name__}: {shortened(html)}; read a file first, as with "
            "Path(...).read_text()"
        )
    if _checked(html, "html").isascii() or "charset" in html[:1024].lower():
        return html
    start = _START.match(html)
    end = 0 if start is None else start.end()
    return f"{html[:end]}{_ENCODING}{html[end:]}"


def as_file(path: Any, name: str | None = None) -> tuple[Path, str]:
    """Return the absolute path of a file that exists, and the name to keep it under.

    Args:
        path: A file that can be read.
        name: By default its own; `/` makes groups.

    Raises:
        TypeError: If `path` is no path.
        FileNotFoundError, IsADirectoryError: If there is no such file.
    """
    full = Path(as_path(path, "path"))
    if full.is_dir():
        raise IsADirectoryError(
            f"path must be a file, and {str(full)!r} is a folder; add its files one by one, or "
            "pack it first, as with shutil.make_archive"
        )
    if not full.is_file():
        raise FileNotFoundError(
            f"path must be a file that exists, and there is no {str(full)!r}; relative paths begin "
            f"in {os.getcwd()!r}"  # noqa: PTH109  # as it is said
        )
    return full, as_name(full.name if name is None else name)


def _checked(text: str, what: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{what} must be valid unicode, got {shortened(text)}; pass "
            "text.encode(errors='replace').decode()"
        ) from error
    return text
