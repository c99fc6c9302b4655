"""Finding fonts that have the characters of a text."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache
from os import PathLike
from typing import Any

from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager, get_font
from matplotlib.ft2font import FT2Font

from viz_core._warnings import warn_user

__all__ = ["as_font_properties", "cover"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_TAB = "    "

# Which installed font has a character (None: no font has it), which is asked of every font once.
_owners: dict[str, str | None] = {}
_reported: set[str] = set()
_lock = threading.Lock()


def as_font_properties(value: Any, name: str) -> FontProperties | None:
    """Return font properties; a string is a fontconfig pattern, a path is a font file.

    Raises:
        TypeError: If it is none of these.
    """
    if value is None or isinstance(value, FontProperties):
        return value
    if isinstance(value, PathLike):
        return FontProperties(fname=str(value))
    if isinstance(value, str):
        return FontProperties(value)
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
    owners = [_owner(character) for character in missing]
    unknown = [c for c, owner in zip(missing, owners, strict=True) if owner is None]
    for character in unknown:
        text = text.replace(character, "" if _is_invisible(character) else _REPLACEMENT)
    visible = "".join(c for c in unknown if not _is_invisible(c))
    if visible:
        _report(text, visible)
    families = list(dict.fromkeys(owner for owner in owners if owner is not None))
    if not families:
        return text, properties
    properties = properties.copy()
    if properties.get_file() is None:
        families = [*properties.get_family(), *families]
    else:  # a font that is given by its file has no others behind it
        properties.set_file(None)
    properties.set_family(families)
    return text, properties


def _missing(text: str, path: Any) -> list[str]:
    """Return the characters of ``text`` that the font lacks, each once."""
    characters = dict.fromkeys(text)
    font = get_font(path)  # one of this thread: they cannot be shared
    return [character for character in characters if not font.get_char_index(ord(character))]


def _owner(character: str) -> str | None:
    """Return the family of an installed font that has ``character``."""
    with _lock:
        if character not in _owners:
            _owners[character] = None if _is_invisible(character) else _search(ord(character))
        return _owners[character]


def _search(codepoint: int) -> str | None:
    for path, family in _candidates():
        try:
            if FT2Font(path).get_char_index(codepoint):
                return family
        except (OSError, RuntimeError):  # a damaged font must not cost the others
            continue
    return None


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
    families = dict.fromkeys((entry.fname, entry.name) for entry in reversed(entries))
    return [(path, name) for path, name in reversed(families) if not name.startswith("Last Resort")]


def _is_invisible(character: str) -> bool:
    """Whether a character is not meant to be seen, as joiners and variation selectors."""
    return unicodedata.category(character) == "Cf" or character in "\ufe0e\ufe0f"


def _report(text: str, characters: str) -> None:
    with _lock:
        news = set(characters) - _reported
        _reported.update(news)
    if not news:
        return
    shown = " ".join(f"{c!r} (U+{ord(c):04X})" for c in sorted(news)[:8])
    warn_user(
        f"No installed font has {shown} of the text {text!r}, and {_REPLACEMENT!r} is drawn "
        "instead; install a font that has it (for Chinese, Japanese and Korean on Debian and "
        "Ubuntu: apt-get install fonts-noto-cjk), or give one with font_properties",
        UserWarning,
    )
