import errno
import fcntl
import os
import subprocess
import sys

import pytest

from viz_core import LocalVisBackend, write_whole


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path, kind):
    path = tmp_path / "file"
    for data in (b"before", b"after"):
        write_whole(kind(path), data, sync=True)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OSError, match="gone/file"):
        write_whole(tmp_path / "gone" / "file", b"data")


WRITER = """
import os, signal, sys, time
from viz_core import write_whole
os.fsync = lambda fd: (print("writing", flush=True), time.sleep(60))
write_whole(sys.argv[1], b"data", sync=True)
"""


@pytest.fixture
def writer(tmp_path):
    """Return a process that is in the midst of writing an image."""
    folder = tmp_path / "run" / "vis_image" / "a"
    folder.mkdir(parents=True)
    command = [sys.executable, "-c", WRITER, str(folder / "b_1.png")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        assert len(list(folder.iterdir())) == 1
        yield process
        process.kill()


def test_what_a_killed_process_left_is_removed_at_the_next_start(writer, tmp_path):
    writer.kill()
    writer.wait()
    (foreign := tmp_path / "run" / ".notes.tmp").touch()
    assert len(list(tmp_path.rglob("*.tmp"))) == 2
    LocalVisBackend(tmp_path / "run").add_scalar("loss", 1)
    assert list(tmp_path.rglob("*.tmp")) == [foreign]


def test_what_a_living_process_is_writing_stays(writer, tmp_path):
    LocalVisBackend(tmp_path / "run").add_scalar("loss", 1)
    assert len(list(tmp_path.rglob("*.tmp"))) == 1


def test_who_cleans_while_a_file_is_made_costs_nothing(tmp_path, monkeypatch):
    """The moments between making a file and locking it."""
    lock, names = fcntl.flock, []

    def after_somebody(fd, kind):
        if len(names) < 2:
            names.append(next(tmp_path.glob("*.tmp")))
            if len(names) == 2:
                names[1].unlink()  # it was locked and unlinked before
            else:
                raise BlockingIOError
        lock(fd, kind)

    monkeypatch.setattr("viz_core.files.atomic.fcntl.flock", after_somebody)
    write_whole(tmp_path / "file", b"data")
    monkeypatch.undo()
    assert (tmp_path / "file").read_bytes() == b"data"
    assert len(names) == 2


def test_without_locks_files_are_written_and_nothing_is_removed(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOTSUP, "no locks")

    (left := tmp_path / ".0123456789abcdef.tmp").touch()
    monkeypatch.setattr("viz_core.files.atomic.fcntl.flock", no_locks)
    backend = LocalVisBackend(tmp_path)
    backend.add_config({"lr": 1})
    assert {path.name for path in tmp_path.iterdir()} == {left.name, "config.py", "index.jsonl"}


def test_a_file_follows_the_umask(tmp_path):
    for mask in (0o002, 0o077, 0o022):
        before = os.umask(mask)
        try:
            write_whole(tmp_path / "file", b"data")
        finally:
            os.umask(before)
        assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~mask
