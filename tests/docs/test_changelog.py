"""The table of moves in the changelog names the modules that there are."""

import re
from importlib.util import find_spec
from pathlib import Path

CHANGELOG = (Path(__file__).parents[2] / "CHANGELOG.md").read_text()
ROW = re.compile(r"^\| (`viz_.*) \| (.*`viz_.*) \|$", re.MULTILINE)


def modules(cell):
    """Yield the modules that a cell names; one without a package is beside the one before."""
    package = ""
    for name in re.findall(r"`([\w.]+)`", cell):
        package = name.rpartition(".")[0] or package
        yield name if "." in name else f"{package}.{name}"


def is_there(module):
    parent = module.rpartition(".")[0]
    return (not parent or is_there(parent)) and find_spec(module) is not None


def test_every_module_of_today_is_there():
    rows = ROW.findall(CHANGELOG)
    assert len(rows) > 10
    assert [name for _, now in rows for name in modules(now) if not is_there(name)] == []
