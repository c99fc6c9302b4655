"""Running a program of `viz_core.testing.programs` in a process of its own."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["run_program"]

_START = """
import sys
sys.path[:] = {path!r}
from viz_core.testing.programs import main
main()
"""


def run_program(
    name: str, config: Mapping[str, Any], *arguments: Any, timeout: float = 120, status: int = 0
) -> list[str]:
    """Run a program with a backend, and return the lines that it printed.

    Args:
        name: A function of `viz_core.testing.programs`.
        config: The config of the backend, in values that JSON has. If its `type` is a class,
            the process imports the file that defines it.
        arguments: What else the program takes.
        timeout: Seconds after which it is taken to hang.
        status: What it must end with; the negative number of a signal.

    Raises:
        AssertionError: If it hangs or ends otherwise; with what it printed.
    """
    __tracebackhide__ = True
    kind = config["type"]
    if isinstance(kind, type):
        kind = {"file": inspect.getfile(kind), "name": kind.__qualname__}
    task = json.dumps({"program": name, "config": {**config, "type": kind}, "arguments": arguments})
    command = [sys.executable, "-c", _START.format(path=sys.path), task]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONFAULTHANDLER": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.stderr or b"").decode(errors="replace")[-3000:]
        raise AssertionError(
            f"the program {name!r} with {config} still ran after {timeout} s: it hangs. {said}"
        ) from None
    if done.returncode != status:
        raise AssertionError(
            f"the program {name!r} with {config} ended with {done.returncode}, not {status}:\n"
            f"{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return done.stdout.splitlines()
