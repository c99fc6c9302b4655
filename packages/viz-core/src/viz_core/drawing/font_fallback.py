"""Finding fonts that have the characters of a text."""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from matplotlib import rcParams
from matplotlib.font_manager import (
    FontEntry,
    FontProperties,
    findfont,
    findSystemFonts,
    fontManager,
    get_font,
)
from matplotlib.ft2font import FT2Font

from viz_core._warnings import warn_user

__all__ = ["as_font_properties", "cover", "with_known_family"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_TAB = "    "

# What stands for a list of families in a matplotlibrc, and what it is called there.
_GENERIC = {
    **{name: name for name in ("sans-serif", "serif", "monospace", "cursive", "fantasy")},
    "sans": "sans-serif",
    "sans serif": "sans-serif",
}

# Packages that hold nothing but fonts: what `pip install "viz-core[fonts]"` brings.
_FONT_PACKAGES = ("manimgx_fonts", "noto_cjk_sans_otc")
_FONT_FILES = ("*.ttf", "*.ttc", "*.otf")

# Which installed font has a character (None: no font has it), which is asked of every font once.
_owners: dict[str, str | None] = {}
_reported: set[str] = set()

# By process, since in a forked child nobody would release what another thread has taken.
_locks: dict[int, threading.RLock] = {}


def _lock() -> threading.RLock:
    """Return the lock that is held while a font is looked for; a signal handler may look, too."""
    return _locks.setdefault(os.getpid(), threading.RLock())


def as_font_properties(value: Any, name: str) -> FontProperties | None:
    """Return font properties; a string is a fontconfig pattern, a path is a font file.

    Raises:
        TypeError: If it is none of these.
        ValueError: If there is no such file, or it is not a pattern.
    """
    if value is None or isinstance(value, FontProperties):
        return value
    if isinstance(value, PathLike):
        try:
            get_font(str(value))
        except (OSError, RuntimeError) as error:
            raise ValueError(f"{name} must be a font file, got {str(value)!r}: {error}") from error
        return FontProperties(fname=str(value))
    if isinstance(value, str):
        try:
            return FontProperties(value)
        except (AttributeError, ValueError) as error:
            raise ValueError(
                f"{name} must be a fontconfig pattern, such as 'DejaVu Sans:bold', got {value!r}; "
                "give a font file as a pathlib.Path"
            ) from error
    raise TypeError(
        f"{name} must be a matplotlib FontProperties, a fontconfig pattern or a pathlib.Path to "
        f"a font file, or a list of one per item, got {type(value).__name__}: {value!r}"
    )


def cover(text: str, properties: FontProperties) -> tuple[str, FontProperties]:
    """Return a line of text and a font, such that the font has all its characters.

    Characters that the font lacks are looked for in all installed fonts, and these are added
    behind it. A character that no font has becomes a replacement character, and is reported in
    one warning.

    Args:
        text: One line.
        properties: The font that is asked for.
    """
    if "\t" in text:
        text = text.replace("\t", _TAB)
    missing = _missing(text, findfont(properties))
    if not missing:
        return text, properties
    owners = _find_owners(missing)
    unknown = [character for character, owner in owners.items() if owner is None]
    stand_ins = {c: _stand_in(c) for c in unknown}
    text = "".join(stand_ins.get(character, character) for character in text)
    visible = "".join(c for c in unknown if stand_ins[c] == _REPLACEMENT)
    if visible:
        _report(text, visible)
    families = list(dict.fromkeys(owner for owner in owners.values() if owner is not None))
    if not families:
        return text, properties
    properties = properties.copy()
    if properties.get_file() is None:
        families = [*properties.get_family(), *families]
    else:  # a font that is given by its file has no others behind it
        properties.set_file(None)
    properties.set_family(families)
    return text, properties


def look_up(text: str, properties: FontProperties) -> None:
    """Look for all characters that a font lacks at once, which takes about as long as for one."""
    _find_owners(_missing(text, findfont(properties)))


def _missing(text: str, path: Any) -> list[str]:
    """Return the characters of ``text`` that the font lacks, each once."""
    characters = dict.fromkeys(text)
    font = get_font(path)  # one of this thread: they cannot be shared
    return [character for character in characters if not font.get_char_index(ord(character))]


def _find_owners(characters: list[str]) -> dict[str, str | None]:
    """Return the family of an installed font that has each of the characters."""
    with _lock():
        new = [character for character in characters if character not in _owners]
        if new:
            found = _search(character for character in new if not _is_invisible(character))
            _owners.update({**dict.fromkeys(new), **found})
        return {character: _owners[character] for character in characters}


def _search(characters: Iterable[str]) -> dict[str, str | None]:
    """Return owners, of all fonts that matplotlib knows, then of those that are new."""
    owners: dict[str, str | None] = {}
    missing = dict.fromkeys(characters)
    while missing:
        for path, family in _candidates():
            try:
                font = FT2Font(path)
                found = [c for c in missing if font.get_char_index(ord(c))]
            except (OSError, RuntimeError):  # a damaged font must not cost the others
                continue
            for character in found:
                owners[character] = family
                del missing[character]
            if not missing:
                return owners
        if not _add_new_fonts():
            break
    return owners


def with_known_family(properties: FontProperties) -> FontProperties:
    """Return font properties without families that no installed font belongs to.

    matplotlib would log each of them whenever it looks for a font. If none is left, that is
    reported in one warning, and the default font is used.
    """
    if properties.get_file() is not None:
        return properties
    families = properties.get_family()
    known = [family for family in families if _is_known(family)]
    if not known and _add_new_fonts():
        known = [family for family in families if _is_known(family)]
    if len(known) == len(families):
        return properties
    if not known:
        _report_family(families[0])
        known = ["DejaVu Sans"]
    properties = properties.copy()
    properties.set_family(known)
    return properties


def _is_known(family: str) -> bool:
    names = {entry.name.lower() for entry in fontManager.ttflist}
    generic = _GENERIC.get(family.lower())
    settings: Any = rcParams  # whose stubs list every name
    members = [family] if generic is None else settings[f"font.{generic}"]
    return any(member.lower() in names for member in members)


_added: list[bool] = []


def _add_new_fonts() -> bool:
    """Add fonts that matplotlib does not know: of packages, and installed since it listed them.

    It lists those of the system once, and keeps the list in a file.

    Returns:
        Whether there were any; never again in this process.
    """
    with _lock():
        if _added:
            return False
        known = {entry.fname for entry in fontManager.ttflist}
        new = [path for path in [*_packaged_fonts(), *findSystemFonts()] if path not in known]
        for path in new:
            try:
                fontManager.addfont(path)
            except Exception:  # noqa: BLE001  # matplotlib's parser, on any file
                continue
        _candidates.cache_clear()
        _added.append(True)  # not before: Ctrl-C may come in the midst
        return bool(new)


def _packaged_fonts() -> list[str]:
    """Return the font files of packages, wherever these are installed; they are not imported."""
    found = []
    for package in _FONT_PACKAGES:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            found += [str(path) for kind in _FONT_FILES for path in Path(folder).glob(kind)]
    return sorted(found)


@lru_cache(maxsize=1)
def _candidates() -> list[tuple[str, str]]:
    """Return the files and families of the installed fonts, the plainest first."""

    def plainness(entry: FontEntry) -> tuple[Any, ...]:
        return (
            entry.style != "normal",
            entry.weight not in (400, "normal", "regular"),
            "Mono" in entry.name,
            "Sans" not in entry.name,
            "CJK" in entry.name,  # huge, and of use for few: the small ones first
            entry.name,
        )

    entries = sorted(fontManager.ttflist, key=plainness)
    families = {entry.fname: entry.name for entry in reversed(entries)}  # a file has several names
    found = reversed(families.items())
    return [(path, name) for path, name in found if not name.startswith("Last Resort")]


def _stand_in(character: str) -> str:
    """Return what is drawn in the place of a character that no font has."""
    if _is_invisible(character):
        return ""
    return " " if character.isspace() else _REPLACEMENT


def _is_invisible(character: str) -> bool:
    """Whether a character is not meant to be seen, as joiners and variation selectors."""
    return unicodedata.category(character) == "Cf" or character in "\ufe0e\ufe0f"


def _report(text: str, characters: str) -> None:
    with _lock():
        news = set(characters) - _reported
        _reported.update(news)
    if not news:
        return
    missing = [package for package in _FONT_PACKAGES if find_spec(package) is None]
    pip = 'pip install "viz-core[fonts]" brings fonts of most scripts; or ' if missing else ""
    shown = " ".join(f"{c!r} (U+{ord(c):04X})" for c in sorted(news)[:8])
    warn_user(
        f"No installed font has {shown} of the text {text!r}, and {_REPLACEMENT!r} is drawn "
        f"instead; {pip}install a font that has it (for Chinese, Japanese and Korean on Debian and "
        "Ubuntu: apt-get install fonts-noto-cjk), or give one with font_properties",
        UserWarning,
    )


def _report_family(family: str) -> None:
    with _lock():
        if family in _reported:
            return
        _reported.add(family)
    names = list(dict.fromkeys(entry.name for entry in fontManager.ttflist))
    near = get_close_matches(family, names)
    near += [name for name in names if family.lower() in name.lower() and name not in near]
    hint = f"; did you mean {' or '.join(map(repr, near[:3]))}" if near else ""
    warn_user(
        f"No installed font is called {family!r}, and DejaVu Sans is drawn instead{hint}; install "
        "it, or give its file with font_properties=pathlib.Path(...)",
        UserWarning,
    )
