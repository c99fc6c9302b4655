"""The commands `viz report` and `viz view`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

__all__ = ["report"]

_RUNS = "a save_dir, its vis_data, or a work dir of MMEngine's, of which the newest run is taken"


def report(arguments: Sequence[str]) -> int:
    """Write one HTML file from runs, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="viz report", description="Write one HTML file that shows runs, without any network."
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help=_RUNS)
    parser.add_argument("-o", "--output", default="report.html", metavar="FILE", help="report.html")
    parser.add_argument("--assets", metavar="DIR", help="keep images and videos there, all of them")
    parser.add_argument(
        "--max-mb",
        type=float,
        default=20,
        metavar="MB",
        help="megabytes of the page at most: images are made smaller, then steps left out; 20",
    )
    parser.add_argument("--title", help="of the page; the names of the runs by default")
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
    except (OSError, ValueError) as error:
        print(f"viz report: {error}", file=sys.stderr)
        return 1
    for line in written.left_out:
        print(f"left out: {line}")
    print(f"{written.path} ({written.size / 1e6:.1f} MB)")
    return 0
