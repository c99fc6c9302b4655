"""Named instances: one object, reachable from anywhere by its name."""

from __future__ import annotations

import threading
from typing import Any, TypeVar, cast

from viz_core._warnings import warn_user
from viz_core.errors import InstanceError, VizWarning
from viz_core.processes import after_fork

__all__ = ["NamedInstances"]

T = TypeVar("T", bound="NamedInstances")

#: Guards every table: a subclass enters its instances in those of its parents too.
_lock = threading.RLock()


class NamedInstances:
    """Lets a class and its subclasses keep instances by name.

    An instance made by `get_instance` is known to its class and to every parent that
    has instances, so `Visualizer.get_current_instance()` returns the latest one made, of
    whatever subclass. Plain construction registers nothing.

    Args:
        name: What the instance is called; not empty.
    """

    _instance_dict: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give each class a table of its own."""
        super().__init_subclass__(**kwargs)
        cls._instance_dict = {}

    def __init__(self, name: str) -> None:
        self._instance_name = _checked(name)

    @property
    def instance_name(self) -> str:
        """What this instance is called."""
        return self._instance_name

    @classmethod
    def get_instance(cls: type[T], name: str, **kwargs: Any) -> T:
        """Return the instance called `name`, made with `kwargs` if there is none yet.

        A constructor that raises leaves nothing behind.

        Raises:
            TypeError: If `name` is not a string.
            ValueError: If `name` is empty.

        Warns:
            VizWarning: If the instance exists already, and `kwargs` therefore have no effect.
        """
        _checked(name)
        with _lock:
            found = cls._instance_dict.get(name)
            if found is None:
                made = cls(name=name, **kwargs)
                for table in _tables(cls):
                    table.pop(name, None)  # the latest made is the last in every table
                    table[name] = made
                return made
        if kwargs:
            warn_user(
                f"{cls.__name__} {name!r} exists already, so {', '.join(sorted(kwargs))} "
                "had no effect; choose another name, or forget the old one with "
                f"{cls.__name__}.forget_instance({name!r})",
                VizWarning,
            )
        return cast("T", found)

    @classmethod
    def get_current_instance(cls: type[T]) -> T:
        """Return the instance made last, of this class or of a subclass.

        Raises:
            InstanceError: If none was made.
        """
        # No lock: a logging handler asks, while another thread makes an instance, and logs.
        made = [*cls._instance_dict.values()]
        if not made:
            raise InstanceError(
                f"no {cls.__name__} has been made yet; make one with "
                f"{cls.__name__}.get_instance(name, ...) before asking for the current one"
            )
        return cast("T", made[-1])

    @classmethod
    def check_instance_created(cls, name: str) -> bool:
        """Return whether there is an instance called `name`."""
        return name in cls._instance_dict

    @classmethod
    def forget_instance(cls, name: str) -> None:
        """Close the instance called `name` and forget it; an unknown name is fine."""
        with _lock:
            if name not in cls._instance_dict:
                return
            found = cls._instance_dict[name]
            for table in _tables(type(found)):
                if table.get(name) is found:
                    del table[name]
        found.close()

    @classmethod
    def close_all(cls) -> None:
        """Close and forget every instance of this class and its subclasses."""
        for name in list(cls._instance_dict):
            cls.forget_instance(name)

    def close(self) -> None:
        """Release what the instance holds; subclasses say what."""


def _tables(cls: type[NamedInstances]) -> list[dict[str, Any]]:
    """Return the tables of `cls` and of each parent that has one."""
    return [c.__dict__["_instance_dict"] for c in cls.__mro__ if "_instance_dict" in c.__dict__]


def _checked(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {type(name).__name__}: {name!r}")
    if not name:
        raise ValueError("name must not be empty; the default is 'visualizer'")
    return name


@after_fork
def _renew_in_child() -> None:
    global _lock
    _lock = threading.RLock()  # a thread that makes an instance holds it, and is not there
