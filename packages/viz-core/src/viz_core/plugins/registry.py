"""Names in configs to classes in code."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

from viz_core.errors import PluginError, UnknownTypeError
from viz_core.instances import NamedInstances
from viz_core.plugins.host import Offer, PluginHost, host

__all__ = ["VISBACKENDS", "VISUALIZERS", "Registry", "how_to_install"]

T = TypeVar("T")
C = TypeVar("C", bound=type)

#: Scopes of configs written for OpenMMLab: `mmdet.DetLocalVisualizer`.
_SCOPES = ("mmdet.", "mmengine.")


class Registry(Generic[T]):
    """Builds objects from configs such as `{"type": "LocalVisBackend", ...}`.

    A name is looked up among the classes registered in this process, and only then among
    those of installed plugins.

    Args:
        kind: What is registered, as error messages call it: `"backend"`.
        plugins: Asked for names that are not registered here.
        question: The hook that names what plugins add to this registry.
        homes: The packages of names that may not be installed.
        reserved: Names of viz-core's own, which no plugin can provide.
        create: Makes the object of a class and its arguments; by default calls the class.
        builtin: Where viz-core's own classes are, by name, each as `"package.module:Class"`,
            imported when its name is first used. No plugin can provide their names.
    """

    def __init__(
        self,
        kind: str,
        plugins: PluginHost,
        question: str,
        homes: Mapping[str, str] | None = None,
        reserved: Collection[str] = (),
        create: Callable[[type[T], dict[str, Any]], T] | None = None,
        builtin: Mapping[str, str] | None = None,
    ) -> None:
        self._kind = kind
        self._plugins = plugins
        self._question = question
        self._homes = dict(homes or {})
        self._reserved = frozenset((*reserved, *(builtin or {})))
        self._create = create or _construct
        self._builtin = dict(builtin or {})
        self._registered: dict[str, type[T]] = {}

    def __repr__(self) -> str:
        """Return its kind and how many names are registered; looks for no plugin."""
        count = len({*self._builtin, *self._registered})
        return f"<Registry {self._kind!r}, registered: {count}>"

    def __len__(self) -> int:
        return len(self._classes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __contains__(self, name: object) -> bool:
        """Return whether `name` can be built, here or by a plugin."""
        return name in self._builtin or name in self._registered or name in self.offers()

    @property
    def _classes(self) -> dict[str, type[T]]:
        """What is registered in this process."""
        for name in tuple(self._builtin):
            self._import(name)
        return self._registered

    @property
    def kind(self) -> str:
        """What is registered, as error messages call it."""
        return self._kind

    @property
    def module_dict(self) -> Mapping[str, type[T]]:
        """The classes registered in this process, by name; read-only."""
        return MappingProxyType(self._classes)

    @overload
    def register_module(
        self, name: str | list[str] | None = None, force: bool = False, module: None = None
    ) -> Callable[[C], C]: ...
    @overload
    def register_module(
        self, name: str | list[str] | None = None, force: bool = False, *, module: C
    ) -> C: ...

    def register_module(
        self,
        name: str | list[str] | None = None,
        force: bool = False,
        module: Any = None,
    ) -> object:
        """Register a class: a decorator, or a call with `module=`.

        It wins over a plugin's class of the same name, whichever came first.

        Args:
            name: One name or several; by default the name of the class.
            force: Replace what is registered under the name.
            module: The class, where it is not decorated.

        Raises:
            TypeError: If it is not a class.
            ValueError: If a name is taken by another class and `force` is not set.
        """
        if name is not None and not isinstance(name, (str, list)):
            raise TypeError(
                f"name must be a string or a list of strings, got {type(name).__name__}; "
                "write @register_module(), with parentheses"
            )

        def register(cls: C) -> C:
            names = [cls.__name__] if name is None else [name] if isinstance(name, str) else name
            for key in names:
                self._register(key, cls, force)
            return cls

        return register if module is None else register(module)

    def offers(self) -> Mapping[str, list[Offer]]:
        """Return what installed plugins offer, by name."""
        found: dict[str, list[Offer]] = {}
        for offer in self._plugins.offers(self._question, self._reserved):
            found.setdefault(offer.name, []).append(offer)
        return found

    def names(self) -> list[str]:
        """Return every name that can be built, sorted."""
        return sorted({*self._classes, *self.offers()})

    def get(self, name: str) -> type[T]:
        """Return the class called `name`, importing its plugin if need be.

        Args:
            name: A registered name, with or without the scope of an OpenMMLab library
                (`mmengine.LocalVisBackend`), or `"package.module:Class"`.

        Raises:
            UnknownTypeError: If nobody provides the name.
            PluginError: If several plugins provide it, or its plugin cannot.
        """
        if ":" in name:
            return self._resolve(Offer(name, name, "the config"))
        for scope in _SCOPES:
            name = name.removeprefix(scope)
        self._import(name)
        if name in self._registered:
            return self._registered[name]
        offers = self.offers().get(name, [])
        if not offers:
            raise UnknownTypeError(self._explain(name))
        if len(offers) > 1:
            providers = " and ".join(offer.provider for offer in offers)
            raise PluginError(
                f"{self._kind} {name!r} is provided by {providers}; uninstall one, or switch "
                "it off with VIZ_DISABLE_PLUGINS=<its distribution>"
            )
        return self._resolve(offers[0])

    def build(self, cfg: Mapping[str, Any]) -> T:
        """Build the object that `cfg` describes; `cfg` is left as it was.

        Args:
            cfg: `"type"` holds a name or a class; the rest are its arguments.

        Raises:
            TypeError: If `cfg` is not a mapping, or the class does not take the arguments.
            ValueError: If it has no `"type"`.
            UnknownTypeError: If nobody provides the type.
        """
        if not isinstance(cfg, Mapping):
            raise TypeError(
                f"a {self._kind} config must be a mapping such as dict(type=...), got "
                f"{type(cfg).__name__}: {cfg!r}"
            )
        arguments = {key: cfg[key] for key in cfg}
        if arguments.get("type") is None:
            raise ValueError(
                f'{self._kind} config has no "type": {dict(arguments)!r}; name one of '
                f"{', '.join(self.names())}"
            )
        wanted = arguments.pop("type")
        cls = self.get(wanted) if isinstance(wanted, str) else wanted
        if not isinstance(cls, type):
            raise TypeError(
                f'"type" of a {self._kind} config must be a name or a class, got {wanted!r}'
            )
        return self._create(cls, arguments)

    def _import(self, name: str) -> None:
        """Register a class of viz-core's own, unless that is done."""
        target = self._builtin.get(name)
        if target is not None:
            self._registered.setdefault(name, self._resolve(Offer(name, target, "viz-core")))
            self._builtin.pop(name, None)  # only now: another thread may ask meanwhile

    def _register(self, name: str, cls: type, force: bool) -> None:
        if not isinstance(cls, type):
            raise TypeError(f"a {self._kind} must be a class, got {cls!r}")
        taken = self._classes.get(name, cls)
        if taken is not cls and not force:
            raise ValueError(
                f"{self._kind} {name!r} is already {_path(taken)}; choose another name, or "
                "pass force=True to replace it"
            )
        self._classes[name] = cls

    def _resolve(self, offer: Offer) -> type[T]:
        try:
            target = offer.target
            if isinstance(target, str):
                module, _, attribute = target.partition(":")
                target = getattr(importlib.import_module(module), attribute)
            if not isinstance(target, type):
                raise TypeError(f"{target!r} is not a class")
        except Exception as error:  # importing a stranger's module may fail in any way
            raise PluginError(
                f"{offer.provider} cannot provide the {self._kind} {offer.name!r}: "
                f"{type(error).__name__}: {error}"
            ) from error
        return target

    def _explain(self, name: str) -> str:
        from difflib import get_close_matches  # only an error pays for it

        available = self.names()
        lines = [f"no {self._kind} is called {name!r}"]
        close = get_close_matches(name, {*available, *self._homes}, n=1)
        meant = name if name in self._homes else close[0] if close else None
        if meant not in (None, name):
            lines.append(f"did you mean {meant!r}?")
        if "." in name:
            lines.append(
                "a scoped name is known to MMEngine's registries, which build it; here write where "
                "the class is: 'package.module:Class'"
            )
        home = self._homes.get(meant or "")
        off = list(self._plugins.disabled)
        broken = [str(failure) for failure in self._plugins.failures]
        known = any(provider.startswith(f"{home} ") for provider in [*off, *broken])
        if home and meant not in available and not known:
            lines.extend(how_to_install(str(meant), home))
        lines.append(f"available: {', '.join(available) or 'none'}")
        lines.extend(f"left out: {failure}" for failure in broken)
        lines.extend(f"switched off by VIZ_DISABLE_PLUGINS: {provider}" for provider in off)
        return "\n  ".join(lines)


def how_to_install(name: str, home: str) -> list[str]:
    """Return the lines that say how to get the package `home`, which has `name`."""
    return [
        f"{name} is in the package {home}, which is not installed",
        f"from a clone of viz: pip install ./packages/{home}",
        f"once it is on a package index: pip install {home}",
    ]


def _construct(cls: type[T], arguments: dict[str, Any]) -> T:
    return cls(**arguments)


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _named(cls: type, arguments: dict[str, Any]) -> Any:
    """Make a visualizer as the named global instance that it is meant to be."""
    if issubclass(cls, NamedInstances):
        return cls.get_instance(**{"name": "visualizer", **arguments})
    return cls(**arguments)


#: Backends by name. What is registered here need not inherit `BaseVisBackend`.
VISBACKENDS: Registry[Any] = Registry(
    "backend",
    host,
    "viz_backends",
    homes={
        "TensorboardVisBackend": "viz-backend-tensorboard",
        "WandbVisBackend": "viz-backend-wandb",
        "MLflowVisBackend": "viz-backend-mlflow",
    },
    builtin={"LocalVisBackend": "viz_core.backends.local:LocalVisBackend"},
)

#: Visualizers by name. `VISUALIZERS.build(cfg)` makes the instance called `cfg["name"]`,
#: or returns it if it exists.
VISUALIZERS: Registry[Any] = Registry(
    "visualizer",
    host,
    "viz_visualizers",
    homes={"DetLocalVisualizer": "viz-mmdet-adapter"},
    reserved={"Visualizer"},
    create=_named,
)
