"""Programs that end, or fork, while something waits to be written in the background."""

import signal

import pytest

from viz_core import read_scalars
from viz_core.testing.processes import run_python

PROGRAM = """
import sys, time
import numpy as np
from viz_core import BaseVisBackend, Recorder

class Slow(BaseVisBackend):
    def add_image(self, step, **_):
        time.sleep(0.005)
        print(step, flush=True)

if __name__ == "__main__":
    import atexit
    atexit.register(lambda: print("atexit", flush=True))
    recorder = Recorder({"slow": Slow()}, background=True)
    for step in range(20):
        recorder.add_image("a", np.zeros((8, 8, 3), np.uint8), step)
    ENDING
"""

ENDINGS = {
    "return": ("pass", 0),
    "sys.exit": ("sys.exit(3)", 3),
    "exception": ("raise RuntimeError('bug')", 1),
    # A program in the background of a script is started deaf to it.
    "Ctrl-C": (
        "from signal import *; signal(SIGINT, default_int_handler); raise_signal(SIGINT)",
        -signal.SIGINT,
    ),
    "dropped": ("del recorder; import gc; gc.collect()", 0),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_lost_however_the_program_ends(ending):
    code, status = ENDINGS[ending]
    done = run_python(PROGRAM.replace("ENDING", code), imports=["viz_core"])
    assert done.stdout.split() == [*map(str, range(20)), "atexit"]
    assert done.returncode == status, done.stderr


def run(code):
    done = run_python(code, imports=["viz_core"])
    assert done.returncode == 0, done.stderr
    return done.stdout.split(), done.stderr


UNTOLD = """
from viz_core import BaseVisBackend, Recorder

class Full(BaseVisBackend):
    def add_scalars(self, step, **_):
        raise OSError("no space left")

recorder = Recorder({"full": Full()}, background=True, on_backend_error="HOW")
RECORD
"""


@pytest.mark.parametrize(
    ("how", "message"), [("warn", "not recorded: full: 1 x scalar"), ("raise", "full failed")]
)
def test_a_failure_that_nobody_asked_for_is_said_at_exit(how, message):
    _, said = run(UNTOLD.replace("HOW", how).replace("RECORD", "recorder.add_scalar('a', 1)"))
    assert f"viz: {message}" in said
    assert "OSError: no space left" in said


LATE = """
import atexit, threading, time
from viz_core import BaseVisBackend, Recorder

class Slow(BaseVisBackend):
    def add_scalars(self, step, **_):
        time.sleep(0.02)
        print(step, flush=True)

recorder = Recorder({"slow": Slow()}, background=True)
def record():
    for step in range(6):
        recorder.add_scalar("a", 1, step)
        if step == 2 and threading.current_thread() is not threading.main_thread():
            threading.main_thread().join()
WHEN
"""


@pytest.mark.parametrize(
    "when",
    [
        "threading.Thread(target=record).start()",
        "recorder.add_config({}); threading.Thread(target=record).start()",
        "atexit.register(record)",
        "atexit.register(recorder.close); atexit.register(record)",
    ],
)
def test_what_is_recorded_after_the_main_thread_ended_is_not_lost(when):
    steps, said = run(LATE.replace("WHEN", when))
    assert steps == list("012345")
    assert said == ""


FORK = """
import os, sys, threading, time
import numpy as np
from viz_core import BaseVisBackend, Recorder

class Writer(BaseVisBackend):
    def add_scalars(self, scalar_dict, step, **_):
        time.sleep(0.001)
        os.write(1, f"{os.getpid() == main} {step}\\n".encode())

main = os.getpid()
recorder = Recorder({"w": Writer()}, background=BACKGROUND, queue_bytes=2048)
stop = threading.Event()
def noise():
    step = 1000
    while not stop.is_set():
        recorder.add_scalar("noise", 1, step)
        step += 1
thread = threading.Thread(target=noise)
thread.start()
for n in range(20):
    time.sleep(0.005)
    child = os.fork()
    if child == 0:  # the thread is gone here, whatever locks it held
        recorder.add_scalar("child", 1, n)
        recorder.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
thread.join()
recorder.close()
"""


@pytest.mark.parametrize("background", [False, True])
def test_a_forked_child_neither_hangs_nor_repeats_what_the_parent_queued(background):
    code = FORK.replace("BACKGROUND", str(background))
    done = run_python(code, imports=["viz_core"])
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [int(step) for is_main, step in lines if is_main == "False"] == list(range(20))
    steps = [int(step) for is_main, step in lines if is_main == "True"]
    assert steps == list(range(1000, 1000 + len(steps)))


SWEEP = """
import gc, os, sys, time
from viz_core import LocalVisBackend, Visualizer
from viz_core.recording.shutdown import finisher

def count():
    gc.collect()
    finisher().join(60)
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

def sweep(runs):
    for run in runs:
        visualizer = Visualizer(
            vis_backends=dict(type="LocalVisBackend"), save_dir=f"{sys.argv[1]}/{run}", background=BACKGROUND
        )
        visualizer.add_scalar("loss", run, step=run)

mine = LocalVisBackend(sys.argv[1])
Visualizer(vis_backends=mine).add_scalar("loss", 1)
sweep(range(20))
before = count()
sweep(range(20, 60))
files, threads = count()
for _ in range(600):  # in the background a recorder is there until its last record is
    if files <= before[0]:
        break
    time.sleep(0.05)
    files, threads = count()
# A worker ends when it has had nothing to do for a while.
print(files - before[0], BACKGROUND or threads - before[1], mine.is_open)
sweep(range(60, 63))  # closed as the program ends
"""


@pytest.mark.parametrize("background", [False, True])
def test_visualizers_that_are_dropped_are_closed_and_nothing_is_lost(tmp_path, background):
    code = SWEEP.replace("BACKGROUND", str(background))
    done = run_python(code, tmp_path, imports=["viz_core"])
    assert (done.returncode, done.stderr) == (0, "")
    files, threads, is_open = done.stdout.split()
    assert int(files) <= 0
    assert threads in ("0", "True")
    assert is_open == "True"  # a backend that was given is the user's to close
    for run in range(63):
        (point,) = read_scalars(tmp_path / str(run) / "vis_data/scalars.json")
        assert point == ("loss", run, run)


def test_what_a_dropped_visualizer_did_not_record_is_said():
    _, said = run(UNTOLD.replace("HOW", "warn").replace("RECORD", DROP))
    assert "viz: not recorded: full: 1 x scalar" in said


DROP = """
recorder.add_scalar('a', 1)
del recorder
from viz_core.recording.shutdown import finisher
finisher().join(60)
"""
