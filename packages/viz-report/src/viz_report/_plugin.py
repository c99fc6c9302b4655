"""What this package offers to viz-core."""

from collections.abc import Mapping

import viz_core
from viz_core import Command


@viz_core.hookimpl
def viz_commands() -> Mapping[str, Command]:
    """Name the commands and where they are."""
    return {
        "report": Command("viz_report.cli:report", "write one HTML file that shows runs"),
        "view": Command("viz_report.cli:view", "show runs on a page that follows them"),
    }
