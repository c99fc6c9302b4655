"""Plain values as Python source that evaluates back to them."""

from __future__ import annotations

import cmath
import keyword
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["CALLED", "as_assignments", "as_expression"]

_WIDTH = 88
_INDENT = "    "

#: The builtins that the source calls; a variable of such a name must come after every call.
CALLED = frozenset({"complex", "dict", "float", "frozenset", "globals", "set"})

#: Variables that must be set last, when nothing is called any more.
_LAST = CALLED | {"__builtins__"}

#: Bits of an integer that are written in decimals: Python refuses to read too many digits.
_DECIMAL_BITS = 2000


def as_assignments(values: Mapping[Any, Any]) -> str:
    """Return a module whose variables are `values`; `exec` of it gives them back.

    A key that cannot be a variable, such as `'learning-rate'` or `1`, is set through
    `globals()` at the end.
    """
    lines = [
        f"{key} = {as_expression(value, len(key) + 3)}"
        for key, value in values.items()
        if _is_variable(key) and key not in _LAST
    ]
    rest = {k: v for k, v in values.items() if not _is_variable(k) or k in _LAST}
    if rest:
        pairs = [f"{as_expression(k)}: {as_expression(v)}" for k, v in rest.items()]
        lines.append(f"globals().update({_bracketed('{', pairs, '}', 0, 0)})")
    return "".join(f"{line}\n" for line in lines)


def as_expression(value: Any, column: int = 0, depth: int = 0) -> str:
    """Return an expression that evaluates to `value`.

    Args:
        value: str, bytes, numbers, bool or None, in dicts, lists, tuples, sets and frozensets.
        column: Where the expression begins on its line.
        depth: How many levels of indentation surround it.
    """
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if isinstance(value, int) and value.bit_length() > _DECIMAL_BITS:
        return hex(value)
    if isinstance(value, complex):
        return _complex(value)
    if isinstance(value, dict):
        if value and all(map(_is_variable, value)):
            items = [f"{k}={as_expression(v, len(k) + 1, depth + 1)}" for k, v in value.items()]
            return _bracketed("dict(", items, ")", column, depth)
        items = [f"{as_expression(k)}: {as_expression(v, 0, depth + 1)}" for k, v in value.items()]
        return _bracketed("{", items, "}", column, depth)
    if isinstance(value, (list, tuple)):
        items = [as_expression(item, 0, depth + 1) for item in value]
        if isinstance(value, list):
            return _bracketed("[", items, "]", column, depth)
        return f"({items[0]},)" if len(items) == 1 else _bracketed("(", items, ")", column, depth)
    if isinstance(value, (set, frozenset)):
        name = type(value).__name__
        if not value:
            return f"{name}()"
        items = sorted(as_expression(item, 0, depth + 1) for item in value)
        opening, closing = ("{", "}") if name == "set" else ("frozenset({", "})")
        return _bracketed(opening, items, closing, column, depth)
    return repr(value)


def _complex(value: complex) -> str:
    text = repr(value)
    if text == repr(complex(value.real + 0.0, value.imag + 0.0)) and cmath.isfinite(value):
        return text
    # Without a negative zero, which a sum loses, and what is not finite: they have no literal.
    return f"complex({as_expression(value.real)}, {as_expression(value.imag)})"


def _is_variable(key: Any) -> bool:
    # Only ASCII: Python folds other identifiers together, as in "ﬁ" and "fi".
    return (
        isinstance(key, str)
        and key.isascii()
        and key.isidentifier()
        and not keyword.iskeyword(key)
        and key != "__debug__"  # no keyword, and yet a constant
    )


def _bracketed(opening: str, items: list[str], closing: str, column: int, depth: int) -> str:
    """Return the items on one line if they fit, else one a line."""
    line = opening + ", ".join(items) + closing
    used = column + depth * len(_INDENT) + len(line)
    if "\n" not in line and used <= _WIDTH:
        return line
    inner = "\n" + _INDENT * (depth + 1)
    return f"{opening}{inner}{f',{inner}'.join(items)},\n{_INDENT * depth}{closing}"
