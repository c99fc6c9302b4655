"""Look at what a run has recorded to local files: one HTML file, or a live page.

Installed, it adds `viz report` and `viz view`. In a notebook `Report("runs")` shows itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viz_report.report import Report, Written, write_report

__version__ = "0.2.0"

__all__ = ["Report", "Written", "write_report"]


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import what is asked for: viz-core looks at this package for any name it does not know."""
        if name in __all__:
            from viz_report import report

            return getattr(report, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
