"""Configs of any make as plain values."""

from __future__ import annotations

import enum
import functools
import os
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.config.python_source import as_assignments
from viz_core.convert import as_array, is_tensor
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
    their text; nested configs of any kind become dicts.

    Args:
        config: A mapping, dataclass, attrs object, `argparse.Namespace` or
            `SimpleNamespace`, an mmengine `Config` or `ConfigDict`, or an OmegaConf or
            pydantic object.

    Raises:
        TypeError: If it is none of these, or holds a value that has no plain form.
        ValueError: If it contains itself, two of its keys become one, or OmegaConf cannot
            resolve it.
    """
    if isinstance(config, RunConfig):
        return config
    if not _is_omegaconf(config) and _entries(config) is None:
        raise TypeError(
            "config must be a mapping, a dataclass, an argparse.Namespace, or an mmengine, "
            f"OmegaConf or pydantic config, got {type(config).__name__}; pass a dict, such as "
            "vars(config)"
        )
    values = _Plain().value(config, "config")
    if not isinstance(values, dict):
        raise TypeError(
            f"config must have named values, got {type(config).__name__} of "
            f"{type(values).__name__}; give it a name, as in {{'items': config}}"
        )
    return RunConfig(values, _own_text(config), config)


def _own_text(config: Any) -> str | None:
    """Return the source that mmengine's `Config` gives of itself; None if it has none."""
    if not hasattr(type(config), "pretty_text"):  # not of the object: that may be a key
        return None
    try:
        text = config.pretty_text
    except Exception:  # noqa: BLE001  # it formats with yapf, which stops at some configs
        return None
    return text if isinstance(text, str) else None


def _is_omegaconf(value: Any) -> bool:
    omegaconf = sys.modules.get("omegaconf")
    return omegaconf is not None and bool(omegaconf.OmegaConf.is_config(value))


def _entries(value: Any) -> Iterable[tuple[Any, Any]] | None:
    """Return the named values of a config, shallow, or None if it is not one."""
    cls = type(value)
    if isinstance(value, type):
        return None
    if callable(getattr(cls, "to_dict", None)) and (  # mmengine's
        isinstance(value, Mapping) or hasattr(cls, "pretty_text")
    ):
        return list(value.to_dict().items())
    if isinstance(value, Mapping):
        return [(key, value[key]) for key in value]
    if is_dataclass(value):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if hasattr(cls, "__attrs_attrs__"):
        return [(field.name, getattr(value, field.name)) for field in cls.__attrs_attrs__]
    for method, fields_name in (("model_dump", "model_fields"), ("dict", "__fields__")):
        if hasattr(cls, method) and hasattr(cls, fields_name):  # pydantic 2, then 1
            return list(getattr(value, method)().items())
    argparse = sys.modules.get("argparse")
    if isinstance(value, types.SimpleNamespace) or (
        argparse is not None and isinstance(value, argparse.Namespace)
    ):
        return list(vars(value).items())
    return None


class _Plain:
    """Turns values into plain ones, and knows where it is, to say so in an error."""

    def __init__(self) -> None:
        self._inside: set[int] = set()

    def value(self, value: Any, where: str) -> Any:
        if value is None or type(value) is bool or type(value) in _LEAVES:
            return value
        if isinstance(value, enum.Enum):
            return self.value(value.value, where)
        for kind in _LEAVES:
            if isinstance(value, kind):
                return kind(value)  # a subclass, such as np.float64
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, np.dtype):
            return str(value)
        if isinstance(value, (np.ndarray, np.generic)) or is_tensor(value):
            array = value if isinstance(value, np.generic) else as_array(value)
            return self.value(array.tolist(), where)
        if callable(value) and hasattr(value, "__module__") and hasattr(value, "__qualname__"):
            return f"{value.__module__}.{value.__qualname__}"
        if any((c.__module__, c.__name__) in _SAID_BY_TEXT for c in type(value).__mro__):
            return str(value)
        with self._enter(value, where):
            return self._container(value, where)

    def _container(self, value: Any, where: str) -> Any:
        if _is_omegaconf(value):
            value = _resolved(value, where)
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
        raise TypeError(
            f"{where} is a {type(value).__name__}, which has no plain form: {_short(value)}; "
            "leave it out or pass its text, str(...)"
        )

    def _dict(self, entries: Iterable[tuple[Any, Any]], where: str) -> dict[Any, Any]:
        plain: dict[Any, Any] = {}
        for key, value in entries:
            name = self.value(key, f"a key of {where}")
            if name in plain:
                raise ValueError(f"two keys of {where} are {name!r}, the second is {key!r}")
            plain[name] = self.value(value, f"{where}[{name!r}]")
        return plain

    def _items(self, values: Iterable[Any], where: str) -> Iterator[Any]:
        return (self.value(item, f"{where}[{i}]") for i, item in enumerate(values))

    @contextmanager
    def _enter(self, value: Any, where: str) -> Iterator[None]:
        if id(value) in self._inside:
            raise ValueError(f"{where} contains itself; a config must be a tree")
        self._inside.add(id(value))
        try:
            yield
        finally:
            self._inside.discard(id(value))


def _resolved(config: Any, where: str) -> Any:
    """Return an OmegaConf container as dicts and lists, its interpolations resolved."""
    convert = functools.partial(sys.modules["omegaconf"].OmegaConf.to_container, config)
    try:
        return convert(resolve=True)
    except Exception as error:
        raise ValueError(
            f"{where} cannot be resolved by OmegaConf: {error}; pass "
            "OmegaConf.to_container(config, resolve=False) to keep it as written"
        ) from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
