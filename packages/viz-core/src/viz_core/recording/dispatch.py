"""How a backend's methods are called, whoever wrote it and for whichever library."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, TypeAlias

from viz_core._warnings import warn_user
from viz_core.backends.base import BaseVisBackend
from viz_core.backends.door import behind_door, named_keywords, tell_of_keywords
from viz_core.errors import VizWarning
from viz_core.files.encoding import SharedImage
from viz_core.typing import Kind

__all__ = ["Bound", "Call", "bind", "call_without_values", "own", "tell_of_none", "tell_of_unknown"]

#: Takes the values of a record, in the order of `ARGUMENTS`, and what the caller passed besides.
#: Those of an image end with its `SharedImage`, which is held while there are backends to come.
Call: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any]], object]


class Bound(NamedTuple):
    """How a backend keeps one kind of record.

    Attributes:
        call: Calls its method.
        keywords: What the method names, of what a caller may pass besides; None if it takes all.
        becomes: The kinds that it is kept as, if not as it is.
    """

    call: Call
    keywords: frozenset[str] | None
    becomes: tuple[Kind, ...] = ()


#: The arguments of each kind of record, in the order that MMEngine gives them.
_ARGUMENTS: dict[Kind, tuple[str, ...]] = {
    "config": ("config",),
    "graph": ("model", "data_batch"),
    "image": ("name", "image", "step"),
    "scalar": ("name", "value", "step"),
    "scalars": ("scalar_dict", "step", "file_path"),
}

#: Bytes of a queued record besides its image, and of each scalar in it, as measured.
_RECORD, _SCALAR = 600, 128

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def bind(backend: object, kept: Collection[Kind]) -> dict[Kind, Bound]:
    """Return how to call `backend` for each of those kinds of record that it keeps.

    Signatures are read once, here. A method whose parameters have our names, or that takes
    `**kwargs` and names none but ours, is called by keyword; any other by position, in MMEngine's
    order. A backend that keeps only `add_scalar` or only `add_scalars` gets all scalars through it.
    """
    bound: dict[Kind, Bound] = {}
    for kind in _ARGUMENTS:
        method = getattr(backend, f"add_{kind}", None)
        if kind in kept and callable(method):
            bound[kind] = _bind(kind, behind_door(method))
    # The base class passes single scalars on, as we do: without its call in between.
    inherits = getattr(type(backend), "add_scalar", None) is BaseVisBackend.add_scalar
    if not inherits and getattr(type(backend), "add_scalars", 0) is BaseVisBackend.add_scalars:
        bound.pop("scalars", None)  # which does nothing
    if "scalars" in bound and ("scalar" not in bound or inherits):
        several, keywords, _ = bound["scalars"]
        bound["scalar"] = Bound(
            lambda values, extra: several(({values[0]: values[1]}, values[2], None), extra),
            keywords,
        )
    elif "scalar" in bound and "scalars" not in bound:
        single, keywords, _ = bound["scalar"]
        bound["scalars"] = Bound(_one_by_one(single), keywords)
    if "config" in bound and not isinstance(backend, BaseVisBackend):
        call, keywords, _ = bound["config"]
        bound["config"] = Bound(_as_its_author_knows_it(call), keywords)
    return bound


def _bind(kind: Kind, method: Callable[..., object]) -> Bound:
    parameters = inspect.signature(method).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    takes_file_path = takes_any or "file_path" in parameters
    needed = set(_ARGUMENTS[kind]) - {"file_path"}  # only MMEngine's loggers pass one
    positional = [p for p in parameters.values() if p.kind in _POSITIONAL]
    named = {p.name for p in parameters.values() if p.kind is not p.POSITIONAL_ONLY}
    are_ours = all(p.name in named.intersection(_ARGUMENTS[kind]) for p in positional)
    if not (needed <= named or (takes_any and are_ours)):
        takes_all = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
        count = len(_ARGUMENTS[kind]) if takes_all else min(len(_ARGUMENTS[kind]), len(positional))
        return Bound(lambda values, _: method(*values[:count]), frozenset())
    keywords = named_keywords(method)
    call = _BY_KEYWORD[kind](method)
    if takes_file_path or kind != "scalars":
        with_path = call
    else:

        def with_path(values: tuple[Any, ...], extra: dict[str, Any]) -> object:
            return call((*values[:2], None), extra)

    if takes_any:
        return Bound(with_path, keywords)

    def fitting(values: tuple[Any, ...], extra: dict[str, Any]) -> object:
        known = {k: v for k, v in extra.items() if k in parameters} if extra else extra
        return with_path(values, known)

    return Bound(fitting, keywords)


def _image(method: Callable[..., object]) -> Call:
    return lambda v, extra: method(name=v[0], image=v[1], step=v[2], **extra)


def _scalar(method: Callable[..., object]) -> Call:
    return lambda v, extra: method(name=v[0], value=v[1], step=v[2], **extra)


def _scalars(method: Callable[..., object]) -> Call:
    def call(v: tuple[Any, ...], extra: dict[str, Any]) -> object:
        if v[2] is None:
            return method(scalar_dict=v[0], step=v[1], **extra)
        return method(scalar_dict=v[0], step=v[1], file_path=v[2], **extra)

    return call


#: Written out by kind, since a dict built for each call costs more than the call.
_BY_KEYWORD: dict[Kind, Callable[[Callable[..., object]], Call]] = {
    "config": lambda method: lambda v, extra: method(config=v[0], **extra),
    "graph": lambda method: lambda v, extra: method(model=v[0], data_batch=v[1], **extra),
    "image": _image,
    "scalar": _scalar,
    "scalars": _scalars,
}


def _one_by_one(call: Call) -> Call:
    def calls(values: tuple[Any, ...], extra: dict[str, Any]) -> None:
        failure: Exception | None = None
        for name, value in values[0].items():
            try:
                call((name, value, values[1]), extra)
            except Exception as error:  # noqa: BLE001  # a stranger's; the others get their turn
                failure = failure or error
        if failure is not None:
            raise failure

    return calls


def _as_its_author_knows_it(call: Call) -> Call:
    """Give an mmengine `Config` as it is to a backend that was written for it."""

    def with_original(values: tuple[Any, ...], extra: dict[str, Any]) -> object:
        (config,) = values
        original = config.original
        return call((original if hasattr(original, "pretty_text") else config,), extra)

    return with_original


def own(kind: str, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], int]:
    """Return the values of a record that is to wait, and how many bytes they are."""
    if kind == "image":
        name, image, step, _ = values
        shared = SharedImage(image.copy())  # the caller may draw on it
        return (name, shared.image, step, shared), _RECORD + image.nbytes
    if kind == "scalars":
        return values, _RECORD + _SCALAR * len(values[0])
    return values, _RECORD


def call_without_values(
    function: Callable[..., object], ours: bool, _: tuple[Any, ...], arguments: dict[str, Any]
) -> object:
    """Call a method that takes no record, such as `flush`, with what it knows."""
    return function(**arguments) if ours else function()  # a stranger's flush takes no `sync`


def tell_of_none(kind: Kind) -> None:
    """Warn that a record is kept by nobody."""
    warn_user(
        f"add_{kind} records nothing, nor does what follows: there is no backend; give "
        'vis_backends=[dict(type="LocalVisBackend")] and a save_dir=, for one',
        VizWarning,
    )


def tell_of_unknown(
    kind: Kind,
    given: Mapping[str, Any],
    bounds: Mapping[str, Mapping[Kind, Bound]],
    told: set[str],
    note: Callable[[str, type[Warning]], None],
) -> None:
    """Note a warning of each keyword that none of the backends that keep this kind names, once."""
    named = [bound[kind].keywords for bound in bounds.values() if kind in bound]
    if None not in named:
        known = {keyword for keywords in named for keyword in keywords or ()}
        owners = " and ".join(name for name, bound in bounds.items() if kind in bound)
        tell_of_keywords(kind, given, known, owners, told, note)
