"""What a program leaves, however it ends, and what docs/reliability.md says of it."""

import pytest
from ends_table import state_of
from forked import run_forked
from opening import IMPORTS

pytestmark = pytest.mark.xdist_group("ends")

PROGRAM = """
import atexit, os, signal, sys, threading, time
from viz_core import Visualizer

signal.signal(signal.SIGINT, signal.default_int_handler)  # which `nohup ... &` has ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)
folder, end = sys.argv[1:]

def make(name=""):
    config = dict(type="WandbVisBackend", init_kwargs=dict(mode="offline"))
    made = Visualizer(vis_backends=[config], save_dir=folder + name)
    made.add_scalar("loss", 1, step=1)
    return made

def send(name):
    visualizer.flush()
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(60)

def main():
    visualizer = make()
    visualizer.itself = visualizer  # a cycle

def record_later():
    threading.main_thread().join()
    visualizer.add_scalar("loss", 4, step=4)

if "main" not in end:
    atexit.register(lambda: visualizer.add_scalar("loss", 2, step=2))
    visualizer = make()
    atexit.register(lambda: visualizer.add_scalar("loss", 3, step=3))
if end == "caught":
    try:
        sys.exit(1)
    except SystemExit:
        visualizer.add_scalar("loss", 0, step=0)
    visualizer.close()
elif end == "in finally":
    try:
        sys.exit(0)
    finally:
        visualizer.close()
elif end == "dropped":
    visualizer = make("-next")
elif end == "handler":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    send("SIGTERM")
else:
    exec(end)
"""

#: The steps that a run has: functions of `atexit` run in the opposite order, and not if killed.
KEPT, KILLED = [1, 3, 2], [1]

#: By its end: the row of the table, with what W&B's run has ended, and the steps that it has.
ENDS = {
    "pass": ("return", 0, KEPT),
    "others = [make(f'-{n}') for n in range(3)]": ("return", 0, KEPT),
    "main()": ("return", 0, [1]),
    "dropped": ("return", 0, [1]),
    "threading.Thread(target=record_later).start()": ("return", 0, [1, 4, 3, 2]),
    "sys.exit(0)": ("return", 0, KEPT),
    "caught": ("return", 0, [1, 0, 3, 2]),
    "in finally": ("return", 0, KEPT),
    "sys.exit(1)": ('"why"', 1, KEPT),
    "sys.exit(True)": ('"why"', 1, KEPT),
    "sys.exit('why')": ('"why"', 1, KEPT),
    "1 / 0": ('"why"', 1, KEPT),
    "send('SIGINT')": ("Ctrl-C", 255, KEPT),
    "handler": ("Ctrl-C", 143, KEPT),
    "send('SIGTERM')": ("SIGKILL", None, KILLED),
    "send('SIGHUP')": ("SIGKILL", None, KILLED),
    "send('SIGKILL')": ("SIGKILL", None, KILLED),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Return the folder of all programs, after they have ended, and what they said."""
    folder = tmp_path_factory.mktemp("ends")
    programs = [(folder / str(number), end) for number, end in enumerate(ENDS)]
    return folder, run_forked(PROGRAM, programs, imports=IMPORTS).stderr


@pytest.mark.parametrize("end", ENDS)
def test_a_run_ends_as_its_program_did(ended, read_runs, end):
    folder, _ = ended
    number = list(ENDS).index(end)
    row, code, steps = ENDS[end]
    (run,) = read_runs(folder / str(number) / "vis_data").values()
    assert [step for _, step, _ in run.points()] == steps
    assert {exited["exit_code"] for exited in run.all("exit")} == ({code} - {None})
    assert len(run.all("exit")) == (0 if code is None else len(run.files))
    assert state_of(row, "W&B") == {None: "crashed", 0: "finished"}.get(code, "failed")


def test_several_at_once_have_all(ended, read_runs):
    folder, said = ended
    others = [path for path in folder.iterdir() if "-" in path.name]
    assert len(others) == 4
    for path in others:
        (run,) = read_runs(path / "vis_data").values()
        assert [step for _, step, _ in run.points()][:1] == [1]
        assert len(run.all("exit")) == len(run.files)
    assert "RecordingWarning" not in said
