import fcntl
import gc
import os
import threading
import warnings
from pathlib import Path

import pytest
from waiting import HANG

from viz_core import AppendLog, RecordingWarning
from viz_core.files import append_log


@pytest.fixture
def path(tmp_path):
    return tmp_path / "made" / "lines.jsonl"


@pytest.fixture
def log(path):
    def locate():
        path.parent.mkdir(exist_ok=True)
        return path

    log = AppendLog(locate)
    yield log
    log.close()


def test_a_line_is_in_the_file_when_the_call_returns(log, path):
    assert not path.parent.exists()
    log.append(b"first\n")
    assert path.read_bytes() == b"first\n"
    log.append(b"second\n")
    assert path.read_bytes() == b"first\nsecond\n"


def test_a_log_that_is_dropped_holds_no_file_open(path):
    def append():
        log = AppendLog(lambda: path)
        log.append(b"line\n")
        log.itself = log

    path.parent.mkdir()
    for _ in range(3):
        append()
        gc.collect()
    assert [fd for fd in Path("/proc/self/fd").iterdir() if os.path.realpath(fd) == str(path)] == []
    assert path.read_bytes() == b"line\n" * 3


def test_the_next_line_after_a_close_is_in_the_same_file(log, path):
    for _ in range(2):
        log.append(b"line\n")
        log.close()
        assert not log.is_open
    assert path.read_bytes() == b"line\n" * 2


def test_a_forked_child_appends_to_the_same_file(log, path):
    log.append(b"parent\n")
    child = os.fork()
    if child == 0:
        log.append(b"child\n")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    log.append(b"parent\n")
    assert path.read_bytes() == b"parent\nchild\nparent\n"


def test_a_last_line_that_a_crash_tore_is_cut_off_and_told(log, path):
    path.parent.mkdir()
    path.write_bytes(b'{"a": 1}\n{"b":')
    with pytest.warns(RecordingWarning, match=r"lines\.jsonl was torn.*is cut off"):
        log.append(b'{"c": 3}\n')
    assert path.read_bytes() == b'{"a": 1}\n{"c": 3}\n'


def test_an_error_names_the_file(path):
    with pytest.raises(OSError, match=r"lines\.jsonl"):
        AppendLog(lambda: path).append(b"the folder is not there\n")


@pytest.mark.parametrize("torn", [True, False])
def test_a_warnings_hook_may_wait_for_who_appends(log, path, torn):
    waited = []

    def hook(*_):
        thread = threading.Thread(target=log.append, args=[b"theirs\n"], daemon=True)
        thread.start()
        thread.join(HANG)
        waited.append(thread.is_alive())

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = hook
        if torn:
            path.parent.mkdir()
            path.write_bytes(b"ours\n[1,")
            log.append(b"ours\n")
        else:
            log.append(b"ours\n")
            path.unlink()
            log.append(b"ours\n")
            log.close()
    assert waited == [False]
    assert path.read_bytes().count(b"theirs\n") == 1


def test_a_line_that_another_writes_just_now_gets_no_second_end(log, path, monkeypatch):
    path.parent.mkdir()
    path.write_bytes(b'{"step": 1')
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_SH)  # as whoever appends to it holds
        monkeypatch.setattr(append_log.time, "sleep", lambda _: os.write(other.fileno(), b"}\n"))
        log.append(b'{"step": 2}\n')
    assert path.read_bytes() == b'{"step": 1}\n{"step": 2}\n'


def test_a_line_that_another_has_torn_gets_an_end(log, path, monkeypatch):
    path.parent.mkdir()
    path.write_bytes(b'{"step": 1')
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        monkeypatch.setattr(append_log, "_PATIENCE", 0.01)
        log.append(b'{"step": 2}\n')
    assert path.read_bytes() == b'{"step": 1\n{"step": 2}\n'
