"""What every test of every row shares."""

import os
import sys
from pathlib import Path

import pytest

# For `reading_back`: tests are imported without a package around them.
sys.path.append(str(Path(__file__).parent))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Under ``VIZ_FULL=1`` nothing may hide: a skipped test fails.

    The tests of a backend's contract for kinds that it does not keep say so, and hide nothing.
    """
    report = yield
    if not report.skipped or hasattr(report, "wasxfail") or os.environ.get("VIZ_FULL") != "1":
        return report
    if "left out: " not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, and with VIZ_FULL=1 nothing may be: {report.longrepr}"
    return report
