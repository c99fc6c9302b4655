"""``viz`` on the command line, as a program."""

import json
import os
import subprocess
import sys

import pytest

from viz_core import __version__
from viz_core.testing.processes import run_python

BROKEN = "import bad_dep_that_is_not_there\n"
TRACKED = """
from viz_core import BaseVisBackend, hookimpl

class TrackedVisBackend(BaseVisBackend):
    tracker = "{tracker}"
    def add_scalars(self, **kwargs): pass

@hookimpl
def viz_backends():
    return {{"TrackedVisBackend": TrackedVisBackend}}
"""


@pytest.fixture
def install(tmp_path):
    def install(name, source):
        module = name.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[viz.plugins.v1]\nx = {module}\n")

    return install


@pytest.fixture
def viz(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)

    def viz(*arguments, **variables):
        code = "import sys; from viz_core.cli import main; sys.exit(main())"
        environment = {**os.environ, **variables}
        return run_python(code, *arguments, imports=["viz_core.cli"], env=environment)

    return viz


def entry(done, name):
    return next(b for b in json.loads(done.stdout)["backends"] if b["name"] == name)


def test_lists_what_is_there(viz):
    done = viz("backends")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("LocalVisBackend")
    assert f"viz-core {__version__}" in done.stdout
    assert "supports: config, image, scalar, scalars" in done.stdout
    assert "keeps no: graph" in done.stdout


def test_says_it_as_json(viz):
    local = entry(viz("backends", "--json"), "LocalVisBackend")
    kinds = ["config", "image", "scalar", "scalars", "images", "figure", "histogram", "text"]
    kinds += ["table", "video", "html", "file", "hparams", "pr_curve", "confusion_matrix"]
    kinds += ["annotations"]
    assert local["supports"] == kinds
    assert local["becomes"] == {}
    assert local["lacks"] == ["graph"]
    assert local["problem"] is None


def test_says_what_becomes_of_a_kind_that_a_backend_lacks(viz, install):
    install("viz-tracked", TRACKED.format(tracker="json").replace("scalars", "image"))
    tracked = entry(viz("backends", "--json"), "TrackedVisBackend")
    assert tracked["supports"] == ["image"]
    assert tracked["becomes"]["histogram"] == ["image"]
    assert tracked["lacks"][-1] == "hparams"
    printed = viz("backends").stdout
    assert "as another kind: images (image), figure (image), " in printed
    assert "keeps no: config, graph, scalar, scalars, text, " in printed


def test_a_broken_plugin_is_listed_and_makes_the_status_1(viz, install):
    install("viz-bad", BROKEN)
    done = viz("backends")
    assert done.returncode == 1
    assert "left out: viz-bad 1.0 [x] (ModuleNotFoundError: No module named 'bad_dep" in done.stdout
    assert not done.stderr


def test_a_plugin_that_is_switched_off_is_listed_and_is_not_broken(viz, install):
    install("viz-bad", BROKEN)
    done = viz("backends", VIZ_DISABLE_PLUGINS="viz-bad")
    assert done.returncode == 0
    assert "switched off by VIZ_DISABLE_PLUGINS: viz-bad 1.0 [x]" in done.stdout


def test_a_missing_tracker_is_told(viz, install):
    install("viz-tracked", TRACKED.format(tracker="tracker_that_is_not_there"))
    done = viz("backends", "--json")
    assert done.returncode == 1
    assert (
        entry(done, "TrackedVisBackend")["problem"] == "tracker_that_is_not_there is not installed"
    )


def test_only_check_imports_a_tracker(viz, install, tmp_path):
    (tmp_path / "bad_tracker.py").write_text("raise OSError('no libraries')")
    install("viz-tracked", TRACKED.format(tracker="bad_tracker"))
    assert viz("backends").returncode == 0
    done = viz("backends", "--check")
    assert done.returncode == 1
    assert "broken: importing bad_tracker failed: OSError: no libraries" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], [], ["backends", "--help"]])
def test_help_is_for_people(viz, arguments):
    done = viz(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "list the backends that configs can name" in done.stdout.lower()
    assert ">>>" not in done.stdout
    assert "numpy" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_an_unknown_command_is_named_with_those_that_there_are(viz):
    done = viz("backend")
    assert done.returncode == 2
    assert "'backend'" in done.stderr
    assert "backends" in done.stderr


COMMANDS = """
from viz_core import Command, hookimpl

@hookimpl
def viz_commands():
    return {offers}
"""
FIT = COMMANDS.format(offers="{'fit': Command('{module}:fit', help='Fit 100% of it')}")
DEFINED = "def fit(arguments):\n    print('fitting', arguments)\n    return 7\n"


def test_a_plugins_command_is_listed_and_run(viz, install, tmp_path):
    (tmp_path / "fitting.py").write_text(DEFINED)
    install("viz-fit", FIT.replace("{module}", "fitting"))
    assert "Fit 100% of it" in viz("--help").stdout
    done = viz("fit", "run", "--help", "-o", "x", "--version")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout == "fitting ['run', '--help', '-o', 'x', '--version']\n"


def test_a_command_is_imported_when_it_is_run_and_a_broken_one_is_told(viz, install, tmp_path):
    (tmp_path / "fitting.py").write_text(BROKEN)
    install("viz-fit", FIT.replace("{module}", "fitting"))
    assert (viz("--help").returncode, viz("backends").returncode) == (0, 0)
    done = viz("fit")
    assert (done.returncode, done.stdout) == (2, "")
    assert "viz-fit 1.0 [x] cannot provide the command 'fit': ModuleNotFoundError" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_two_packages_with_one_command_are_both_named(viz, install):
    for name in ("viz-fit", "viz-other"):
        install(name, FIT.replace("{module}", "fitting"))
    assert "viz-fit 1.0 [x] and viz-other 1.0 [x]" in " ".join(viz("--help").stdout.split())
    done = viz("fit")
    assert done.returncode == 2
    assert "'fit' is provided by viz-fit 1.0 [x] and viz-other 1.0 [x]" in done.stderr
    assert "VIZ_DISABLE_PLUGINS" in done.stderr
    assert "viz has no command 'fit'" in viz("fit", VIZ_DISABLE_PLUGINS="*").stderr


@pytest.mark.parametrize(
    ("offers", "says"),
    [
        ("{'fit': 'fitting:fit'}", "a command is viz_core.Command("),
        ("{'fit': Command('fitting', 'it fits')}", "target='fitting' of a command is not"),
        ("{'fit': Command('fitting:fit', None)}", "help=None of a command is no text"),
        ("{'backends': Command('fitting:fit', 'it fits')}", "which is viz-core's own"),
    ],
)
def test_a_wrong_offer_of_a_command_leaves_its_plugin_out(viz, install, offers, says):
    install("viz-fit", COMMANDS.format(offers=offers))
    done = viz("fit")
    assert done.returncode == 2
    assert "left out: viz-fit 1.0 [x]" in done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("name", ["report", "view"])
def test_a_known_command_names_its_package_and_how_to_get_it(viz, name):
    done = viz(name, "runs", VIZ_DISABLE_PLUGINS="*")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`viz {name}` is in the package viz-report, which is not installed" in done.stderr
    assert "pip install ./packages/viz-report" in done.stderr
    assert "pip install viz-report" in done.stderr
    listed = " ".join(viz("--help", VIZ_DISABLE_PLUGINS="*").stdout.split())
    assert f"{name} in the package viz-report, which is not installed" in listed


def test_a_misspelt_command_is_guessed(viz):
    assert "did you mean 'report'?" in viz("reprot", VIZ_DISABLE_PLUGINS="*").stderr


def test_python_m_is_the_same_program(viz, tmp_path):
    command = [sys.executable, "-m", "viz_core", "backends"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stdout) == (0, viz("backends").stdout)


def test_tells_its_version(viz):
    assert viz("--version").stdout == f"viz-core {__version__}\n"


def test_is_installed_as_a_command():
    from importlib.metadata import entry_points

    (command,) = entry_points(group="console_scripts", name="viz")
    assert command.value == "viz_core.cli:main"


@pytest.mark.parametrize("arguments", [["backends"], ["backends", "--json"], ["--help"]])
def test_a_reader_that_stops_ends_it_quietly(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "viz_core", *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writing)
    assert done.stderr == b""
    assert arguments == ["--help"] or done.returncode == 141  # as SIGPIPE ends a program


def test_there_may_be_nobody_to_read():
    command = '"$0" -m viz_core backends >&-'
    done = subprocess.run(["sh", "-c", command, sys.executable], stderr=subprocess.PIPE, timeout=60)
    assert done.stderr == b""
