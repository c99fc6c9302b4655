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
    parser = argparse.ArgumentParser(prog="python -m viz_backend_mlflow")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("sync", help="send the journals of runs that could not send them")
    command.add_argument("folder", type=Path, help="the save_dir, or a folder above it")
    command.add_argument(
        "--refused", action="store_true", help="also try again what was refused before"
    )
    command.add_argument(
        "--any-file",
        action="store_true",
        help="also send files that are not in the folder of the run that names them",
    )
    command.add_argument("--timeout", type=float, default=10.0, help="seconds for a request")
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
