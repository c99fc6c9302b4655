"""The command `python -m viz_backend_mlflow sync DIR`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs

from viz_backend_mlflow.journal import find_journals
from viz_backend_mlflow.sync import sync

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 if no record is left to be sent, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m viz_backend_mlflow",
        description="Bring to MLflow what runs could not send while its server was away.",
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", required=True
    )
    says = "send what the journals of runs still hold"
    command = commands.add_parser(
        "sync",
        help=says,
        description=f"{says.capitalize()}. A run has a journal in its save_dir while MLflow does not "
        "have everything; it may be sent at any time, as often as you like.",
        epilog="The exit status is 0 if nothing is left. Example: %(prog)s runs",
    )
    command.add_argument(
        "folder", type=Path, metavar="DIR", help="the save_dir of a run, or a folder above several"
    )
    command.add_argument(
        "--refused", action="store_true", help="also try again what was refused before"
    )
    command.add_argument(
        "--any-file",
        action="store_true",
        help="also send files that are not in the folder of the run that names them",
    )
    command.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long a request may take; 10 by default",
    )
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    if not folder.is_dir():
        parser.error(f"{folder} is not a folder; name the save_dir of the run")
    journals = find_journals(folder)
    if not journals:
        print(
            f"no journal in {folder} or below it: nothing is left to be sent there. A run deletes "
            "its journal when MLflow has everything"
        )
        return 0
    total = sum(journal.count() for journal in journals)
    with tqdm(total=total, unit="record", disable=not total) as bar:
        summary = sync(
            folder,
            options.timeout,
            bar.update,
            refused=options.refused,
            any_file=options.any_file,
        )
    print(
        f"journals: {summary.journals}, sent: {summary.sent}, refused: {summary.refused}, "
        f"left: {summary.left}"
    )
    for where, error in summary.errors.items():
        print(f"{where}: {error}", file=sys.stderr)
    for where, refusals in summary.refusals.items():
        for refusal in refusals:
            print(f"{where}: refused: {refusal}", file=sys.stderr)
    if summary.refusals:
        print(f"what was refused is tried again by: {parser.prog} sync {folder} --refused")
    return 1 if summary.left else 0


if __name__ == "__main__":
    sys.exit(main())
