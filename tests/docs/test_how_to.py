"""What how-tos say of signals happens; `test_fences.py` runs the code of pages as it is."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from viz_core import read_run

HOW_TO = Path(__file__).parents[2] / "docs/how-to"


def write_program(page, folder):
    """Write the code of a page's only session into a folder, as its reader would."""
    (code,) = re.findall(
        r'^```python session="\w+"\n(.*?)^```', (HOW_TO / page).read_text(), re.M | re.S
    )
    path = folder / "train.py"
    path.write_text(code)
    return path


def test_a_job_that_is_preempted_goes_on_where_it_stopped(tmp_path):
    program = write_program("slurm.md", tmp_path)
    lines = program.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if "add_scalar" in line)
    lines.insert(at + 1, "    if step == 700 and start == 0: signal.raise_signal(signal.SIGUSR1)")
    program.write_text("\n".join(lines))
    statuses = [
        subprocess.run(
            [sys.executable, "train.py"], cwd=tmp_path, timeout=120, stderr=-1
        ).returncode
        for _ in range(2)
    ]
    assert statuses == [85, 0]
    losses = read_run(tmp_path / "runs").scalars["loss"]
    np.testing.assert_array_equal(losses.steps, np.arange(2000))
    assert {*losses.sessions[:701]} != {*losses.sessions[701:]}


def test_what_was_recorded_is_on_disk_when_no_signal_came(tmp_path):
    program = write_program("slurm.md", tmp_path)
    killed = program.read_text().replace("if asked:", "if step == 700: signal.raise_signal(9)", 1)
    program.write_text(re.sub(r"raise_signal\(9\)\n(        .*\n)+", "raise_signal(9)\n", killed))
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, timeout=120, stderr=-1)
    assert done.returncode == -signal.SIGKILL
    assert read_run(tmp_path / "runs").scalars["loss"].steps[-1] == 700
