"""How backends join a visualizer: from what the user gave to objects by name."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from viz_core._warnings import warn_user
from viz_core.backends.base import BaseVisBackend
from viz_core.errors import RecordingWarning, VizWarning
from viz_core.files.paths import as_path
from viz_core.plugins.registry import VISBACKENDS
from viz_core.typing import Kind, Remote

__all__ = ["Backends", "join_backends"]

_FOLDER = "vis_data"


@dataclass(frozen=True)
class Backends:
    """The backends of a visualizer.

    Args:
        joined: Those that record, by name, in the order given.
        left_out: Why the others do not, by name.
        given: The names of those that were given as objects, and are the user's to close.
    """

    joined: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)


def join_backends(
    vis_backends: Any,
    save_dir: str | os.PathLike[str] | None,
    images: Mapping[str, Any] | None = None,
    remote: Remote | None = None,
) -> Backends:
    """Build the backends that `vis_backends` asks for; configs are left as they were.

    Args:
        vis_backends: None, or one or a sequence of configs (`dict(type=..., name=...,
            save_dir=...)`, the last two optional) or of backend objects.
        save_dir: A backend whose config names no other folder gets `<save_dir>/vis_data`.
        images: How images are to be stored, as arguments of backends by name; None says nothing.
            A backend whose config does not say so itself is built with them.
        remote: Where a backend is to copy its files to that can, and whose config does not say so
            itself.

    Raises:
        TypeError: If an entry is neither a config nor a backend, or has wrong arguments.
        ValueError: If two entries have the same name, `save_dir` is no path of this machine, a
            backend cannot store images so, or none can copy its files to `remote`.
        UnknownTypeError: If nobody provides a type.

    Warns:
        RecordingWarning: For each backend that needs a folder and has none. It is left out.
        VizWarning: For each backend that nobody can tell how to store images.
    """
    images = {key: value for key, value in (images or {}).items() if value is not None}
    default = None if save_dir is None else as_path(save_dir, below=_FOLDER)
    backends = Backends()
    entries = _entries(vis_backends)
    if remote is not None:
        entries = _with_remote(entries, remote)
    for entry in entries:
        name, backend = _build(entry, default, images)
        if name in backends.joined or name in backends.left_out:
            raise ValueError(
                f"two backends are called {name!r}; tell them apart with "
                f"dict(type={type(backend).__name__!r}, name=...)"
            )
        if _lacks_folder(backend):
            reason = (
                f"{name} is left out: {type(backend).__name__} needs a folder and has none, so "
                "nothing is recorded there; give save_dir= to the visualizer or in the "
                "backend's config"
            )
            backends.left_out[name] = reason
            warn_user(reason, RecordingWarning)
        else:
            backends.joined[name] = backend
            if entry is backend:
                backends.given.add(name)
    return backends


def _entries(vis_backends: Any) -> Sequence[Any]:
    if vis_backends is None:
        return ()
    if isinstance(vis_backends, Mapping) or _is_backend(vis_backends):
        return (vis_backends,)
    if isinstance(vis_backends, Sequence) and not isinstance(vis_backends, str):
        return vis_backends
    raise TypeError(
        "vis_backends must be a config such as dict(type='LocalVisBackend'), a backend, or a "
        f"sequence of them, got {type(vis_backends).__name__}: {vis_backends!r}"
    )


def _build(entry: Any, save_dir: str | None, images: Mapping[str, Any]) -> tuple[str, Any]:
    if isinstance(entry, Mapping):
        config = {key: entry[key] for key in entry}
        name = config.pop("name", None)
        cls = _class(config)
        if "save_dir" not in config and _takes(cls, "save_dir"):
            # Ours know that the path was converted; to a stranger it is a string as any other.
            ours = isinstance(cls, type) and issubclass(cls, BaseVisBackend)
            config["save_dir"] = save_dir if ours or save_dir is None else str(save_dir)
        own = set(config)
        if "image_format" in own:
            own.add("quality")  # which is of a format
        ignored: dict[str, Any] = {}
        for key, value in images.items():
            if key not in own:
                (config if _takes(cls, key) else ignored)[key] = value
        backend = VISBACKENDS.build(config)
        name = _checked_name(name, backend)
        _tell_of_ignored(ignored, name, "takes no such argument")
        return name, backend
    if _is_backend(entry):
        name = type(entry).__name__
        _tell_of_ignored(images, name, "was made before: give it there, or give a config here")
        return name, entry
    raise TypeError(
        "each of vis_backends must be a config such as dict(type='LocalVisBackend') or a "
        f"backend with add_* methods, got {type(entry).__name__}: {entry!r}"
    )


def _with_remote(entries: Sequence[Any], remote: Remote) -> Sequence[Any]:
    """Return the entries, where each config of a backend that takes `remote` has it."""
    can = [isinstance(each, Mapping) and _takes(_class(each), "remote") for each in entries]
    if not any(can):
        made = [type(each).__name__ for each in entries if _takes(type(each), "remote")]
        raise ValueError(
            f"remote= is for what LocalVisBackend writes; {made[0]} was made before: give it there"
            if made
            else "remote= is for what LocalVisBackend writes, and there is none; add "
            "dict(type='LocalVisBackend') to vis_backends, or leave it out"
        )
    return [
        {"remote": remote, **each} if takes else each
        for each, takes in zip(entries, can, strict=True)
    ]


def _class(config: Mapping[Any, Any]) -> Any:
    kind = config.get("type")
    return VISBACKENDS.get(kind) if isinstance(kind, str) else kind


def _checked_name(name: Any, backend: Any) -> str:
    if name is None:
        return type(backend).__name__
    if not isinstance(name, str) or not name:
        raise TypeError(f"the name of a backend must be a non-empty string, got {name!r}")
    return name


def _is_backend(value: object) -> bool:
    return not isinstance(value, type) and any(
        callable(getattr(value, f"add_{kind}", None)) for kind in get_args(Kind)
    )


def _takes(cls: Any, name: str) -> bool:
    """Return whether a class takes an argument, also if it passes any on to one that does.

    What takes anything is taken to need a `save_dir`, as MMEngine's backends do.
    """
    if not isinstance(cls, type):
        return False  # building it says what is wrong
    for each in cls.__mro__:
        parameters = _parameters(each)
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        if name in parameters or (takes_any and name == "save_dir"):
            return True
        if not takes_any:
            return False
    return False


def _tell_of_ignored(ignored: Mapping[str, Any], name: str, why: str) -> None:
    if ignored:
        said = ", ".join(f"{key}={value!r}" for key, value in ignored.items())
        warn_user(f"{said} of the visualizer is not for {name}, which {why}", VizWarning)


def _parameters(cls: type) -> Mapping[str, inspect.Parameter]:
    # Where our `__new__`, which takes anything, is inherited, Python 3.10 has its for the class's.
    made_by = cls.__init__ if issubclass(cls, BaseVisBackend) else cls
    return inspect.signature(made_by).parameters


def _lacks_folder(backend: Any) -> bool:
    """Return whether `backend` needs a folder and has none.

    A backend that does not say whether it needs one does if its class requires `save_dir`, which is
    MMEngine's rule.
    """
    needs = getattr(backend, "needs_save_dir", None)
    if needs is not None:
        return bool(needs) and backend.save_dir is None
    parameter = _parameters(type(backend)).get("save_dir")
    required = parameter is not None and parameter.default is inspect.Parameter.empty
    return required and getattr(backend, "_save_dir", None) is None
