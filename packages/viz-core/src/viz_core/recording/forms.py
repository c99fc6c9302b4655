"""A kind that a backend lacks, as one that it keeps: made once a record, whoever takes it."""

from __future__ import annotations

import inspect
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, get_args

from viz_core.backends.base import BaseVisBackend
from viz_core.backends.door import behind_door, named_keywords
from viz_core.files.encoding import SharedImage
from viz_core.kinds.kept import ARGUMENTS, fits, for_strangers
from viz_core.recording import dispatch
from viz_core.recording.dispatch import Bound, Call
from viz_core.recording.failures import Failures, with_article
from viz_core.typing import Kind

__all__ = ["Fallbacks", "Forms", "bind", "calls", "keeps", "note_forms", "own"]

Fallbacks: TypeAlias = "Mapping[Kind, Sequence[tuple[Sequence[Kind], Callable[..., Any]]]]"
"""By kind, the ways to keep it as others: their kinds, and what makes records of these."""

#: Bytes of a queued record besides its arrays, and of a cell of a table, as measured.
_RECORD, _CELL = 600, 60


class Forms:
    """What became of one record, as other kinds; stands behind its values."""

    __slots__ = ("_lock", "_made")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._made: dict[Any, Any] = {}

    def of(self, render: Callable[..., Any], values: tuple[Any, ...]) -> list[Any]:
        """Return the records that `render` makes of the values; the others wait for the first."""
        with self._lock:
            if render not in self._made:
                try:
                    made = [(kind, _complete(kind, made)) for kind, made in render(*values)]
                    self._made[render] = made
                except Exception as error:  # noqa: BLE001  # whatever it is, each backend has it
                    self._made[render] = error
            found: list[Any] | Exception = self._made[render]
        if isinstance(found, Exception):
            raise found
        return found


def _complete(kind: Kind, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values of a record with what a recorder puts behind them."""
    if kind == "image":
        name, image, step = values
        shared = SharedImage(image)
        return name, shared.image, step, shared
    return (*values, Forms()) if kind in ARGUMENTS else values


def bind(
    backend: object, fallbacks: Fallbacks, note: Callable[[str], object] | None = None
) -> dict[Kind, Bound]:
    """Return how to call `backend` for each kind of record that it keeps, itself or as another.

    Args:
        backend: One, or a class of them.
        fallbacks: The ways to keep a kind as others.
        note: Takes what went wrong when the backend was asked what it keeps, if anything did.
    """
    raised: list[str] = []
    own = {kind for kind in get_args(Kind) if keeps(backend, kind, raised.append)}
    if raised and note is not None:
        note(f"{raised[0]}; it is called for whatever it has a method for")
    bound = dispatch.bind(backend, own)
    kinds: list[Any] = [*ARGUMENTS]
    for kind in kinds:
        if kind in own:
            bound[kind] = _bind(kind, getattr(backend, f"add_{kind}"), backend)
    if "scalars" in bound and own & {"scalar", "scalars"}:
        own |= {"scalar", "scalars"}
    for kind in kinds:
        _fall_back(kind, bound, own, fallbacks)
    return bound


def keeps(backend: Any, kind: Kind, note: Callable[[str], object] = str) -> bool:
    """Return whether a backend, or a class of backends, keeps a kind as it is.

    Args:
        backend: Whose `supports` says so, if it has one and that does not raise.
        kind: A kind of record.
        note: Takes what went wrong, if anything did.
    """
    method = getattr(backend, f"add_{kind}", None)
    if not callable(method):
        return False
    cls = backend if isinstance(backend, type) else type(backend)
    try:
        supports = getattr(backend, "supports", None)
        if callable(supports):  # of the class, while a method may be the object's alone
            is_its_own = cls is not backend and f"add_{kind}" in getattr(backend, "__dict__", ())
            return is_its_own or bool(supports(kind))
    except Exception as error:  # noqa: BLE001  # a stranger's
        text = traceback.format_exception_only(type(error), error)[-1].strip()
        note(f"{cls.__name__}.supports({kind!r}) raised {text}")
        if issubclass(cls, BaseVisBackend):
            return BaseVisBackend.supports.__func__(cls, kind)  # type: ignore[attr-defined,no-any-return]
    return kind not in ARGUMENTS or fits(kind, method, by_any=False)


def calls(
    kind: Kind,
    backends: Mapping[str, object],
    bounds: Mapping[str, Mapping[Kind, Bound]],
    told: set[str],
    failures: Failures,
) -> list[tuple[str, Call]]:
    """Return what to call for a kind of record, by name: where a backend refuses it, what counts it.

    Args:
        kind: A kind of record.
        backends: Some of which may have a method for it, and say that they do not keep it.
        bounds: How each is called.
        told: What was told already; it grows.
        failures: Those of the recorder.
    """

    def note(name: str) -> Call:
        return lambda _, __: note_forms(kind, {name: bounds[name]}, told, failures)

    found: list[tuple[str, Call]] = []
    for name, backend in backends.items():
        if kind in bounds[name]:
            found.append((name, bounds[name][kind].call))
        elif kind not in ARGUMENTS and _has_own(backend, kind):
            found.append((name, note(name)))
    return found


def _has_own(backend: object, kind: Kind) -> bool:
    """Return whether a backend has another method for a kind than the one that keeps nothing."""
    method = getattr(type(backend), f"add_{kind}", None)
    is_own = method is not getattr(BaseVisBackend, f"add_{kind}")
    return is_own and callable(getattr(backend, f"add_{kind}", None))


def _bind(kind: Kind, method: Callable[..., object], backend: object) -> Bound:
    method = behind_door(method)
    is_ours = isinstance(backend, BaseVisBackend)
    parameters = inspect.signature(method).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    names = ARGUMENTS[kind]
    by_keyword = fits(kind, method, by_any=True)

    def call(values: tuple[Any, ...], extra: dict[str, Any]) -> object:
        values = values[: len(names)]
        if not is_ours:
            values = for_strangers(kind, values)
        if not by_keyword:
            return method(*values)
        known = extra if takes_any else {k: v for k, v in extra.items() if k in parameters}
        return method(**dict(zip(names, values, strict=True)), **known)

    return Bound(call, named_keywords(method) if by_keyword else frozenset())


def _fall_back(kind: Kind, bound: dict[Kind, Bound], own: set[Kind], fallbacks: Fallbacks) -> None:
    """Add the first way in which a kind is kept as others, if there is one."""
    if kind in own or kind in bound:
        return
    for targets, render in fallbacks.get(kind, ()):
        for target in targets:
            if target in ARGUMENTS:
                _fall_back(target, bound, own, fallbacks)
        if all(t in own or (t in ARGUMENTS and t in bound) for t in targets):
            becomes = tuple(k for t in targets for k in (bound[t].becomes or (t,)))
            bound[kind] = Bound(_through(render, bound), frozenset(), becomes)
            return


def _through(render: Callable[..., Any], bound: Mapping[Kind, Bound]) -> Call:
    def call(values: tuple[Any, ...], _: dict[str, Any]) -> None:
        *record, forms = values
        for kind, made in forms.of(render, tuple(record)):
            bound[kind].call(made, {})

    return call


def own(kind: str, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], int]:
    """Return the values of a record that is to wait, and how many bytes they are."""
    if kind not in ARGUMENTS:
        return dispatch.own(kind, values)
    if kind == "images":
        name, images, *rest = values
        copies = [image.copy() for image in images]  # the caller may draw on them
        return (name, copies, *rest), _RECORD + sum(image.nbytes for image in copies)
    if kind == "annotations":
        name, annotated, *rest = values
        kept = annotated._replace(image=annotated.image.copy())
        return (name, kept, *rest), _RECORD + kept.nbytes
    if kind == "figure":
        return values, _RECORD + values[1].draw()  # drawn now, as the caller may change it
    if kind == "table":
        return values, _RECORD + _CELL * len(values[1]) * len(values[2])
    return values, _RECORD + sum(len(value) for value in values if isinstance(value, str))


def _remark(name: str, kind: Kind, bound: Mapping[Kind, Bound]) -> str | None:
    """Return what there is to say of how a backend keeps a kind, if it is not as it is."""
    if kind not in bound:
        return (
            f"{name} keeps no {kind}, nor anything that {with_article(kind)} could become: nothing of "
            "it is recorded there, which is counted, and told by close()"
        )
    becomes = bound[kind].becomes
    if not becomes:
        return None
    others = " and ".join(map(with_article, becomes))
    return f"{name} keeps no {kind}: it gets {others} of it instead"


def note_forms(
    kind: Kind, bounds: Mapping[str, Mapping[Kind, Bound]], told: set[str], failures: Failures
) -> None:
    """Note, once, who keeps a kind as another, and count it for those who keep nothing of it."""
    for name, bound in bounds.items():
        text = _remark(name, kind, bound)
        if text is not None and text not in told:
            told.add(text)
            failures.note(text)
        if kind not in bound:
            failures.count(name, kind)
