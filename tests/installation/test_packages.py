"""What is found and what is imported, whichever of our packages are installed."""

import json
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import pytest

from viz_core import Visualizer
from viz_core.testing.processes import run_python

pytestmark = pytest.mark.xdist_group("packages")

#: Who provides which name to which registry.
NAMES = {
    "LocalVisBackend": ("viz-core", "VISBACKENDS"),
    "TensorboardVisBackend": ("viz-backend-tensorboard", "VISBACKENDS"),
    "WandbVisBackend": ("viz-backend-wandb", "VISBACKENDS"),
    "MLflowVisBackend": ("viz-backend-mlflow", "VISBACKENDS"),
    "Visualizer": ("viz-core", "VISUALIZERS"),
    "DetLocalVisualizer": ("viz-mmdet-adapter", "VISUALIZERS"),
}

#: Who provides which command of `viz`.
COMMANDS = {"report": "viz-report", "view": "viz-report"}
#: Those that provide no name, and inherit what a framework has, which may be imported with them.
FRAMEWORKS = ("viz-lightning-adapter", "viz-huggingface-adapter")


def is_installed(package):
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


OURS = {*(package for package, _ in NAMES.values()), *COMMANDS.values(), *FRAMEWORKS}
INSTALLED = {package for package in OURS if is_installed(package)}
#: What the row says it installs; whatever is there when no row runs the tests.
EXPECTED = set(os.environ.get("VIZ_PACKAGES", " ".join(INSTALLED)).split())

#: Nobody pays for these before they are used.
HEAVY = (
    "matplotlib",
    "PIL",
    "torch",
    "mmengine",
    "mmdet",
    "tensorboard",
    "wandb",
    "mlflow",
    "importlib.metadata",
)


def run_fresh(code, imports=("viz_core",)):
    """Return what ``code`` prints last, as JSON, in a process that has imported no more."""
    done = run_python(code, imports=imports)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def modules_after(*codes):
    """Return the names of the modules that are imported after each of ``codes``."""
    told = "\n".join(f"{code}\ntold.append(sorted(sys.modules))" for code in codes)
    return run_fresh(f"import json, sys\ntold = []\n{told}\nprint(json.dumps(told))", ())


@cache
def list_commands():
    """Return what the program says of itself, started as a user does."""
    program = [sys.executable, "-m", "viz_core", "--help"]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


def test_the_row_installs_what_it_says():
    assert INSTALLED == EXPECTED


@pytest.mark.parametrize("registry", ["VISBACKENDS", "VISUALIZERS"])
def test_exactly_the_names_of_the_installed_packages_are_found(registry):
    names = run_fresh(f"import json, viz_core; print(json.dumps(viz_core.{registry}.names()))")
    assert set(names) == {
        name
        for name, (package, where) in NAMES.items()
        if where == registry and package in EXPECTED
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_or_its_package_is_named(name):
    package, registry = NAMES[name]
    found = run_fresh(
        "import json, viz_core\n"
        f"try: found = viz_core.{registry}.get({name!r}).__name__\n"
        "except viz_core.UnknownTypeError as error: found = str(error)\n"
        "print(json.dumps(found))"
    )
    if package in EXPECTED:
        assert found == name
    else:
        assert f"{name} is in the package {package}, which is not installed" in found


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_or_its_package_is_named(command):
    program = "import runpy; runpy.run_module('viz_core', run_name='__main__', alter_sys=True)"
    done = run_python(program, command, "--help", imports=("viz_core",))
    missing = f"in the package {COMMANDS[command]}, which is not installed"
    told = f" {command} {missing} " in " ".join(list_commands().split())
    if COMMANDS[command] in EXPECTED:
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: viz {command} ")
        assert not told
    else:
        assert done.returncode == 2
        assert missing in done.stderr
        assert told


def test_importing_the_core_imports_nothing_heavy_and_no_plugin():
    before, after = modules_after("import numpy", "import viz_core")
    added = {name for name in set(after) - set(before) if not name.startswith("viz_core")}
    assert not {name for name in added if name.split(".")[0] in HEAVY or name in HEAVY}
    assert not {name for name in added if name.startswith("viz_")}


def test_importing_our_packages_imports_no_tracker():
    modules = [package.replace("-", "_") for package in sorted(EXPECTED - {*FRAMEWORKS})]
    (after,) = modules_after(f"import {', '.join(modules)}")
    assert not {name for name in after if name.split(".")[0] in HEAVY}


def test_a_local_backend_is_built_without_looking_for_plugins():
    (after,) = modules_after(
        "import viz_core\nviz_core.VISBACKENDS.build({'type': 'LocalVisBackend', 'save_dir': 'x'})"
    )
    assert not {name for name in after if name.startswith("viz_") and "viz_core" not in name}
    assert "importlib.metadata" not in after


def test_a_backend_is_active_only_when_a_config_names_it(tmp_path):
    visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path)
    visualizer.add_scalar("loss", 0.5)
    visualizer.close()
    assert [p.name for p in tmp_path.iterdir()] == ["vis_data"]
    files = {path.name for path in (tmp_path / "vis_data").iterdir()}
    assert files == {"scalars.json", "index.jsonl"}
