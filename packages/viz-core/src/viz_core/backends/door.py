"""The door of a backend that is used alone: what its methods are given is converted first.

A recorder converts a record once for all backends, calls the methods behind their doors, and treats
keywords as is done here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from types import MethodType
from typing import Any, TypeAlias

from viz_core._warnings import warn_user
from viz_core.convert import Scalars, as_name, as_scalar, as_scalars, as_step, take_global_step
from viz_core.errors import VizWarning
from viz_core.images import as_image
from viz_core.kinds.kept import ARGUMENTS
from viz_core.kinds.methods import RecordedKinds
from viz_core.typing import ArrayLike, Kind, ScalarLike

__all__ = ["behind_door", "named_keywords", "tell_of_keywords", "with_door"]

_Method: TypeAlias = Callable[..., Any]

#: Takes a backend, the keywords that a door does not have and the step, and returns the step.
_Check: TypeAlias = Callable[..., Any]

#: The kinds of records that have a step.
_STEPPED = ("image", "scalar", "scalars", *(k for k in ARGUMENTS if "step" in ARGUMENTS[k]))


def with_door(kind: Kind, method: _Method) -> _Method:
    """Return the function `add_<kind>` of a class behind its door.

    One that has a door already, that takes other arguments than ours, or whose kind needs no
    conversion, is returned as it is.
    """
    if not inspect.isfunction(method) or hasattr(method, "behind_door"):
        return method
    names, make = _DOORS[kind] if kind in _DOORS else ({*ARGUMENTS[kind]}, _make_of_kind(kind))
    parameters = inspect.signature(method).parameters.values()
    taken = {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
    if not names <= taken and all(p.kind is not p.VAR_KEYWORD for p in parameters):
        return method
    known = named_keywords(method, 1)

    def check(self: object, keywords: dict[str, Any], step: Any = 0) -> Any:
        """Return the step, after a look at what the method does not name."""
        if kind in _STEPPED and kind in _DOORS:  # the others take it before
            step = take_global_step(step, keywords)
        # A subclass that passes them on to `super()` has been told.
        if known is not None and getattr(type(self), f"add_{kind}", None) is door:
            told = vars(self).setdefault("_told_keywords", set())
            tell_of_keywords(kind, keywords, known, type(self).__name__, told)
        return step

    door = wraps(method)(make(method, check))
    door.behind_door = method  # type: ignore[attr-defined]  # functions take attributes
    return door


def behind_door(method: _Method) -> _Method:
    """Return a backend's bound method without its door, or as it is if it has none."""
    if not isinstance(method, MethodType):  # as a mock, which has every attribute
        return method
    inner = getattr(method, "behind_door", None)
    return method if inner is None else MethodType(inner, method.__self__)


def named_keywords(method: _Method, bound: int = 0) -> frozenset[str] | None:
    """Return the keywords that a method names; None if it names nothing but `**kwargs`.

    Args:
        method: An `add_*` of a backend.
        bound: How many of its first arguments are none of the caller's, as `self`.
    """
    parameters = [*inspect.signature(method).parameters.values()][bound:]
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if not named and any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in named if p.kind is not p.POSITIONAL_ONLY)


def tell_of_keywords(
    kind: Kind,
    given: Collection[str],
    known: Collection[str],
    owner: str,
    told: set[str],
    warn: Callable[[str, type[Warning]], None] = warn_user,
) -> None:
    """Warn of each keyword that nobody names, once.

    Args:
        kind: The kind of record, as in the method's name `add_<kind>`.
        given: What the caller passed besides the arguments of the record.
        known: The keywords that the backends name that get it.
        owner: Names of those backends, for the message.
        told: What was told already; it grows.
        warn: Takes each warning, with its category.
    """
    for name in given:
        call = f"add_{kind}({name}=)"
        if name in known or call in told:
            continue
        told.add(call)
        from difflib import get_close_matches  # only who mistypes pays for it

        meant = get_close_matches(name, {*known, *_arguments(kind)}, n=1, cutoff=0.7)
        hint = f"; did you mean {meant[0]}=?" if meant else "."
        warn(
            f"add_{kind} was given {name}=, which means nothing to {owner}{hint} It was passed on "
            "all the same",
            VizWarning,
        )


def _arguments(kind: Kind) -> Collection[str]:
    """Return the arguments by which users record a kind."""
    if kind in _DOORS:
        return _DOORS[kind][0]
    parameters = inspect.signature(getattr(RecordedKinds, f"add_{kind}")).parameters
    return [name for name in parameters if name not in ("self", "kwargs")]


def _config(method: _Method, check: _Check) -> _Method:
    def add_config(self: object, config: object, **kwargs: object) -> None:
        from viz_core.config.normalize import as_config  # only who records a config needs it

        if kwargs:
            check(self, kwargs)
        method(self, config=as_config(config), **kwargs)

    return add_config


def _graph(method: _Method, check: _Check) -> _Method:
    def add_graph(self: object, model: object, data_batch: object = None, **kwargs: object) -> None:
        if kwargs:
            check(self, kwargs)
        method(self, model=model, data_batch=data_batch, **kwargs)

    return add_graph


def _image(method: _Method, check: _Check) -> _Method:
    def add_image(
        self: object, name: str, image: ArrayLike, step: ScalarLike = 0, **kwargs: object
    ) -> None:
        if kwargs:
            step = check(self, kwargs, step)
        name = as_name(name, may_be_empty=True)
        method(self, name=name, image=as_image(image), step=as_step(step), **kwargs)

    return add_image


def _scalar(method: _Method, check: _Check) -> _Method:
    def add_scalar(
        self: object, name: str, value: ScalarLike, step: ScalarLike = 0, **kwargs: object
    ) -> None:
        if kwargs:
            step = check(self, kwargs, step)
        name = as_name(name)
        method(self, name=name, value=as_scalar(value, name), step=as_step(step), **kwargs)

    return add_scalar


def _scalars(method: _Method, check: _Check) -> _Method:
    def add_scalars(
        self: object,
        scalar_dict: Any,
        step: ScalarLike = 0,
        file_path: str | None = None,
        **kwargs: object,
    ) -> None:
        if kwargs:
            step = check(self, kwargs, step)
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


class _OneBackend(RecordedKinds):
    """Gives what is recorded to one method of one backend."""

    def __init__(self, backend: object, method: _Method, check: _Check) -> None:
        self._backend, self._method, self._check = backend, method, check

    def _record_kind(self, kind: Kind, values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        if extra:
            self._check(self._backend, extra)
        self._method(self._backend, **dict(zip(ARGUMENTS[kind], values, strict=True)), **extra)


def _make_of_kind(kind: Kind) -> Callable[[_Method, _Check], _Method]:
    taken = inspect.signature(getattr(RecordedKinds, f"add_{kind}")).parameters
    converted = [name for name in ARGUMENTS[kind] if name not in taken]

    def make(method: _Method, check: _Check) -> _Method:
        def add(self: object, *arguments: object, **keywords: object) -> None:
            if any(name in keywords for name in converted):  # from a subclass, through super()
                method(self, *arguments, **keywords)
                return
            record = _OneBackend(self, method, check)
            getattr(record, f"add_{kind}")(*arguments, **keywords)

        return add

    return make


#: By kind of record, the arguments that a method must take, and what makes its door.
_DOORS: dict[str, tuple[set[str], Callable[[_Method, _Check], _Method]]] = {
    "config": ({"config"}, _config),
    "graph": ({"model", "data_batch"}, _graph),
    "image": ({"name", "image", "step"}, _image),
    "scalar": ({"name", "value", "step"}, _scalar),
    "scalars": ({"scalar_dict", "step"}, _scalars),
}
