"""Finding plugins, and keeping a broken one away from the others."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viz_core._warnings import warn_user
from viz_core.errors import PluginError, PluginWarning, VizWarning
from viz_core.processes import after_fork

if TYPE_CHECKING:
    import pluggy

    from viz_core.plugins.discovery import EntryPoint
    from viz_core.plugins.hookspecs import Command, Target

__all__ = ["GROUP", "Failure", "Offer", "PluginHost", "host"]

#: The entry-point group. The number is the major version of the plugin API.
GROUP = "viz.plugins.v1"

_GROUPS = "viz.plugins."
_DISABLE = "VIZ_DISABLE_PLUGINS"


@dataclass(frozen=True)
class Offer:
    """One name that a plugin provides."""

    name: str
    target: Target | Command
    provider: str


@dataclass(frozen=True)
class Failure:
    """A plugin that was left out, and why."""

    provider: str
    error: Exception

    def __str__(self) -> str:
        """Return the provider, the kind of error and the reason, on one line."""
        reason = " ".join(str(self.error).split())
        return f"{self.provider} ({type(self.error).__name__}: {reason})"


class PluginHost:
    """Asks every installed plugin the questions in `viz_core.plugins.hookspecs`.

    Nothing is looked for or imported until the first question is asked. Each plugin is asked
    by itself, since one pluggy call for all loses every answer to the first exception.

    Args:
        find: Returns the entry points to consider; by default all installed ones whose group
            starts with `viz.plugins.`.
    """

    def __init__(self, find: Callable[[], Iterable[EntryPoint]] | None = None) -> None:
        self._find = find or _find_installed
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Forget all plugins, so that the next question looks for them anew."""
        with self._lock:
            self._made: pluggy.PluginManager | None = None
            self._failures: list[Failure] = []
            self._disabled: list[str] = []
            self._answers: dict[str, tuple[Offer, ...]] = {}
            self._unknown: list[str] = []
            self._loaded = self._is_loading = False
            self._unannounced = 0

    def renew(self) -> None:
        """Start anew in a forked child, where a thread that is not there may hold the lock."""
        self._lock = threading.RLock()
        if self._is_loading:
            self.forget()

    def __repr__(self) -> str:
        """Return how many plugins there are; looks for none."""
        if not self._loaded:
            return "<PluginHost, not asked yet>"
        count = len(self._manager.get_plugins())
        return f"<PluginHost, plugins: {count}, left out: {len(self._failures)}>"

    @property
    def _manager(self) -> pluggy.PluginManager:
        if self._made is None:
            import pluggy  # a third of what importing viz_core would cost

            from viz_core.plugins import hookspecs

            self._made = pluggy.PluginManager("viz")
            self._made.add_hookspecs(hookspecs)
        return self._made

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The plugins that were left out."""
        return tuple(self._failures)

    @property
    def disabled(self) -> tuple[str, ...]:
        """The providers that `VIZ_DISABLE_PLUGINS` switched off."""
        return tuple(self._disabled)

    def offers(self, question: str, reserved: Collection[str] = ()) -> Sequence[Offer]:
        """Return what all plugins answer to `question`, the name of a hook.

        Args:
            question: `"viz_backends"`, `"viz_visualizers"` or `"viz_commands"`.
            reserved: Names of viz-core's own, which no plugin can provide.

        Warns:
            PluginWarning: Once for each plugin that is broken.
            VizWarning: Once, if `VIZ_DISABLE_PLUGINS` names what is no plugin.
        """
        with self._lock:
            self._load()
            if question not in self._answers:
                self._answers[question] = tuple(self._ask(question, reserved))
            # Only now: a filter that turns warnings into errors must not cost the other plugins.
            fresh, self._unannounced = self._failures[self._unannounced :], len(self._failures)
            unknown, self._unknown = self._unknown, []
        for failure in fresh:
            warn_user(f"plugin left out: {failure}", PluginWarning)
        if unknown:
            warn_user("; ".join(unknown), VizWarning)
        return self._answers[question]

    def register(self, plugin: object, name: str) -> None:
        """Add a plugin by hand, as a test or a notebook does.

        Raises:
            PluginError: If `plugin` implements no hook, one that viz-core does not have, or
                one with arguments that the hook does not have.
        """
        with self._lock:
            try:
                self._manager.register(plugin, name=name)
                self._check(plugin)
            except Exception as error:
                import pluggy

                self._drop(name)  # it keeps what it half registered
                if isinstance(error, pluggy.PluginValidationError):
                    raise PluginError(str(error)) from error
                raise
            self._answers.clear()

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = self._is_loading = True
        words = os.environ.get(_DISABLE, "").split(",")
        switched_off = {_as_known(word): word.strip() for word in words if word.strip()}
        points = sorted(self._find())
        ours = {point.distribution for point in points if point.group == GROUP}
        known = {"*"}.union(*map(_names_of, points))
        self._unknown = [_explain(switched_off[w], points) for w in switched_off if w not in known]
        for point in points:
            provider = f"{point.distribution} [{point.name}]"
            if switched_off.keys() & {"*", *_names_of(point)}:
                self._disabled.append(provider)
            elif point.group == GROUP:
                self._load_one(point, provider)
            elif point.distribution not in ours:  # one that speaks our version too is welcome
                self._leave_out(provider, PluginError(_other_version(point.group)))
        self._is_loading = False

    def _load_one(self, point: EntryPoint, provider: str) -> None:
        try:
            self.register(point.load(), name=provider)
        except Exception as error:  # noqa: BLE001  # a stranger's module may fail in any way
            self._leave_out(provider, error)

    def _ask(self, question: str, reserved: Collection[str]) -> Iterator[Offer]:
        for implementation in list(getattr(self._manager.hook, question).get_hookimpls()):
            provider = implementation.plugin_name
            try:
                offers = [Offer(n, t, provider) for n, t in dict(implementation.function()).items()]
                _check_offers(offers, question, reserved)
            except Exception as error:  # noqa: BLE001  # a stranger's hook may fail in any way
                self._leave_out(provider, error)
                continue
            yield from offers

    def _check(self, plugin: object) -> None:
        callers = self._manager.get_hookcallers(plugin) or []
        if not callers:
            raise PluginError("no function in it is decorated with @viz_core.hookimpl")
        unknown = sorted(caller.name for caller in callers if not caller.has_spec())
        if unknown:
            raise PluginError(
                f"it implements {', '.join(unknown)}, which this viz-core does not ask; "
                "upgrade viz-core or mend the name"
            )

    def _leave_out(self, provider: str, error: Exception) -> None:
        self._drop(provider)
        self._failures.append(Failure(provider, error))

    def _drop(self, name: str) -> None:
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)


def _check_offers(offers: Iterable[Offer], question: str, reserved: Collection[str]) -> None:
    from viz_core.plugins.hookspecs import Command  # and pluggy, which whoever offers has

    for offer in offers:
        if offer.name in reserved:
            raise PluginError(
                f"{question} offers {offer.name!r}, which is viz-core's own; rename it"
            )
        if question == "viz_commands":
            if not isinstance(offer.target, Command):
                raise PluginError(
                    f"{question} offers {offer.target!r} as {offer.name!r}; a command is "
                    'viz_core.Command("package.module:function", help="what it does")'
                )
        elif not isinstance(offer.target, type) and ":" not in str(offer.target):
            raise PluginError(
                f"{question} offers {offer.target!r} as {offer.name!r}; a target is a class or "
                '"package.module:Class"'
            )


def _as_known(name: str) -> str:
    """Return a name as those of distributions are compared: case, `-`, `_` and `.` are alike."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _names_of(point: EntryPoint) -> set[str]:
    """Return what `VIZ_DISABLE_PLUGINS` may call a plugin.

    Its distribution, its entry point, its module, and the packages that the module is in.
    """
    parts = point.value.partition(":")[0].split(".")
    modules = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return {_as_known(name) for name in (point.distribution.split()[0], point.name, *modules)}


def _explain(word: str, points: Sequence[EntryPoint]) -> str:
    installed = ", ".join(f"{point.distribution} [{point.name}]" for point in points) or "none"
    return (
        f"{_DISABLE} names {word!r}, and no installed plugin is called so, by its distribution, "
        f"entry point or module; installed: {installed}"
    )


def _find_installed() -> list[EntryPoint]:
    from viz_core.plugins.discovery import find_entry_points  # not before a plugin is asked for

    return find_entry_points(_GROUPS)


def _other_version(group: str) -> str:
    return f"it is made for {group}, and this viz-core speaks {GROUP}; upgrade the older one"


#: The plugins installed in this environment.
host = PluginHost()
after_fork(host.renew)
