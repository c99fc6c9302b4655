"""Configs of any make as plain values."""

from __future__ import annotations

import ast
import enum
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from viz_core._warnings import warn_user
from viz_core.config.entries import Unreadable, entries, is_omegaconf, resolved
from viz_core.config.python_source import CALLED, as_assignments
from viz_core.convert import as_array, is_tensor
from viz_core.errors import RecordingWarning
from viz_core.files.atomic import write_whole
from viz_core.files.paths import as_path

__all__ = ["RunConfig", "as_config"]

#: Types whose text says all, where they are found in a config; by module, as none is imported.
_SAID_BY_TEXT = {
    ("torch", "device"),
    ("torch", "dtype"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("uuid", "UUID"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
}

#: How many containers may lie in one another; Python itself reads back 200 brackets.
_DEEPEST = 64

#: How much of what has no plain form is kept as text, in characters, and how many are named.
_LONGEST, _NAMED = 10_000, 5

_LEAVES: tuple[type[Any], ...] = (str, int, float, bytes, complex)


class RunConfig(dict[Any, Any]):
    """The config of a run: a dict of plain values, whatever it was made from.

    Plain values are str, bytes, numbers, bool and None, in dicts, lists, tuples and sets.
    It is a snapshot: the config it was made from may change and it does not.

    Attributes:
        pretty_text: The config as Python source, which evaluates back to the same values;
            mmengine's own text if it is one of mmengine's.
        original: What it was made from.
    """

    def __init__(
        self,
        values: Mapping[Any, Any] = {},
        pretty_text: str | None = None,
        original: object = None,
    ) -> None:
        super().__init__(values)
        self.pretty_text = as_assignments(self) if pretty_text is None else pretty_text
        self.original = original

    def to_dict(self) -> dict[Any, Any]:
        """Return a builtin dict of the same values, shared with nobody."""
        copy: dict[Any, Any] = _Plain().value(dict(self), "config")
        return copy

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write `pretty_text` to `path`, whole or not at all.

        Raises:
            ValueError: If `path` does not end in `.py`.
            OSError: If it cannot be written.
        """
        path = as_path(path, "path")
        if Path(path).suffix != ".py":
            raise ValueError(
                f"a config is written as Python, so its file must end in .py, got {str(path)!r}"
            )
        write_whole(path, self.pretty_text.encode())


def as_config(config: object) -> RunConfig:
    """Return the config of a run as a [`RunConfig`][viz_core.RunConfig].

    Inside it, paths become strings, enums their values, numpy scalars, arrays and tensors
    numbers and lists, classes and functions their dotted names, dtypes, devices and dates
    their text; nested configs of any kind become dicts. What has no plain form, or cannot be read,
    is kept as its `repr`, a secret without its value.

    Args:
        config: A mapping, dataclass, attrs object, `argparse.Namespace` or
            `SimpleNamespace`, an mmengine `Config` or `ConfigDict`, or an OmegaConf,
            pydantic or ml_collections object.

    Raises:
        TypeError: If it is none of these.
        ValueError: If it cannot be read, contains itself, lies more than 64 levels deep, or two of
            its keys become one.

    Warns:
        RecordingWarning: Once, if something is kept as its text.
    """
    if isinstance(config, RunConfig):
        return config
    try:
        is_config = is_omegaconf(config) or entries(config) is not None
    except Exception as error:  # a stranger's mapping may fail in any way
        raise ValueError(
            f"config of type {type(config).__name__} cannot be read: {type(error).__name__}: "
            f"{error}; pass a dict of its values"
        ) from error
    if not is_config:
        raise TypeError(
            "config must be a mapping, a dataclass, an argparse.Namespace, or an mmengine, "
            f"OmegaConf or pydantic config, got {type(config).__name__}; pass a dict, such as "
            "vars(config)"
        )
    plain = _Plain()
    try:
        values = plain.value(config, "config")
    except _RefusedError as error:
        raise ValueError(str(error)) from None
    if not isinstance(values, dict):
        raise TypeError(
            f"config must have named values, got {type(config).__name__} of "
            f"{type(values).__name__}; give it a name, as in {{'items': config}}"
        )
    if plain.as_text:
        more = f" and {len(plain.as_text) - _NAMED} more" if len(plain.as_text) > _NAMED else ""
        warn_user(
            f"kept as text, since they have no plain form: {', '.join(plain.as_text[:_NAMED])}"
            f"{more}; the rest of the config is kept as it is",
            RecordingWarning,
        )
    return RunConfig(values, None if plain.as_text else _own_text(config), config)


def _own_text(config: Any) -> str | None:
    """Return the source that mmengine's `Config` gives of itself; None if it cannot be read back.

    It writes paths, arrays and NaN as their `repr`, which names what the source does not import.
    """
    if not hasattr(type(config), "pretty_text"):  # not of the object: that may be a key
        return None
    try:
        text = config.pretty_text
        nodes = list(ast.walk(ast.parse(text)))
    except Exception:  # noqa: BLE001  # it formats with yapf, which stops at some configs
        return None
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return text if names <= CALLED else None


class _RefusedError(ValueError):
    """What is wrong with a config as a whole, and not with one of its values."""


class _Plain:
    """Turns values into plain ones, and knows where it is, to say so.

    Attributes:
        as_text: Where values are that have no plain form, with their types.
    """

    def __init__(self) -> None:
        self._inside: set[int] = set()
        self.as_text: list[str] = []

    def value(self, value: Any, where: str) -> Any:
        if value is None or type(value) is bool or type(value) in _LEAVES:
            return value
        try:
            return self._plain(value, where)
        except _RefusedError:
            raise
        except Exception:  # noqa: BLE001  # a stranger's object may fail in any way
            return self._text(value, where)

    def _plain(self, value: Any, where: str) -> Any:
        if isinstance(value, enum.Enum):
            return self.value(value.value, where)
        if hasattr(type(value), "get_secret_value"):  # pydantic's, and those made like it
            return self._text(f"{type(value).__name__}('**********')", where, value)
        for kind in _LEAVES:
            if isinstance(value, kind):
                return kind(value)  # a subclass, such as np.float64
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, np.dtype):
            return str(value)
        if isinstance(value, (np.ndarray, np.generic)) or is_tensor(value):
            array = value if isinstance(value, np.generic) else as_array(value)
            return self.value(_number(array.tolist()), where)
        if callable(value) and hasattr(value, "__module__") and hasattr(value, "__qualname__"):
            return f"{value.__module__}.{value.__qualname__}"
        if any((c.__module__, c.__name__) in _SAID_BY_TEXT for c in type(value).__mro__):
            return str(value)
        with self._enter(value, where):
            return self._container(value, where)

    def _container(self, value: Any, where: str) -> Any:
        if is_omegaconf(value):
            value = resolved(value)
        if value is None:  # a whole config of OmegaConf's may be
            return None
        named = entries(value)
        if named is not None:
            return self._dict(named, where)
        if isinstance(value, (set, frozenset)):
            kind = type(value) if type(value) in (set, frozenset) else set
            return kind(self._items(value, where))
        if isinstance(value, Set):
            return set(self._items(value, where))
        if isinstance(value, tuple):
            return tuple(self._items(value, where))
        if isinstance(value, Sequence):
            return list(self._items(value, where))
        return self._text(value, where)

    def _text(self, value: Any, where: str, about: Any = None) -> str:
        """Return the text of a value that has no plain form, and note it.

        Args:
            value: The value, or its text.
            where: Where it is.
            about: The value, if `value` is its text.
        """
        kind = type(value if about is None else about)
        self.as_text.append(where if kind is Unreadable else f"{where} ({kind.__name__})")
        try:
            text = repr(value) if about is None else str(value)
        except Exception:  # noqa: BLE001  # a stranger's, or too deep
            text = object.__repr__(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."

    def _dict(self, entries: Iterable[tuple[Any, Any]], where: str) -> dict[Any, Any]:
        plain: dict[Any, Any] = {}
        for key, value in entries:
            name = self.value(key, f"a key of {where}")
            if isinstance(name, (dict, list, set)):  # of a frozen dataclass, which can be a key
                name = self._text(key, f"a key of {where}")
            if name in plain:
                raise _RefusedError(f"two keys of {where} are {name!r}, the second is {key!r}")
            plain[name] = self.value(value, f"{where}[{name!r}]")
        return plain

    def _items(self, values: Iterable[Any], where: str) -> Iterator[Any]:
        return (self.value(item, f"{where}[{i}]") for i, item in enumerate(values))

    @contextmanager
    def _enter(self, value: Any, where: str) -> Iterator[None]:
        if id(value) in self._inside:
            raise _RefusedError(f"{where} contains itself; a config must be a tree")
        if len(self._inside) >= _DEEPEST:
            raise _RefusedError(
                f"{where[:60]}... lies more than {_DEEPEST} levels deep, and what reads a config "
                "back stops there; leave it out or pass its text, str(...)"
            )
        self._inside.add(id(value))
        try:
            yield
        finally:
            self._inside.discard(id(value))


def _number(item: Any) -> Any:
    """Return what numpy's `tolist` leaves as it is, a long double, as a number of Python's."""
    if not isinstance(item, np.generic):
        return item
    return complex(item) if item.dtype.kind == "c" else float(item)
