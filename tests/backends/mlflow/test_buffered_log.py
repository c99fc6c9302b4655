"""Lines wait 50 ms to be written together, and are not lost meanwhile."""

import os
import time
from types import SimpleNamespace

import pytest
from waiting import wait_until

from viz_backend_mlflow import buffered_log
from viz_backend_mlflow.buffered_log import BufferedLog
from viz_core import AppendLog


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lines"


@pytest.fixture
def buffer(path):
    buffer = BufferedLog(AppendLog(lambda: path))
    yield buffer
    buffer.close()


def test_the_line_that_opens_the_file_is_written_at_once(buffer, path):
    buffer.append(b"first\n")
    assert path.read_bytes() == b"first\n"


def test_a_line_is_written_without_being_asked_for(buffer, path):
    buffer.append(b"first\n")
    buffer.append(b"second\n")
    buffer.append(b"third\n")
    wait_until(lambda: path.read_bytes() == b"first\nsecond\nthird\n")
    buffer.append(b"fourth\n")
    wait_until(lambda: path.read_bytes() == b"first\nsecond\nthird\nfourth\n")


def test_lines_wait_for_half_of_a_tenth_of_a_second(buffer, path, monkeypatch):
    waited = []
    monkeypatch.setattr(buffered_log, "time", SimpleNamespace(sleep=waited.append))
    buffer.append(b"first\n")
    buffer.append(b"second\n")
    wait_until(lambda: path.read_bytes() == b"first\nsecond\n")
    assert waited == [0.05]


@pytest.mark.parametrize("way", ["flush", "sync", "close"])
def test_asking_writes_what_waits(buffer, path, way):
    buffer.append(b"first\n")
    buffer.append(b"second\n")
    getattr(buffer, way)()
    assert path.read_bytes() == b"first\nsecond\n"


def test_a_line_that_may_not_wait_follows_those_that_do(buffer, path):
    buffer.append(b"first\n")
    buffer.append(b"second\n")
    buffer.write(b"third\n")
    assert path.read_bytes() == b"first\nsecond\nthird\n"


def test_more_than_may_wait_is_written_at_once(buffer, path):
    line = b"x" * 99_999 + b"\n"
    for _ in range(20):
        buffer.append(line)
    assert path.stat().st_size >= 12 * len(line)


def test_it_goes_on_after_a_close(buffer, path):
    for _ in range(3):
        buffer.append(b"line\n")
        buffer.append(b"line\n")
        buffer.close()
    assert path.read_bytes() == b"line\n" * 6


def test_a_forked_child_does_not_write_the_lines_of_its_parent(buffer, path):
    buffer.append(b"opens\n")
    for step in range(20):
        buffer.append(b"parent %d\n" % step)
        child = os.fork()
        if child == 0:
            buffer.append(b"child %d\n" % step)
            os._exit(0)  # as a DataLoader's worker leaves: nothing is tidied up
        assert os.waitpid(child, 0)[1] == 0
    buffer.close()
    lines = [f"{who} {step}" for who in ("child", "parent") for step in range(20)]
    assert sorted(path.read_text().splitlines()) == sorted([*lines, "opens"])


@pytest.mark.takes(2)
def test_leaving_the_program_writes_what_waits(run_python, path):
    program = """
import atexit, sys
from pathlib import Path
atexit.register(lambda: buffer.append(b"at the end\\n"))
from viz_backend_mlflow.buffered_log import BufferedLog
from viz_core import AppendLog
buffer = BufferedLog(AppendLog(lambda: Path(sys.argv[1])))
buffer.append(b"first\\n")
buffer.append(b"second\\n")
"""
    done = run_python(program, path)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == b"first\nsecond\nat the end\n"


def test_lines_on_a_full_disk_are_kept_and_the_next_ones_raise(run_python, path):
    program = """
import logging, resource, sys, threading
from pathlib import Path
from viz_backend_mlflow.buffered_log import BufferedLog
from viz_core import AppendLog
has_failed = threading.Event()
handler = logging.Handler()
handler.emit = lambda record: has_failed.set()
logging.basicConfig(level="DEBUG", handlers=[handler])
buffer = BufferedLog(AppendLog(lambda: Path(sys.argv[1])))
buffer.append(b"first\\n")
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
buffer.append(b"kept\\n")
assert has_failed.wait(30)
for _ in range(3):
    try:
        buffer.append(b"refused\\n")
    except OSError as error:
        print(error.filename)
try:
    buffer.flush()
except OSError as error:
    print(error.filename)
resource.setrlimit(resource.RLIMIT_FSIZE, before)
buffer.append(b"third\\n")
buffer.close()
"""
    done = run_python(program, path)
    assert done.stdout.splitlines() == [str(path)] * 4, done.stderr
    assert path.read_bytes() == b"first\nkept\nthird\n"


def test_a_warning_that_a_filter_makes_an_error_does_not_stop_it(buffer, path, caplog):
    buffer.append(b"first\n")
    time.sleep(0.1)
    path.unlink()
    buffer.append(b"second\n")
    wait_until(path.exists)
    wait_until(lambda: path.read_bytes() == b"second\n")
    buffer.append(b"third\n")
    wait_until(lambda: path.read_bytes() == b"second\nthird\n")
    assert "was deleted while it was written to" in caplog.text
