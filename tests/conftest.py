"""What every test of every row shares."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# For `machine`, `reading_back` and `waiting`: tests are imported without a package around them.
sys.path.append(str(Path(__file__).parent))

# The same examples each time, however busy the machine; HYPOTHESIS_PROFILE=explore looks for more.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _patient, derandomize=True)
settings.register_profile("explore", _patient, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Go through the thousands of tests for garbage once: they stay until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(trylast=True)  # of what is selected
def pytest_collection_modifyitems(config, items):
    """Give each process of ``-n 2 --dist each`` half of the tests, always the same.

    xdist's other ways give a test to whoever is idle, so that what has run before it in its
    process depends on how busy the machine is. Tests of one ``xdist_group`` stay together: they
    share a fixture that takes long. What takes longest is dealt first, as far as marks say so.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None:
        return
    groups = {}
    for item in items:
        groups.setdefault(_group(item), []).append(item)
    seconds = {name: sum(map(_seconds, together)) for name, together in groups.items()}
    me, loads, mine = int(worker["workerid"].removeprefix("gw")), [0] * worker["workercount"], set()
    for name in sorted(groups, key=seconds.get, reverse=True):
        who = loads.index(min(loads))
        loads[who] += seconds[name]
        if who == me:
            mine.add(name)
    items[:] = [item for item in items if _group(item) in mine]


def _group(item):
    mark = item.get_closest_marker("xdist_group")
    return mark.args[0] if mark else item.nodeid


def _seconds(item):
    """Return about how long a test takes."""
    mark = item.get_closest_marker("takes")
    return mark.args[0] if mark else 0.1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _keep_in_sight((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _keep_in_sight((yield))


def _keep_in_sight(report):
    """Under ``VIZ_FULL=1`` nothing may hide: a skipped test fails, and so does a skipped file.

    Under ``VIZ_FULL=later`` its id becomes a line of the file ``skipped`` in Python's environment,
    for a run with 1. The tests of a backend's contract for kinds that it does not keep say so, and
    hide nothing.
    """
    full = os.environ.get("VIZ_FULL")
    if not report.skipped or hasattr(report, "wasxfail") or "left out: " in str(report.longrepr):
        return report
    if full == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, and with VIZ_FULL=1 nothing may be: {report.longrepr}"
    elif full == "later":
        with Path(sys.prefix, "skipped").open("a") as file:
            print(report.nodeid, file=file)
    return report
