"""Programs that share what they import: each is a fork of one process, which ends by itself."""

import json
from typing import NamedTuple

from viz_core.testing.processes import run_python

_START = """
import json, os, sys, warnings
warnings.filterwarnings("ignore", ".*use of fork", DeprecationWarning)  # beside a library's threads

room, programs = {room}, json.loads(sys.argv.pop(1))
ended, running = {{}}, {{}}

def wait_for_one():
    pid, status = os.wait()
    ended[running.pop(pid)] = os.waitstatus_to_exitcode(status)

for number, arguments in enumerate(programs):
    if len(running) == room:
        wait_for_one()
    pid = os.fork()
    if pid == 0:
        del running, ended
        sys.argv[1:] = arguments
        exec(compile({program!r}, "program", "exec"))
        break
    running[pid] = number
else:
    while running:
        wait_for_one()
    print(json.dumps([ended[number] for number in range(len(programs))]))
"""


class Forked(NamedTuple):
    """What each program ended with, as subprocess has it, and what all of them said."""

    returncodes: list[int]
    stderr: str


def run_forked(program, arguments, *, imports, room=3, timeout=300):
    """Run a program once for each list of arguments.

    Args:
        program: Source of Python. It runs at the top of a module, and ends as if it were alone.
        arguments: What each finds in `sys.argv[1:]`.
        imports: Modules that it finds imported. With those of the contract's programs they are
            what the contract asks for, so that the same process forks both.
        room: How many may run at once.
        timeout: Seconds for all.
    """
    start = _START.format(program=program, room=room)
    texts = json.dumps([list(map(str, each)) for each in arguments])
    imports = ("viz_core.testing.programs", *imports)
    done = run_python(start, texts, imports=imports, timeout=timeout)
    assert done.returncode == 0, done.stderr
    return Forked(json.loads(done.stdout.splitlines()[-1]), done.stderr)
