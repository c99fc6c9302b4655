"""What happens to what was recorded when the program or the machine fails."""

import pytest

from viz_backend_tensorboard import TensorboardVisBackend


def test_killing_loses_nothing(tmp_path, run_python, read_run):
    program = """
import os, signal, sys
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
for step in range(1000):
    backend.add_scalar("loss", step, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run_python(program, tmp_path).returncode == -9
    assert read_run(tmp_path).scalars("loss") == [(step, float(step)) for step in range(1000)]


@pytest.mark.parametrize("end", ["pass", "sys.exit(3)", "raise SystemError", "os._exit(1)"])
def test_leaving_without_close_loses_nothing(tmp_path, run_python, read_run, end):
    program = """
import os, sys
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
for step in range(100):
    backend.add_scalar("loss", step, step=step)
"""
    run_python(program + end, tmp_path)
    assert len(read_run(tmp_path).scalars("loss")) == 100


def test_a_forked_child_neither_hangs_nor_writes_into_its_parents_file(
    tmp_path, run_python, read_run, event_files
):
    program = """
import os, sys, threading
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
def record(name, steps):
    for step in steps:
        backend.add_scalar(name, step, step=step)
record("parent", range(30))
busy = threading.Event()
def keep_the_lock_busy():
    while not busy.is_set():
        record("thread", [0])
thread = threading.Thread(target=keep_the_lock_busy)
thread.start()
children = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        record("child", range(30))
        backend.close()
        record("child", range(30, 60))
        os._exit(0)
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
busy.set()
thread.join()
record("parent", range(30, 60))
print(*children)
"""
    done = run_python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    everything = [(step, float(step)) for step in range(60)]
    run = read_run(tmp_path)
    assert run.scalars("parent") == everything
    assert set(run.tags["scalars"]) == {"parent", "thread"}
    assert len(event_files(tmp_path)) == 1
    for child in done.stdout.split():
        assert read_run(tmp_path / f"process_{child}").scalars("child") == everything


def test_a_child_whose_parent_recorded_nothing_writes_to_the_run_itself(
    tmp_path, run_python, read_run
):
    program = """
import os, sys
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
child = os.fork()
if child == 0:
    backend.add_scalar("loss", 0.5, step=1)
    os._exit(0)
os.waitpid(child, 0)
"""
    done = run_python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    assert read_run(tmp_path).scalars("loss") == [(1, 0.5)]


def test_a_disk_that_is_full_leaves_whole_records_and_a_running_program(
    tmp_path, run_python, read_run, event_files
):
    program = """
import resource, sys
import numpy as np
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
limit(10_000)
written = failed = 0
for step in range(400):
    try:
        backend.add_scalar("loss", step, step=step)
        written += 1
    except OSError as error:
        assert "events.out.tfevents" in str(error), error
        failed += 1
    if step % 100 == 0:
        try:
            backend.add_image("noise", noise, step=step)
        except OSError:
            failed += 1
assert failed, "the limit was never reached"
limit(most)
backend.add_image("noise", noise, step=1000)
backend.add_scalar("after", 1, step=1)
backend.close()
print(written)
"""
    done = run_python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    run = read_run(tmp_path)
    written = int(done.stdout)
    assert run.scalars("loss") == [(step, float(step)) for step in range(written)]
    assert run.scalars("after") == [(1, 1.0)]
    assert [step for step, _ in run.images("noise")] == [1000]
    assert len(event_files(tmp_path)) == 1


def test_a_file_without_room_for_its_head_is_not_left_behind(tmp_path, run_python, read_run):
    program = """
import resource, sys
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, most))
try:
    backend.add_scalar("loss", 1, step=1)
except OSError as error:
    print("failed")
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
backend.add_scalar("loss", 2, step=2)
"""
    done = run_python(program, tmp_path)
    assert (done.stdout, done.returncode) == ("failed\n", 0), done.stderr
    assert read_run(tmp_path).scalars("loss") == [(2, 2.0)]


def test_a_folder_that_cannot_be_made_fails_at_once_and_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    backend = TensorboardVisBackend(tmp_path / "file" / "run")
    with pytest.raises(OSError, match="file/run"):
        backend.add_scalar("loss", 1)


def test_a_torn_tail_hides_nothing_before_it(tmp_path, read_run, event_files):
    backend = TensorboardVisBackend(tmp_path)
    for step in range(10):
        backend.add_scalar("loss", step, step=step)
    backend.close()
    (path,) = event_files(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    TensorboardVisBackend(tmp_path).add_scalar("loss", 10, step=10)
    assert [step for step, _ in read_run(tmp_path).scalars("loss")] == [*range(9), 10]
