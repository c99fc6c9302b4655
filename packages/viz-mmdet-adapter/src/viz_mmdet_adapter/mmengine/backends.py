"""Backends as MMEngine's libraries name them and reach into them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any

from mmengine.registry import VISBACKENDS as THEIRS

from viz_core import VISBACKENDS, BaseVisBackend, UnknownTypeError
from viz_core.typing import VisBackends

if TYPE_CHECKING:
    from viz_core import LocalVisBackend

    _Local = LocalVisBackend
else:
    _Local = BaseVisBackend  # the classes that are made inherit the other

__all__ = ["LiveBackends", "resolve"]

#: Where MMEngine's own backends are; a library's are elsewhere.
_MMENGINES = "mmengine.visualization.vis_backend"


class LiveBackends(MutableMapping[str, Any]):
    """The backends of a visualizer by name: who adds one to it, or takes one away, has it so.

    Args:
        read: Returns the backends.
        write: Takes others.
    """

    def __init__(
        self, read: Callable[[], dict[str, Any]], write: Callable[[dict[str, Any]], None]
    ) -> None:
        self._read, self._write = read, write

    def __getitem__(self, name: str) -> Any:
        return self._read()[name]

    def __setitem__(self, name: str, backend: Any) -> None:
        self._write({**self._read(), name: backend})

    def __delitem__(self, name: str) -> None:
        backends = dict(self._read())
        del backends[name]
        self._write(backends)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return repr(self._read())


def resolve(vis_backends: VisBackends | None) -> Any:
    """Return configs of backends with the classes that MMEngine finds in the place of names.

    A name is looked up as MMEngine does, in the scope that it names or that a Runner runs in. What
    is MMEngine's own there is ours, if we have it.
    """
    if isinstance(vis_backends, (list, tuple)):
        return [*map(_resolve, vis_backends)]
    return _resolve(vis_backends)


def _resolve(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    kind: Any = entry.get("type")
    found: Any
    if isinstance(kind, str) and ":" not in kind:
        with THEIRS.switch_scope_and_registry(None) as registry:
            found = registry.get(kind)
    else:
        found = kind
    if found is None or getattr(found, "__module__", None) == _MMENGINES:
        name = found.__name__ if isinstance(found, type) else kind
        try:
            found = VISBACKENDS.get(name)
        except UnknownTypeError:
            if found is None:
                raise
    if isinstance(found, type) and issubclass(found, BaseVisBackend):
        found = _known(found)
    return {**entry, "type": found}


#: The classes that were made.
_classes: dict[type, Any] = {}


def _known(cls: type[BaseVisBackend]) -> Any:
    """Return a backend's class with the attributes that MMEngine's has."""
    if cls not in _classes:
        # Whoever has a class of local records has imported their module, which takes its time.
        local = sys.modules.get("viz_core.backends.local")
        is_local = local is not None and issubclass(cls, local.LocalVisBackend)
        attributes = _LocalAttributes if is_local else _Attributes
        names = ("__module__", "__qualname__", "__doc__")
        own = {"_own_class": cls, **{name: getattr(cls, name) for name in names}}
        _classes[cls] = type(cls.__name__, (attributes, cls), own)
    return _classes[cls]


def _made_again(cls: type[BaseVisBackend], *args: Any, **kwargs: Any) -> Any:
    return _known(cls)(*args, **kwargs)


class _Attributes(BaseVisBackend):
    """What libraries and their hooks read and set, which MMEngine's backends have."""

    _own_class: type[BaseVisBackend]

    @property
    def _save_dir(self) -> str | None:
        return self.save_dir

    @_save_dir.setter
    def _save_dir(self, folder: str | None) -> None:
        self.close()
        self.save_dir = BaseVisBackend(folder).save_dir

    @property
    def _env_initialized(self) -> bool:
        return self.is_open

    def _init_env(self) -> Any:
        """Open the tracker."""
        return self.experiment

    def __getattr__(self, name: str) -> Any:
        # `_tensorboard`, `_wandb` or `_mlflow`: the tracker's own object, of the one that it is.
        if self.tracker is not None and name == f"_{self.tracker}":
            return self.experiment
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        make, arguments, state = super().__reduce__()
        return partial(_made_again, self._own_class, **make.keywords), arguments, state


def _local(**arguments: str) -> LocalVisBackend:
    from viz_core import LocalVisBackend

    return LocalVisBackend(**arguments)  # type: ignore[arg-type]  # all take text


class _LocalAttributes(_Attributes, _Local):
    """The folders and files of local records, which tools of libraries set."""

    _copied = ("_image_folder", "_config_file", "_scalar_file")

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._scalars = self._run_lines(self._scalar_file)

    @property
    def _img_save_dir(self) -> str:
        return self._image_folder

    @_img_save_dir.setter
    def _img_save_dir(self, folder: str) -> None:
        self.close()
        self._image_folder = _local(img_save_dir=folder)._image_folder

    @property
    def _config_save_file(self) -> str:
        return self._config_file

    @_config_save_file.setter
    def _config_save_file(self, file: str) -> None:
        self.close()
        self._config_file = _local(config_save_file=file)._config_file

    @property
    def _scalar_save_file(self) -> str:
        return self._scalar_file

    @_scalar_save_file.setter
    def _scalar_save_file(self, file: str) -> None:
        self.close()
        self._scalar_file = _local(scalar_save_file=file)._scalar_file
        self._scalars = self._run_lines(self._scalar_file)
