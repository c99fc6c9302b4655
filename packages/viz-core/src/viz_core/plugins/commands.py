"""The commands of `viz` that installed plugins add."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from viz_core.errors import PluginError, UnknownTypeError
from viz_core.plugins.host import PluginHost
from viz_core.plugins.registry import how_to_install

if TYPE_CHECKING:
    from viz_core.plugins.hookspecs import Command

__all__ = ["HOMES", "RESERVED", "command_helps", "find_command"]

#: The packages of commands that may not be installed.
HOMES = {"report": "viz-report", "view": "viz-report"}

#: viz-core's own, which no plugin can provide.
RESERVED = ("backends", "upload")


def command_helps(plugins: PluginHost) -> dict[str, str]:
    """Return what each command does, sorted by its name; of a missing one, which package has it."""
    helps = {name: f"in the package {home}, which is not installed" for name, home in HOMES.items()}
    for name, offers in _offers(plugins).items():
        providers = " and ".join(provider for provider, _ in offers)
        helps[name] = offers[0][1].help if len(offers) == 1 else f"provided by {providers}"
    return dict(sorted(helps.items()))


def find_command(name: str, plugins: PluginHost) -> Callable[[Sequence[str]], int]:
    """Return the function behind a command, importing its plugin.

    Raises:
        UnknownTypeError: If nobody provides it.
        PluginError: If several plugins provide it, or its plugin cannot.
    """
    everything = _offers(plugins)
    if name not in everything:
        raise UnknownTypeError(_explain(name, [*everything], plugins))
    (provider, command), *others = everything[name]
    if others:
        providers = " and ".join(provider for provider, _ in everything[name])
        raise PluginError(
            f"the command {name!r} is provided by {providers}; uninstall one, or switch it off "
            "with VIZ_DISABLE_PLUGINS=<its distribution>"
        )
    module, _, function = command.target.partition(":")
    try:
        found: Callable[[Sequence[str]], int] = getattr(importlib.import_module(module), function)
    except Exception as error:  # importing a stranger's module may fail in any way
        raise PluginError(
            f"{provider} cannot provide the command {name!r}: {type(error).__name__}: {error}"
        ) from error
    return found


def _offers(plugins: PluginHost) -> dict[str, list[tuple[str, Command]]]:
    """Return who offers what, by the name of the command."""
    from viz_core.plugins.hookspecs import Command  # and pluggy, which whoever offers has

    found: dict[str, list[tuple[str, Command]]] = {}
    for offer in plugins.offers("viz_commands", RESERVED):
        if isinstance(offer.target, Command):
            found.setdefault(offer.name, []).append((offer.provider, offer.target))
    return found


def _explain(name: str, offered: Sequence[str], plugins: PluginHost) -> str:
    available = sorted({*RESERVED, *offered})
    lines = [f"viz has no command {name!r}"]
    if name in HOMES:
        lines = how_to_install(f"`viz {name}`", HOMES[name])
    elif close := get_close_matches(name, {*available, *HOMES}, n=1):
        lines.append(f"did you mean {close[0]!r}?")
    lines.append(f"available: {', '.join(available)}")
    lines.extend(f"left out: {failure}" for failure in plugins.failures)
    lines.extend(f"switched off by VIZ_DISABLE_PLUGINS: {each}" for each in plugins.disabled)
    return "\n  ".join(lines)
