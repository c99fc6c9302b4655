"""What every test of every row shares."""

import os

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Under ``VIZ_FULL=1`` nothing may hide: a skipped test fails."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("VIZ_FULL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, and with VIZ_FULL=1 nothing may be: {report.longrepr}"
    return report
