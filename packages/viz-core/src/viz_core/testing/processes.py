"""Running a program of `viz_core.testing.programs` in a process of its own.

Each is a fork of a process that has imported what all need, since trackers take seconds for it.
"""

from __future__ import annotations

import atexit
import inspect
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["run_program"]

#: Reads tasks, a line each; answers with a program's process id, then with what it ended with.
#: A program runs and ends at the top of the module, as if it were alone.
_FORK = """
import faulthandler, importlib, json, os, sys, warnings
sys.path[:] = {path!r}
for name in ("viz_core.testing.programs", *{imports!r}):
    importlib.import_module(name)
del name

def fork():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads
        return os.fork()

def become(task):
    for fd, path in enumerate((os.devnull, task["out"], task["said"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        os.dup2(opened, fd)
        os.close(opened)
    os.environ.clear()
    os.environ.update(task["environ"])
    os.chdir(task["folder"])
    sys.path[:] = task["path"]
    faulthandler.enable()

while line := sys.stdin.readline():
    pid = fork()
    if pid == 0:
        task = json.loads(line)
        become(task)
        from viz_core.testing.programs import main
        main(task)
        break
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def run_program(
    name: str,
    config: Mapping[str, Any],
    *arguments: Any,
    imports: Sequence[str] = (),
    timeout: float = 120,
    status: int = 0,
) -> list[str]:
    """Run a program with a backend, and return the lines that it printed.

    Args:
        name: A function of `viz_core.testing.programs`.
        config: The config of the backend, in values that JSON has. If its `type` is a class,
            the process imports the file that defines it.
        arguments: What else the program takes.
        imports: Modules that it finds imported.
        timeout: Seconds after which it is taken to hang.
        status: What it must end with; the negative number of a signal.

    Raises:
        AssertionError: If it hangs or ends otherwise; with what it printed.
    """
    __tracebackhide__ = True
    kind = config["type"]
    if isinstance(kind, type):
        kind = {"file": inspect.getfile(kind), "name": kind.__qualname__}
    with tempfile.TemporaryDirectory() as folder:
        out, said = Path(folder, "out"), Path(folder, "said")
        task = {
            "program": name,
            "config": {**config, "type": kind},
            "arguments": arguments,
            "out": str(out),
            "said": str(said),
            "environ": dict(os.environ),
            "folder": str(Path.cwd()),
            "path": sys.path,
        }
        ended = _forker(tuple(imports)).run(json.dumps(task), timeout)
        printed = out.read_text(errors="replace")
        errors = said.read_text(errors="replace")
    if ended is None:
        raise AssertionError(
            f"the program {name!r} with {config} still ran after {timeout} s: it hangs. "
            f"{errors[-6000:]}"
        )
    if ended != status:
        raise AssertionError(
            f"the program {name!r} with {config} ended with {ended}, not {status}:\n"
            f"{printed[-2000:]}{errors[-4000:]}"
        )
    return printed.splitlines()


class _Forker:
    """A process that has imported what programs need, and becomes each of them by a fork."""

    def __init__(self, imports: tuple[str, ...]) -> None:
        start = _FORK.format(path=sys.path, imports=imports)
        self._process = subprocess.Popen(
            [sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        atexit.register(self._end)

    def run(self, task: str, timeout: float) -> int | None:
        """Run a program; return what it ended with, None if it was stopped after `timeout` s."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{task}\n".encode())
        pid = self._read(None)
        assert pid is not None, "the process that forks the programs has ended; see its traceback"
        ended = self._read(timeout)
        if ended is not None:
            return ended
        os.kill(pid, signal.SIGABRT)  # it says where it is, and ends
        if self._read(30) is None:
            os.kill(pid, signal.SIGKILL)
            self._read(None)
        return None

    def _read(self, timeout: float | None) -> int | None:
        """Return the number that comes next; None if none comes within `timeout` s or ever."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            return None
        line = self._process.stdout.readline()
        return int(line) if line else None

    def _end(self) -> None:
        self._process.communicate()  # it ends when there is no more to read


#: One for all programs that find the same imported.
_forker = cache(_Forker)
