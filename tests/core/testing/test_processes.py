"""A program of the suites ends as if it were alone, and what it said of its end is told."""

import os

import pytest

from viz_core import LocalVisBackend
from viz_core.testing.processes import run_program, run_python


class Odd(LocalVisBackend):
    """Does with its first scalar what the test asks for."""

    def __init__(self, save_dir, do):
        super().__init__(save_dir)
        self.do = do

    def add_scalar(self, name, value, step=0, **kwargs):
        exec(self.do)


@pytest.fixture
def run(tmp_path):
    def run(do, **how):
        config = {"type": Odd, "save_dir": str(tmp_path), "do": do}
        return run_program("record_and_die", config, 1, 0.0, **how)

    return run


def test_it_finds_what_was_imported_and_each_is_a_process_of_its_own(run):
    told = "import os, sys; print('wave' in sys.modules, os.getpid(), flush=True)"
    with_it = run(told, imports=("wave",), status=-9) + run(told, imports=("wave",), status=-9)
    assert [line.split()[0] for line in with_it] == ["True", "True"]
    pids = {line.split()[1] for line in with_it}
    assert len(pids) == 2
    assert str(os.getpid()) not in pids
    assert [line.split()[0] for line in run(told, status=-9)] == ["False"]


def test_those_who_find_the_same_imported_are_forks_of_one_process():
    told = "import os; print(os.getppid())"
    ways = (["wave"], ("wave",), ["wave", "wave"])
    assert len({run_python(told, imports=imports).stdout for imports in ways}) == 1


def test_what_was_imported_costs_nothing_at_its_end():
    told = "import gc, wave; print(any(it is wave.__dict__ for it in gc.get_objects()))"
    assert run_python(told, imports=("wave",)).stdout == "False\n"


def test_it_has_the_environment_and_the_folder_of_now(run, tmp_path, monkeypatch):
    monkeypatch.setenv("VIZ_OF_NOW", "yes")
    monkeypatch.chdir(tmp_path)
    told = "import os; print(os.getcwd(), os.environ['VIZ_OF_NOW'], flush=True)"
    assert run(told, status=-9) == [f"{tmp_path} yes"]


def test_it_is_the_main_module_and_finds_no_names_but_its_own():
    told = "print(*[name for name in dir() if not name.startswith('__')])\n"
    told += "import __main__, pickle\ndef own(): pass\npickle.dumps(own)\n"
    told += "print(__name__, __main__.own is own)"
    assert run_python(told).stdout.split("\n") == ["", "__main__ True", ""]


def test_what_is_registered_to_run_at_its_end_runs(run):
    failing = "import atexit; atexit.register(print, 'at the end'); raise ValueError"
    assert run(failing, status=1) == ["at the end"]


def test_an_unexpected_end_is_told_with_what_it_said(run):
    with pytest.raises(AssertionError, match=r"ended with -9, not 0:\nthe last words"):
        run("print('the last words', flush=True)")


def test_one_that_hangs_is_stopped_and_says_where_it_was(run):
    told = r"still ran after 0.5 s: it hangs\. Fatal Python error: Aborted\n\nCurrent thread"
    with pytest.raises(AssertionError, match=told):
        run("import time; time.sleep(600)", timeout=0.5)
    assert run("raise ValueError", status=1) == []


def test_what_it_prints_needs_no_room_on_a_disk():
    """A limit on the size of files, as the faults set one, is none on what is read here."""
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); print('x' * 99999)"
    )
    assert run_python(limited).stdout == "x" * 99999 + "\n"


def test_what_cannot_be_imported_is_told_each_time(capfd):
    for _ in range(2):
        with pytest.raises(AssertionError, match="has ended; see its traceback"):
            run_python("", imports=("no_such_module",))
    assert "No module named 'no_such_module'" in capfd.readouterr().err
