"""`viz` on the command line: the backends that there are, and the commands of plugins."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import get_args

import viz_core
from viz_core import VISBACKENDS, PluginWarning, VizError
from viz_core.kinds.fallbacks import FALLBACKS
from viz_core.plugins.commands import RESERVED, command_helps, find_command
from viz_core.plugins.host import host
from viz_core.recording.forms import bind, keeps
from viz_core.remote.cli import HELP, upload
from viz_core.typing import Kind

__all__ = ["main"]

#: The exit status that shells give a program which SIGPIPE has ended.
_PIPE_CLOSED = 128 + 13


@dataclass
class Report:
    """What is known of one backend.

    Args:
        name: What configs call it, as `LocalVisBackend`.
        provider: Distribution, version and entry point.
        tracker: The package it records with and its version; None if it needs none.
        supports: The kinds of records it keeps.
        becomes: The kinds that it keeps as others, and as which.
        lacks: The kinds of which it keeps nothing.
        problem: Why it cannot be used, or None.
    """

    name: str
    provider: str
    tracker: str | None = None
    supports: list[str] = field(default_factory=list)
    becomes: dict[str, list[str]] = field(default_factory=dict)
    lacks: list[str] = field(default_factory=list)
    problem: str | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `viz` and return its exit status: 1 if something is broken.

    Whoever reads its output may stop reading, as `| head` does: that ends it without a word.

    Args:
        arguments: What stands after `viz`; by default the program's own.
    """
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)  # here, not at exit, where nobody could catch it
    except BrokenPipeError:
        # What is left to write is written at exit, where that would be said after all.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED


def _run(arguments: Sequence[str] | None) -> int:
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or [""]
    if name == "upload":
        return upload(rest)
    if name and not name.startswith("-") and name not in RESERVED:
        return _run_command(name, rest)
    parser = argparse.ArgumentParser(
        prog="viz",
        description="Look at what was recorded, and at what viz finds on this machine. Drawing and "
        "recording are done in Python, with viz_core.Visualizer.",
        epilog="`viz COMMAND --help` says what a command takes; `python -m viz_core` is the same "
        "program.",
    )
    parser.add_argument("--version", action="version", version=f"viz-core {viz_core.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    says = "list the backends that configs can name"
    backends = commands.add_parser(
        "backends",
        help=says,
        description=f"{says.capitalize()}: who provides each, what it keeps, and what is broken.",
        epilog="The exit status is 1 if anything is broken.",
    )
    backends.add_argument("--check", action="store_true", help="import each tracker too")
    backends.add_argument("--json", action="store_true", help="print JSON")
    commands.add_parser("upload", help=HELP)
    if name != "backends":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PluginWarning)  # `viz backends` lists them
            for other, help_ in command_helps(host).items():
                commands.add_parser(other, help=help_.replace("%", "%%"))
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)  # they are listed below
        reports = [_examine(name, options.check) for name in VISBACKENDS.names()]
    left_out = [str(failure) for failure in host.failures]
    if options.json:
        listing = {
            "backends": [asdict(report) for report in reports],
            "left_out": left_out,
            "switched_off": list(host.disabled),
        }
        print(json.dumps(listing, indent=2))
    else:
        _print(reports, left_out, host.disabled)
    return int(bool(left_out) or any(report.problem for report in reports))


def _run_command(name: str, arguments: Sequence[str]) -> int:
    """Run a plugin's command and return its exit status."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PluginWarning)  # the error lists them
            command = find_command(name, host)
    except VizError as error:
        print(f"viz: {error}", file=sys.stderr)
        return 2
    return command(arguments)


def _examine(name: str, check: bool) -> Report:
    """Return what is known of the backend `name`; only `check` imports its tracker."""
    offers = VISBACKENDS.offers().get(name, [])
    providers = [offer.provider for offer in offers] or [f"viz-core {viz_core.__version__}"]
    report = Report(name, " and ".join(providers))
    try:
        backend = VISBACKENDS.get(name)
    except VizError as error:
        report.problem = " ".join(str(error).split())
        return report
    report.supports = [kind for kind in get_args(Kind) if keeps(backend, kind)]
    bound = bind(backend, FALLBACKS)
    for kind in [kind for kind in get_args(Kind) if kind not in report.supports]:
        if kind in bound and bound[kind].becomes:
            report.becomes[kind] = [*bound[kind].becomes]
        else:
            report.lacks.append(kind)
    tracker = getattr(backend, "tracker", None)
    if tracker is not None:
        report.tracker, report.problem = _find_tracker(tracker, check)
    return report


def _find_tracker(tracker: str, check: bool) -> tuple[str, str | None]:
    """Return the tracker with its version, and what is wrong with it."""
    if importlib.util.find_spec(tracker) is None:
        return tracker, f"{tracker} is not installed"
    if check:
        try:
            importlib.import_module(tracker)
        except Exception as error:  # noqa: BLE001  # a stranger's package may fail in any way
            return tracker, f"importing {tracker} failed: {type(error).__name__}: {error}"
    try:
        return f"{tracker} {importlib.metadata.version(tracker)}", None
    except importlib.metadata.PackageNotFoundError:  # its distribution has another name
        return tracker, None


def _print(reports: Sequence[Report], left_out: Sequence[str], disabled: Sequence[str]) -> None:
    width = max(len(report.name) for report in reports)
    for report in reports:
        print(f"{report.name:<{width}}  {report.provider}")
        if report.tracker:
            print(f"{'':<{width}}  tracker: {report.tracker}")
        if report.supports:
            print(f"{'':<{width}}  supports: {', '.join(report.supports)}")
        if report.becomes:
            forms = [f"{kind} ({' and '.join(form)})" for kind, form in report.becomes.items()]
            print(f"{'':<{width}}  as another kind: {', '.join(forms)}")
        if report.supports and report.lacks:
            print(f"{'':<{width}}  keeps no: {', '.join(report.lacks)}")
        if report.problem:
            print(f"{'':<{width}}  broken: {report.problem}")
    for failure in left_out:
        print(f"left out: {failure}")
    for provider in disabled:
        print(f"switched off by VIZ_DISABLE_PLUGINS: {provider}")
