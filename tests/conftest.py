"""What every test of every row shares."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# For `reading_back` and `waiting`: tests are imported without a package around them.
sys.path.append(str(Path(__file__).parent))

# The same examples each time, however busy the machine; HYPOTHESIS_PROFILE=explore looks for more.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _patient, derandomize=True)
settings.register_profile("explore", _patient, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


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
