"""The door of a backend that is used alone: what its methods are given is converted first.

A recorder converts a record once for all backends, and calls the methods behind their doors.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import MethodType
from typing import Any, TypeAlias

from viz_core.convert import Scalars, as_image, as_name, as_scalar, as_scalars, as_step
from viz_core.typing import ArrayLike, Kind, ScalarLike

__all__ = ["behind_door", "with_door"]

_Method: TypeAlias = Callable[..., Any]


def with_door(kind: Kind, method: _Method) -> _Method:
    """Return the function `add_<kind>` of a class behind its door.

    One that has a door already, that takes other arguments than ours, or whose kind needs no
    conversion, is returned as it is.
    """
    if kind not in _DOORS or not inspect.isfunction(method) or hasattr(method, "behind_door"):
        return method
    names, make = _DOORS[kind]
    parameters = inspect.signature(method).parameters.values()
    taken = {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
    if not names <= taken and all(p.kind is not p.VAR_KEYWORD for p in parameters):
        return method
    door = wraps(method)(make(method))
    door.behind_door = method  # type: ignore[attr-defined]  # functions take attributes
    return door


def behind_door(method: _Method) -> _Method:
    """Return a backend's bound method without its door, or as it is if it has none."""
    inner = getattr(method, "behind_door", None)
    return method if inner is None else MethodType(inner, method.__self__)  # type: ignore[attr-defined]  # it is bound


def _config(method: _Method) -> _Method:
    def add_config(self: object, config: object, **kwargs: object) -> None:
        from viz_core.config.normalize import as_config  # only who records a config needs it

        method(self, config=as_config(config), **kwargs)

    return add_config


def _image(method: _Method) -> _Method:
    def add_image(
        self: object, name: str, image: ArrayLike, step: ScalarLike = 0, **kwargs: object
    ) -> None:
        method(self, name=as_name(name), image=as_image(image), step=as_step(step), **kwargs)

    return add_image


def _scalar(method: _Method) -> _Method:
    def add_scalar(
        self: object, name: str, value: ScalarLike, step: ScalarLike = 0, **kwargs: object
    ) -> None:
        name = as_name(name)
        method(self, name=name, value=as_scalar(value, name), step=as_step(step), **kwargs)

    return add_scalar


def _scalars(method: _Method) -> _Method:
    def add_scalars(
        self: object,
        scalar_dict: Any,
        step: ScalarLike = 0,
        file_path: str | None = None,
        **kwargs: object,
    ) -> None:
        if isinstance(scalar_dict, Mapping) and [*scalar_dict] == ["step"]:
            # A scalar of that name, as `add_scalar` passes it on.
            scalars = Scalars({"step": as_scalar(scalar_dict["step"], "step")}, as_step(step), {})
        else:
            scalars = as_scalars(scalar_dict, step)
        if file_path is not None:
            kwargs["file_path"] = file_path
        if scalars.values:
            method(self, scalar_dict=scalars.values, step=scalars.step, **kwargs)
        for error in scalars.wrong.values():
            raise error

    return add_scalars


#: By kind of record, the arguments that a method must take, and what makes its door.
_DOORS: dict[str, tuple[set[str], Callable[[_Method], _Method]]] = {
    "config": ({"config"}, _config),
    "image": ({"name", "image", "step"}, _image),
    "scalar": ({"name", "value", "step"}, _scalar),
    "scalars": ({"scalar_dict", "step"}, _scalars),
}
