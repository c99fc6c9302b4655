"""Tests need things of the machine, and what it lacks is skipped in sight."""

import os
from pathlib import Path

import machine
import pytest
from machine import needs_font, needs_module, needs_program

from viz_core.testing.processes import run_python

NOBODY_HAS_IT = "\U000f1234"  # for private use


def test_what_is_there_skips_nothing(monkeypatch, tmp_path):
    (tmp_path / "Xvfb").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(machine.FONTS, "Aß", "fonts-dejavu")
    needs_program("Xvfb")
    needs_font("Aß")
    needs_module("json", "python3")


def test_what_is_missing_is_named_with_the_way_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(machine.FONTS, f"A{NOBODY_HAS_IT}", "fonts-rare")
    with pytest.raises(pytest.skip.Exception, match="program Xvfb: apt-get install xvfb"):
        needs_program("Xvfb")
    with pytest.raises(pytest.skip.Exception, match=r"A\S: apt-get install fonts-rare; rm .*list"):
        needs_font(f"A{NOBODY_HAS_IT}")
    with pytest.raises(pytest.skip.Exception, match="module tk0: apt-get install python3-tk"):
        needs_module("tk0", "python3-tk")


@pytest.fixture
def try_tests(tmp_path):
    """Return a function that runs a test that passes, one that skips and a file that skips."""
    (tmp_path / "test_file.py").write_text("import pytest; pytest.importorskip('tk0')")
    (tmp_path / "test_both.py").write_text(
        "import pytest\n"
        "from machine import needs\n"
        "def test_here(): needs(True, 'Python', 'apt-get install python3')\n"
        "def test_gone(): needs(False, 'luck', 'apt-get install luck')\n"
        "def test_left_out(): pytest.skip('left out: it has no images')\n"
    )
    tests = str(Path(machine.__file__).parent)
    run = "import sys, pytest; sys.prefix = sys.argv[2]; sys.exit(pytest.main(sys.argv[1:]))"

    def run_tests(full):
        environment = {
            **os.environ,
            "PYTHONPATH": tests,
            "VIZ_FULL": full,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        # Else it lists all folders above, and there may be thousands in that of temporary files.
        here = ("--rootdir", tmp_path, "--confcutdir", tmp_path, "-c", os.devnull)
        arguments = (*here, "-p", "conftest", "-rs", tmp_path)
        imports = ["pytest", "conftest"]
        return run_python(run, *arguments, imports=imports, env=environment, cwd=tmp_path)

    return run_tests


def test_a_skip_is_told_and_nothing_fails(try_tests, tmp_path):
    done = try_tests("")
    assert done.returncode == 0, done.stdout
    assert "needs luck: apt-get install luck" in done.stdout
    assert "1 passed, 3 skipped" in done.stdout
    assert not (tmp_path / "skipped").exists()


def test_with_viz_full_a_skip_fails(try_tests):
    done = try_tests("1")
    assert done.returncode == 2  # of a file: pytest stops
    assert "with VIZ_FULL=1 nothing may be" in done.stdout


def test_what_is_left_for_later_is_listed(try_tests, tmp_path):
    done = try_tests("later")
    assert done.returncode == 0, done.stdout
    listed = (tmp_path / "skipped").read_text().split()
    assert listed == ["test_file.py", "test_both.py::test_gone"]  # files are collected first
    (tmp_path / "test_file.py").unlink()
    done = try_tests("1")
    assert "1 failed, 1 passed, 1 skipped" in done.stdout
    assert "needs luck" in done.stdout
