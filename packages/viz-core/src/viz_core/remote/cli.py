"""`viz upload`: what of a run is not in a store yet, uploaded by hand."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from viz_core.files.paths import masked
from viz_core.remote.destination import checked_url
from viz_core.remote.folder import FolderUpload, Left
from viz_core.remote.store import Store
from viz_core.runs.folders import find_run, rank_folders

__all__ = ["HELP", "upload"]

#: What `viz --help` says of it.
HELP = "copy a run to a store, as far as it is not there"

#: The exit status that shells give a program which Ctrl-C has ended.
_INTERRUPTED = 128 + 2

_WIDTH = 30


def upload(arguments: Sequence[str]) -> int:
    """Run `viz upload`, and return its exit status: 0 if everything is there, 1 if not, 2 for wrong arguments.

    Args:
        arguments: What stands after `viz upload`.
    """
    parser = argparse.ArgumentParser(
        prog="viz upload",
        description=f"{HELP.capitalize()}. It may be run again at any time, and beside a training: "
        "what is there is not uploaded again. The exit status is 0 if everything is there.",
        epilog="Example: viz upload runs s3://bucket/run-7",
    )
    parser.add_argument("run", metavar="RUN", help="its save_dir, or the vis_data in it")
    parser.add_argument("url", metavar="URL", help="where to, as s3://bucket/run")
    options = parser.parse_args(arguments)
    try:
        folder = find_run(options.run)
        store = Store(checked_url(options.url, "URL"))
    except (OSError, ValueError, TypeError, ModuleNotFoundError) as error:
        print(f"viz upload: {error}", file=sys.stderr)
        return 2
    uploads = [
        FolderUpload(path, store, rank, "" if path == folder else f"{path.name}/")
        for rank, path in rank_folders(folder)
    ]
    for each in uploads:
        each.remember()
    bar = _Bar(_sum([each.left() for each in uploads]))
    errors: list[OSError] = []
    try:
        for each in uploads:
            errors += each.upload(note=bar.add)
    except KeyboardInterrupt:
        print(
            "\nviz upload: interrupted; what is missing goes when it is run again", file=sys.stderr
        )
        return _INTERRUPTED
    finally:
        bar.end()
    left = _sum([each.left() for each in uploads])
    for problem in errors:
        print(f"viz upload: {problem}", file=sys.stderr)
    where = f"of {folder} to {masked(store.name)}"
    print(f"uploaded {_said(bar.done)} {where} in {bar.seconds:.1f} s; {_said(left)} left")
    return int(bool(errors or left.objects))


def _sum(parts: Sequence[Left]) -> Left:
    return Left(sum(part.objects for part in parts), sum(part.size for part in parts))


def _said(part: Left) -> str:
    return f"{part.objects} file{'' if part.objects == 1 else 's'}, {part.size / 1e6:.1f} MB"


class _Bar:
    """Shows on a terminal how far it is.

    Args:
        total: What there is to upload.
    """

    def __init__(self, total: Left) -> None:
        self.done = Left(0, 0)
        self._total = total
        self._start = time.monotonic()
        self._is_shown = sys.stderr.isatty()

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self._start

    def add(self, objects: int, size: int) -> None:
        """Show that more is there."""
        self.done = Left(self.done.objects + objects, self.done.size + size)
        if self._is_shown:
            share = min(1, self.done.size / max(1, self._total.size))
            bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
            rate = self.done.size / 1e6 / max(0.001, self.seconds)
            text = f"{self.done.objects}/{self._total.objects} files, {rate:.1f} MB/s"
            print(f"\r[{bar}] {share:4.0%} {text}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._is_shown and self.done.objects:
            print(file=sys.stderr)
