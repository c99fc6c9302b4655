"""Running a program of `viz_core.testing.programs` in a process of its own."""

from __future__ import annotations

import inspect
import json
import os
import signal
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
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
    ) as process:
        try:
            out, said = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it says where it is, and ends
            try:
                _, said = process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                _, said = process.communicate()
            raise AssertionError(
                f"the program {name!r} with {config} still ran after {timeout} s: it hangs. "
                f"{said[-6000:]}"
            ) from None
    if process.returncode != status:
        raise AssertionError(
            f"the program {name!r} with {config} ended with {process.returncode}, not {status}:\n"
            f"{out[-2000:]}{said[-4000:]}"
        )
    return out.splitlines()
