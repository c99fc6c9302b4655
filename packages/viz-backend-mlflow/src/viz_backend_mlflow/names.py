"""Names and values as MLflow takes them, and the names of keys.

A character that MLflow refuses in a key becomes `_x`, its code point in hexadecimal capitals, and
`_`, as `_x40_` for `@`. In a name that has such a text already, its first `_` becomes `_x5F_`. So
two names never have the same key, and every key that was not cut can be turned into its name.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping

__all__ = [
    "IMAGE_LIMIT",
    "KEY_LIMIT",
    "as_param",
    "as_tags",
    "from_key",
    "masked",
    "to_image_key",
    "to_key",
]

#: How many characters MLflow takes for a metric, a parameter or a tag.
KEY_LIMIT = 250

#: Characters of an image's key: its file name also has the step, the time and an identifier.
IMAGE_LIMIT = 120

_PARAM_LENGTH = 6000
_TAG_LENGTH = 5000

_PASSWORD = re.compile(r"(\w://)(?:[^\s/'\"@:]*:[^\s/'\"]*|(?<=http://|ttps://)[^\s/'\"]+)@")
_ESCAPE = re.compile(r"_x([0-9A-F]{2,6})_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-F]{2,6}_|xcut[0-9a-f]{16}_)")
# MLflow normalizes a key like a path, and refuses one that this would change.
_NOT_A_PATH = re.compile(r"^/|/$|(?<=/)/|^\.\.|(?<=/)\.{1,2}(?=/|$)|^\.(?=/|$)")
_NOT_IN_KEY = re.compile(r"[^/\w.\- :]")
_NOT_IN_IMAGE_KEY = re.compile(r"[^/A-Za-z0-9_.\- ]")


@functools.lru_cache(maxsize=4096)
def to_key(name: str) -> str:
    """Return the key of a metric, parameter or tag; at most 250 characters.

    A longer one is cut, and ends in `_xcut`, a hash of the whole name, and `_`.
    """
    return _fit(_escape(name, _NOT_IN_KEY), name, KEY_LIMIT)


@functools.lru_cache(maxsize=4096)
def to_image_key(name: str) -> str:
    """Return the key of an image: ASCII, and at most 120 characters, cut as a key is."""
    return _fit(_escape(name, _NOT_IN_IMAGE_KEY), name, IMAGE_LIMIT)


def from_key(key: str) -> str:
    """Return the name of a key that was not cut."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), key)


def as_param(value: str) -> str:
    """Return the value of a parameter, cut to 6000 characters."""
    return _clean(value)[:_PARAM_LENGTH]


def as_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags with their names as keys, and their values cut to 5000 characters."""
    return {to_key(name): _clean(value)[:_TAG_LENGTH] for name, value in tags.items()}


def masked(text: str) -> str:
    """Return a text with `***` in place of each name and password in its URLs."""
    return _PASSWORD.sub(r"\1***@", text)


def _escape(name: str, refused: re.Pattern[str]) -> str:
    name = _LOOKS_ESCAPED.sub(_code, name)
    return refused.sub(_code, _NOT_A_PATH.sub(_code, name))


def _code(found: re.Match[str]) -> str:
    return "".join(f"_x{ord(character):02X}_" for character in found[0])


def _fit(key: str, name: str, limit: int) -> str:
    if len(key) <= limit:
        return key
    mark = f"_xcut{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}_"
    return key[: limit - len(mark)] + mark


def _clean(value: str) -> str:
    return value.replace("\0", "\\x00")  # a PostgreSQL server cannot store it
