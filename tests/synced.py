"""What a program has asked the disk to keep, read from its system calls by strace."""

import re
import subprocess
import sys
from pathlib import Path

from machine import needs_program

_CALLS = "openat,mkdir,mkdirat,rename,renameat,renameat2,write,pwrite64,writev,fsync,fdatasync"
# wandb-core writes nothing, `"", 0`, at each tick.
_WRITTEN = re.compile(r"\b(?:write|pwrite64|writev)\(\d+<([^>]+)>, (?!\"\", 0\b)")
_SYNCED = re.compile(r"\b(?:fsync|fdatasync)\(\d+<([^>]+)>\) += 0")
_MADE = re.compile(
    r'\b(?:openat\(.*"[^"]*", [A-Z_|]*O_CREAT.* = \d+<([^>]+)>|mkdir(?:at)?\(.*"([^"]+)".* = 0)'
)
_RENAMED = re.compile(r'\brename(?:at2?)?\(.*"([^"]+)", .*"([^"]+)".* = 0')

_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")

#: A program that records with BACKEND, and has all of it with the disk.
RECORD = """
import sys, warnings
import numpy as np
from viz_core import Visualizer

warnings.simplefilter("ignore")
visualizer = Visualizer(vis_backends=[BACKEND], save_dir=sys.argv[1])
visualizer.add_config({"lr": 0.1})
for step in range(3):
    visualizer.add_scalar("loss", 1.0, step=step)
    visualizer.add_image("val/demo", np.zeros((8, 8, 3), np.uint8), step=step)
visualizer.flush(sync=True)
"""


def whole_calls(lines):
    """Yield the numbers of the lines where each call begins and ends, and all of it in one line.

    strace writes a call in two lines if another thread makes one meanwhile.
    """
    unfinished = {}
    for number, line in enumerate(lines):
        thread, call = line.split(maxsplit=1)
        begun = number
        if call.endswith(_UNFINISHED):
            unfinished[thread] = number, call.removesuffix(_UNFINISHED)
            continue
        if (match := _RESUMED.match(call)) and thread in unfinished:
            begun, start = unfinished.pop(thread)
            call = start + match[1]
        yield begun, number, call


def find_unsynced(code, folder, below=None):
    """Run Python code with ``folder`` as its argument; return what a power cut would take of it.

    These are the files and folders that are there when it ends, without tidying up, and were
    written, or got a new entry, after the last time that it waited for the disk to have them.

    Args:
        code: The program.
        folder: It does not exist yet.
        below: A pattern of the files that count; all by default.
    """
    needs_program("strace")
    log = folder.with_suffix(".strace")
    # All other calls, as those of imports, go by without strace.
    command = ["strace", "-f", "--seccomp-bpf", "-y", "-s", "4096"]
    command += ["-e", f"trace={_CALLS}", "-o", log]
    code += "\nimport os; os.write(2, b'this must be with the disk'); os._exit(0)"
    done = subprocess.run(
        [*command, sys.executable, "-c", code, folder], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    changed, synced, seen = {}, {}, set()
    for begun, number, line in whole_calls(log.read_text(errors="replace").splitlines()):
        if "write(2" in line and "this must be with the disk" in line:
            break
        if match := _WRITTEN.search(line):
            changed[match[1]] = number
        elif match := _SYNCED.search(line):
            synced[match[1]] = begun  # what is written meanwhile may be too late
        elif match := _MADE.search(line):
            path = match[1] or match[2]
            if path not in seen:
                seen.add(path)
                changed[str(Path(path).parent)] = number
        elif match := _RENAMED.search(line):
            changed[match[2]] = changed.pop(match[1], number)
            synced[match[2]] = synced.pop(match[1], -1)
            changed[str(Path(match[2]).parent)] = number
    assert synced, "nothing was synced, or strace says it in another way"
    paths = [folder.parent, folder, *folder.rglob(below or "*")]
    if below:
        paths += {
            parent for path in paths[2:] for parent in path.parents if folder in parent.parents
        }
    return sorted(
        str(path.relative_to(folder.parent))
        for path in paths
        if changed.get(str(path), -1) > synced.get(str(path), -1)
    )
