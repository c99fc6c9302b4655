"""A config's Python source as values again, without executing any of it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

__all__ = ["read_assignments"]

#: The builtins that a config may call, as `python_source` does: each makes a plain value.
_CALLS: dict[str, Callable[..., Any]] = {
    "complex": complex,
    "dict": dict,
    "float": float,
    "frozenset": frozenset,
    "set": set,
}


def read_assignments(source: str) -> dict[Any, Any]:
    """Return the variables of Python source, an assignment at a time.

    What is no literal stays the text that it is. Imports, functions and the like are no variables,
    and are passed over. Of source that is no Python, all is the text of `""`.

    Args:
        source: As `config.py` of a run has it, or MMEngine's.
    """
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"": source}
    values: dict[Any, Any] = {}
    for node in module.body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets: list[Any] = [node.target]
            value = node.value
        elif isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.Expr) and _is_update(node.value):
            values.update(_value(node.value.args[0], {}))  # type: ignore[attr-defined]
            continue
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                values[target.id] = _value(value, ast.get_source_segment(source, value))
    return values


def _is_update(node: ast.expr) -> bool:
    """Return whether it is `globals().update({...})`, which sets what no variable can be called."""
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "globals().update"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Dict)
    )


def _value(node: ast.expr, otherwise: Any) -> Any:
    try:
        return _literal(node)
    except (TypeError, ValueError, OverflowError, RecursionError, MemoryError, SyntaxError):
        return otherwise


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Dict):
        if None in node.keys:
            raise ValueError("`**` is no literal")
        keys = [_literal(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_literal, node.values), strict=True))
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        make = {ast.List: list, ast.Tuple: tuple, ast.Set: set}[type(node)]
        return make(map(_literal, node.elts))
    if isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id not in _CALLS:
            raise ValueError("a call is no literal")
        if any(keyword.arg is None for keyword in node.keywords):
            raise ValueError("`**` is no literal")
        named = {str(keyword.arg): _literal(keyword.value) for keyword in node.keywords}
        return _CALLS[node.func.id](*map(_literal, node.args), **named)
    return ast.literal_eval(node)
