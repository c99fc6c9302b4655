"""The named values of a config of any make."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["Unreadable", "entries", "is_omegaconf", "resolved"]


def is_omegaconf(value: Any) -> bool:
    """Return whether a value is a container of OmegaConf's, which is not imported for that."""
    omegaconf = sys.modules.get("omegaconf")
    return omegaconf is not None and bool(omegaconf.OmegaConf.is_config(value))


class Unreadable:
    """Stands where a value of a config cannot be got; its `repr` is the text to keep."""

    def __init__(self, text: object) -> None:
        self.text = text

    def __repr__(self) -> str:
        return str(self.text)


def _got(get: Callable[[Any], Any], key: Any) -> Any:
    try:
        return get(key)
    except Exception as error:  # noqa: BLE001  # a stranger's; the other values can be read
        return Unreadable(f"<{type(error).__name__}: {error}>")


def entries(value: Any) -> Iterable[tuple[Any, Any]] | None:
    """Return the named values of a config, shallow, or None if it is not one."""
    cls = type(value)
    if isinstance(value, type):
        return None
    if callable(getattr(cls, "to_dict", None)) and (  # mmengine's
        isinstance(value, Mapping) or hasattr(cls, "pretty_text")
    ):
        found = _got(cls.to_dict, value)
        if isinstance(found, Mapping):
            return list(found.items())
    if isinstance(value, Mapping) or _is_mapping_like(cls):
        return [(key, _got(value.__getitem__, key)) for key in value.keys()]  # noqa: SIM118  # not all can be iterated
    if is_dataclass(value):
        return _attributes(value, [field.name for field in fields(value)])
    if hasattr(cls, "__attrs_attrs__"):
        return _attributes(value, [field.name for field in cls.__attrs_attrs__])
    for method, fields_name in (("model_dump", "model_fields"), ("dict", "__fields__")):
        if hasattr(cls, method) and hasattr(cls, fields_name):  # pydantic 2, then 1
            found = _got(getattr(cls, method), value)
            if isinstance(found, Mapping):
                return list(found.items())
            return _attributes(value, getattr(cls, fields_name))
    argparse = sys.modules.get("argparse")
    if isinstance(value, types.SimpleNamespace) or (
        argparse is not None and isinstance(value, argparse.Namespace)
    ):
        return list(vars(value).items())
    return None


def _attributes(value: Any, names: Iterable[str]) -> list[tuple[Any, Any]]:
    return [(name, _got(functools.partial(getattr, value), name)) for name in names]


def _is_mapping_like(cls: type) -> bool:
    """Return whether a class has keys, as ml_collections' configs, and is no table of numbers."""
    has = all(hasattr(cls, name) for name in ("keys", "__getitem__", "to_dict"))
    return has and not hasattr(cls, "__array__")


def resolved(config: Any) -> Any:
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
        return Unreadable(raw[key]) if isinstance(found, Unreadable) else found

    return {k: read(k) for k in raw} if isinstance(raw, dict) else [*map(read, range(len(raw)))]
