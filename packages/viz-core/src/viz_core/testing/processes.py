"""Running Python, as a program of `viz_core.testing.programs`, in a process of its own.

Each is a fork of a process that has imported what all need, since trackers take seconds for it.
"""

from __future__ import annotations

import atexit
import inspect
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from viz_core.plugins.registry import VISBACKENDS

__all__ = ["run_program", "run_python"]

#: Gets a file with a task and where to print; answers with the program's process id, then with what
#: it ended with. A program runs and ends at the top of the module, as if it were alone.
_FORK = """
import gc, importlib, json, os, socket, sys, types, warnings
sys.path[:] = {path!r}
for name in {imports!r}:
    importlib.import_module(name)
gc.freeze()  # else each program goes through all of it as it ends, and gets a copy of its pages

def fork():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads
        return os.fork()

def become(file, outputs):
    task = json.loads(open(file).read())
    outputs.insert(0, os.open(os.devnull, os.O_RDONLY))
    door.close()
    for fd, opened in enumerate(outputs):
        os.dup2(opened, fd)
        os.close(opened)
    os.environ.clear()
    os.environ.update(task["environment"])
    os.chdir(task["folder"])
    sys.argv[1:], sys.path[:] = task["arguments"], task["path"]
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    return compile(task["source"], "<string>", "exec"), vars(main)

door = socket.socket(fileno=os.dup(0))
while True:
    file, outputs, *_ = socket.recv_fds(door, 4096, 2)
    if not file:
        break
    pid = fork()
    if pid == 0:
        exec(*become(file, outputs))
        break
    for fd in outputs:
        os.close(fd)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""

_PROGRAM = """
import json, sys
from viz_core.testing.programs import main
main(json.loads(sys.argv[1]))
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
    if isinstance(kind, str) and kind not in VISBACKENDS.offers():
        registered = VISBACKENDS.module_dict.get(kind)
        if registered is not None and not registered.__module__.startswith("viz_core."):
            kind = registered  # by hand, of which another process knows nothing
    if isinstance(kind, type):
        assert "<locals>" not in kind.__qualname__, (
            f"{kind.__qualname__} is made in a function, where other processes do not find it: "
            "define it in a module, or set the case's type to 'package.module:Class'"
        )
        kind = {"file": inspect.getfile(kind), "name": kind.__qualname__}
    task = json.dumps({"program": name, "config": {**config, "type": kind}, "arguments": arguments})
    imports = ("viz_core.testing.programs", *imports)
    try:
        done = run_python(_PROGRAM, task, imports=imports, timeout=timeout)
    except subprocess.TimeoutExpired as hung:
        raise AssertionError(
            f"the program {name!r} with {config} still ran after {timeout} s: it hangs. "
            f"{str(hung.stderr)[-6000:]}"
        ) from None
    if done.returncode != status:
        raise AssertionError(
            f"the program {name!r} with {config} ended with {done.returncode}, not {status}:\n"
            f"{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return done.stdout.splitlines()


def run_python(
    source: str,
    *arguments: object,
    imports: Sequence[str] = (),
    timeout: float = 120,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run Python, as `subprocess.run([sys.executable, "-c", source, *arguments])` does.

    Args:
        source: What to run; its `__name__` is `"__main__"`.
        arguments: What it finds in `sys.argv[1:]`.
        imports: Modules that it finds imported.
        timeout: Seconds after which it is stopped, and says on stderr where it was.
        cwd: Where it runs, by default here.
        env: Its environment, by default this one.

    Raises:
        subprocess.TimeoutExpired: With what it had printed.
        AssertionError: If one of `imports` cannot be imported.
    """
    task = {
        "source": source,
        "arguments": [str(argument) for argument in arguments],
        "environment": dict(os.environ if env is None else env),
        "folder": str(cwd or Path.cwd()),
        "path": sys.path,
    }
    with tempfile.NamedTemporaryFile("w") as file, ThreadPoolExecutor(2) as readers:
        json.dump(task, file)
        file.flush()
        (out, to_out), (err, to_err) = os.pipe(), os.pipe()
        printed = [readers.submit(_read_all, fd) for fd in (out, err)]
        status = _forker(tuple(dict.fromkeys(imports))).run(file.name, (to_out, to_err), timeout)
        stdout, stderr = (reader.result() for reader in printed)
    if status is None:
        raise subprocess.TimeoutExpired(source, timeout, stdout, stderr)
    return subprocess.CompletedProcess(source, status, stdout, stderr)


def _read_all(fd: int) -> str:
    with open(fd, errors="replace") as file:
        return file.read()


class _Forker:
    """A process that has imported what programs need, and becomes each of them by a fork."""

    def __init__(self, imports: tuple[str, ...]) -> None:
        start = _FORK.format(path=sys.path, imports=imports)
        self._door, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-X", "faulthandler", "-c", start],
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                bufsize=0,
            )
        self._turn = threading.Lock()
        atexit.register(self._end)

    def run(self, file: str, outputs: tuple[int, int], timeout: float) -> int | None:
        """Run the task of a file; return what it ended with, None if it was stopped.

        Args:
            file: Holds the task.
            outputs: What become its stdout and stderr; they are closed here.
            timeout: Seconds after which it is stopped.
        """
        with self._turn:
            try:
                with suppress(OSError):  # it has ended, which is told below
                    socket.send_fds(self._door, [file.encode()], outputs)
            finally:
                for fd in outputs:
                    os.close(fd)
            pid = self._read(None)
            assert pid is not None, (
                "the process that forks the programs has ended; see its traceback"
            )
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
        self._door.close()  # it ends when there is no more to read
        self._process.communicate()


#: One for all programs that find the same imported.
_forker = cache(_Forker)
