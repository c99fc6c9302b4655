"""Values of any make as those that JSON and a browser have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["numbers", "plain", "shortened"]

#: Deeper configs are shown as text, and so are integers that a browser would round.
_DEEPEST, _EXACT = 20, 2**53


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON has it; what has no like there is its text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {str(key): plain(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item, depth + 1) for item in value]
    return shortened(repr(value), 1000)


def numbers(values: Iterable[float]) -> list[float | None]:
    """Return numbers with seven digits; None for what is not finite."""
    return [float(f"{value:.7g}") if math.isfinite(value) else None for value in values]


def shortened(text: str, most: int) -> str:
    """Return a text, cut with a word about it if it has more than `most` characters."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n\n... {len(text) - most:,} more characters"
