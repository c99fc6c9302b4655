"""The commands `viz report` and `viz view`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viz_core import Run

__all__ = ["report", "view"]

#: Seconds from one look for a run that has not begun to the next.
_PAUSE = 1.0

_RUNS = (
    "a save_dir, its vis_data, a work dir of MMEngine's, of which the newest run, the last by name, "
    "is taken, or a URL as s3://bucket/run"
)


def _tell_of_others(paths: Sequence[str], command: str) -> None:
    """Say on stderr of which folders one run of several is shown."""
    for path in paths:
        folder = Path(path).expanduser()
        count = 0 if (folder / "vis_data").exists() else len([*folder.glob("*/vis_data")])
        if count > 1:
            print(
                f"{path} has {count} runs, of which the last by name is shown; all are by "
                f"{command} {folder / '*'}",
                file=sys.stderr,
            )


def report(arguments: Sequence[str]) -> int:
    """Write one HTML file from runs, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="viz report",
        description="Write one HTML file that shows runs, without any network.",
        epilog="Example: viz report runs/a runs/b -o both.html",
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help=_RUNS)
    parser.add_argument(
        "-o",
        "--output",
        default="report.html",
        metavar="FILE",
        help="the file to write; report.html by default",
    )
    parser.add_argument(
        "--assets", metavar="DIR", help="keep all images and videos in this folder, not in the page"
    )
    parser.add_argument(
        "--max-mb",
        type=float,
        default=20,
        metavar="MB",
        help="megabytes of the page at most: images are made smaller, then steps left out; 20 by default",
    )
    parser.add_argument("--title", help="title of the page; the names of the runs by default")
    options = parser.parse_args(arguments)
    from viz_report.report import write_report

    try:
        written = write_report(
            options.runs,
            options.output,
            assets=options.assets,
            max_mb=options.max_mb,
            title=options.title,
        )
    except (OSError, ValueError, ImportError) as error:  # of what fsspec needs
        print(f"viz report: {error}", file=sys.stderr)
        return 1
    _tell_of_others(options.runs, parser.prog)
    for line in written.left_out:
        print(f"left out: {line}")
    print(f"{written.path} ({written.size / 1e6:.1f} MB)")
    return 0


def view(arguments: Sequence[str]) -> int:
    """Serve runs as a live page until it is interrupted, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="viz view",
        description="Show runs on a page that follows them, on this machine alone. A run that has "
        "not begun is waited for.",
        epilog="Ctrl-C ends it. Example: viz view runs",
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help=_RUNS)
    parser.add_argument(
        "--port", type=int, default=0, help="port of the page; a free one by default"
    )
    parser.add_argument(
        "--no-token",
        action="store_true",
        help="let in every user of this machine; else whoever has the address with its token",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="a name by which a proxy asks for it; may be given several times",
    )
    options = parser.parse_args(arguments)
    import secrets

    from viz_report.live import Feed
    from viz_report.report import read_folders
    from viz_report.server import Server

    try:
        runs = _awaited(options.runs)
        folders = read_folders(runs)
        feed = Feed(runs, folders, ", ".join(folder.name for folder in folders))
        token = None if options.no_token else secrets.token_urlsafe(16)
        server = Server(feed, options.port, token, options.allow_host)
    except (OSError, ValueError, OverflowError, ImportError) as error:
        print(f"viz view: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    _tell_of_others(options.runs, parser.prog)
    print(server.url, flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(end="", flush=True)
    return 0


def _awaited(paths: Sequence[str]) -> list[Run]:
    """Return the runs at paths, as soon as there is one at each."""
    from viz_report.report import find_runs

    is_told = False
    while True:
        try:
            return find_runs(paths)
        except FileNotFoundError as error:
            if not is_told:
                is_told = True
                print(f"viz view: {error}", file=sys.stderr)
                print("viz view: waiting for its first record; Ctrl-C ends", file=sys.stderr)
        time.sleep(_PAUSE)
