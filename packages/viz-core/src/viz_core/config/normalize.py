"""Configs of any make as plain values."""

from __future__ import annotations

import ast
import enum
import functools
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viz_core._warnings import warn_user
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
        ValueError: If it contains itself, lies more than 64 levels deep, or two of its keys become
            one.

    Warns:
        RecordingWarning: Once, if something is kept as its text.
    """
    if isinstance(config, RunConfig):
        return config
    if not _is_omegaconf(config) and _entries(config) is None:
        raise TypeError(
            "config must be a mapping, a dataclass, an argparse.Namespace, or an mmengine, "
            f"OmegaConf or pydantic config, got {type(config).__name__}; pass a dict, such as "
            "vars(config)"
        )
    plain = _Plain()
    values = plain.value(config, "config")
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


def _is_omegaconf(value: Any) -> bool:
    omegaconf = sys.modules.get("omegaconf")
    return omegaconf is not None and bool(omegaconf.OmegaConf.is_config(value))


class _Unreadable:
    """Stands where a value of a config cannot be got; its `repr` is the text to keep."""

    def __init__(self, text: object) -> None:
        self.text = text

    def __repr__(self) -> str:
        return str(self.text)


def _got(get: Callable[[Any], Any], key: Any) -> Any:
    try:
        return get(key)
    except Exception as error:  # noqa: BLE001  # a stranger's; the other values can be read
        return _Unreadable(f"<{type(error).__name__}: {error}>")


def _entries(value: Any) -> Iterable[tuple[Any, Any]] | None:
    """Return the named values of a config, shallow, or None if it is not one."""
    cls = type(value)
    if isinstance(value, type):
        return None
    if callable(getattr(cls, "to_dict", None)) and (  # mmengine's
        isinstance(value, Mapping) or hasattr(cls, "pretty_text")
    ):
        return list(value.to_dict().items())
    if isinstance(value, Mapping) or _is_mapping_like(cls):
        return [(key, _got(value.__getitem__, key)) for key in value.keys()]  # noqa: SIM118  # not all can be iterated
    names: Iterable[str] | None = None
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
    elif hasattr(cls, "__attrs_attrs__"):
        names = [field.name for field in cls.__attrs_attrs__]
    if names is not None:
        return [(name, _got(functools.partial(getattr, value), name)) for name in names]
    for method, fields_name in (("model_dump", "model_fields"), ("dict", "__fields__")):
        if hasattr(cls, method) and hasattr(cls, fields_name):  # pydantic 2, then 1
            return list(getattr(value, method)().items())
    argparse = sys.modules.get("argparse")
    if isinstance(value, types.SimpleNamespace) or (
        argparse is not None and isinstance(value, argparse.Namespace)
    ):
        return list(vars(value).items())
    return None


def _is_mapping_like(cls: type) -> bool:
    """Return whether objects of a class have keys, as ml_collections' configs, and no numbers."""
    has = all(hasattr(cls, name) for name in ("keys", "__getitem__", "to_dict"))
    return has and not hasattr(cls, "__array__")


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
        if _is_omegaconf(value):
            value = _resolved(value)
        entries = _entries(value)
        if entries is not None:
            return self._dict(entries, where)
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
        self.as_text.append(where if kind is _Unreadable else f"{where} ({kind.__name__})")
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


def _resolved(config: Any) -> Any:
    """Return an OmegaConf container as dicts and lists, with its interpolations resolved.

    Where one cannot be, it is shallow, and has that one as it is written.
    """
    omegaconf = sys.modules["omegaconf"].OmegaConf
    try:
        return omegaconf.to_container(config, resolve=True)
    except Exception:  # noqa: BLE001  # of its many; one value must not cost the others
        raw = omegaconf.to_container(config, resolve=False)

    def read(key: Any) -> Any:
        if omegaconf.is_missing(config, key):
            return raw[key]
        found = _got(config.__getitem__, key)
        return _Unreadable(raw[key]) if isinstance(found, _Unreadable) else found

    return {k: read(k) for k in raw} if isinstance(raw, dict) else [*map(read, range(len(raw)))]


def _number(item: Any) -> Any:
    """Return what numpy's `tolist` leaves as it is, a long double, as a number of Python's."""
    if not isinstance(item, np.generic):
        return item
    return complex(item) if item.dtype.kind == "c" else float(item)
