"""wandb-core, the process that W&B starts beside each program."""

import contextlib
import os
import signal
from pathlib import Path

from waiting import wait_until


def kill_service(backend):
    """Kill this program's, as a system short of memory does.

    It takes an open backend, and returns when W&B has noticed.
    """
    run = backend.experiment.run
    (process,) = filter(_is_service, Path("/proc").glob("[0-9]*"))
    os.kill(int(process.name), signal.SIGKILL)
    wait_until(lambda: not _is_service(process))
    with contextlib.suppress(Exception):  # it is never answered
        run.status()


def _is_service(folder):
    try:
        program, *arguments = (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return program.endswith(b"wandb-core") and str(os.getpid()).encode() in arguments
