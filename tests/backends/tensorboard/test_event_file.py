"""One file: whole after every write, in every process, on every disk."""

import gc
import os
import pickle
import struct
import threading
from pathlib import Path

import pytest
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

from viz_backend_tensorboard import events
from viz_backend_tensorboard.event_file import EventFile, encode_record

PAYLOADS = [b"", b"x", b"\x00" * 7, bytes(range(256)) * 300]


@pytest.fixture
def file(tmp_path):
    return EventFile(lambda: tmp_path)


def test_nothing_is_made_before_the_first_write(tmp_path, file, event_files):
    file.sync()
    file.close()
    assert not file.is_open
    assert event_files(tmp_path) == []


def test_an_event_is_there_when_write_returns(tmp_path, file, read_run):
    file.write(events.scalars({"a": 1}, step=2))
    assert file.is_open
    assert read_run(tmp_path).scalars("a") == [(2, 1.0)]


def test_one_event_holds_all_scalars_of_a_call(tmp_path, file, event_files):
    file.write(events.scalars({"a": 1}, step=0))
    (path,) = event_files(tmp_path)
    one = path.stat().st_size
    file.write(events.scalars({"a": 1}, step=0))
    single = path.stat().st_size - one
    file.write(events.scalars(dict.fromkeys("abcdefgh", 1), step=0))
    assert path.stat().st_size - one - single < 3 * single


def test_writing_after_close_makes_another_file(tmp_path, file, event_files, read_run):
    for step in range(3):
        file.write(events.scalars({"a": step}, step))
        file.close()
        file.close()
    assert len(event_files(tmp_path)) == 3
    assert read_run(tmp_path).scalars("a") == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_file_names_are_in_the_order_of_time(tmp_path, event_files):
    made = []
    for _ in range(12):
        file = EventFile(lambda: tmp_path)
        file.write(events.scalars({"a": 1}, 0))
        made += [path for path in event_files(tmp_path) if path not in made]
    assert made == event_files(tmp_path)


def test_a_file_comes_after_those_of_a_clock_that_is_ahead(tmp_path, event_files, read_run):
    file = EventFile(lambda: tmp_path)
    for step in range(3):
        file.write(events.scalars({"a": 1}, step))
        file.close()
        newest = event_files(tmp_path)[-1]
        ahead = f"events.out.tfevents.{4_000_000_000 + 5 * step}.host.1"
        newest.rename(tmp_path / ahead)
    assert [step for step, _ in read_run(tmp_path).scalars("a")] == [0, 1, 2]


def test_threads_do_not_mix_records(tmp_path, file, event_files, read_run):
    def record(index):
        for step in range(200):
            file.write(events.scalars({f"thread{index}": step}, step))

    threads = [threading.Thread(target=record, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(event_files(tmp_path)) == 1
    run = read_run(tmp_path)
    for index in range(4):
        assert run.scalars(f"thread{index}") == [(step, float(step)) for step in range(200)]


def test_starts_no_thread(file):
    before = threading.active_count()
    file.write(events.scalars({"a": 1}, 0))
    assert threading.active_count() == before


def test_a_signal_handler_may_record_in_the_midst_of_a_write(tmp_path, run_python, read_run):
    program = """
import pathlib, signal, sys
from viz_backend_tensorboard import events
from viz_backend_tensorboard.event_file import EventFile
file = EventFile(lambda: pathlib.Path(sys.argv[1]))
seen = 0
def record(*_):
    global seen
    seen += 1
    file.write(events.scalars({"signal": seen}, seen))
signal.signal(signal.SIGALRM, record)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
step = 0
while seen < 200:
    file.write(events.scalars({"loop": step}, step))
    step += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(step, seen)
"""
    done = run_python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    steps, seen = map(int, done.stdout.split())
    run = read_run(tmp_path)
    assert len(run.scalars("loop")) == steps
    assert len(run.scalars("signal")) == seen


def test_a_directory_that_is_not_there_is_named(tmp_path):
    file = EventFile(lambda: tmp_path / "missing")
    with pytest.raises(OSError, match="missing"):
        file.write(events.scalars({"a": 1}, 0))


def test_the_first_file_alone_has_the_mark_of_a_resumed_run(tmp_path, read_run):
    EventFile(lambda: tmp_path).write(events.scalars({"a": 1}, 10))
    file = EventFile(lambda: tmp_path, resume=5)
    for step in (5, 6):
        file.write(events.scalars({"a": 2}, step))
        file.close()
    assert read_run(tmp_path).scalars("a") == [(5, 2.0), (6, 2.0)]


class Fixed:
    """A function that returns a folder, and can be pickled."""

    def __init__(self, directory):
        self.directory = directory

    def __call__(self):
        return self.directory


def test_a_copy_of_an_open_file_writes_beside_it(tmp_path, event_files, read_run):
    file = EventFile(Fixed(tmp_path))
    file.write(events.scalars({"a": 1}, 0))
    copy = pickle.loads(pickle.dumps(file))
    assert not copy.is_open
    copy.write(events.scalars({"a": 2}, 0))
    assert len(event_files(tmp_path)) == 1
    assert read_run(tmp_path / f"process_{os.getpid()}").scalars("a") == [(0, 2.0)]


def test_a_copy_of_an_unopened_file_takes_its_place(tmp_path, read_run):
    copy = pickle.loads(pickle.dumps(EventFile(Fixed(tmp_path))))
    copy.write(events.scalars({"a": 2}, 0))
    assert read_run(tmp_path).scalars("a") == [(0, 2.0)]


def test_a_copy_in_another_process_has_a_folder_of_its_own(tmp_path, read_run):
    state = EventFile(Fixed(tmp_path)).__getstate__()
    copy = EventFile.__new__(EventFile)
    copy.__setstate__({**state, "_made_in": os.getppid()})
    copy.write(events.scalars({"a": 2}, 0))
    assert read_run(tmp_path / f"process_{os.getpid()}").scalars("a") == [(0, 2.0)]


def read_records(path):
    reader, payloads = PyRecordReader_New(str(path)), []
    while True:
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return payloads
        payloads.append(reader.record())


def test_records_are_read_back(tmp_path):
    (tmp_path / "records").write_bytes(b"".join(map(encode_record, PAYLOADS)))
    assert read_records(tmp_path / "records") == PAYLOADS


def test_a_record_is_sixteen_bytes_longer_than_its_payload():
    assert [len(encode_record(payload)) - len(payload) for payload in PAYLOADS] == [16] * 4


def test_a_record_begins_with_the_length():
    assert struct.unpack("<Q", encode_record(b"seven b")[:8]) == (7,)


@pytest.mark.parametrize("position", [0, 9, 12, 20])
def test_a_changed_byte_is_noticed(tmp_path, position):
    record = bytearray(encode_record(b"payload!"))
    record[position] ^= 1
    (tmp_path / "records").write_bytes(record)
    with pytest.raises((errors.DataLossError, errors.OutOfRangeError)):
        PyRecordReader_New(str(tmp_path / "records")).GetNext()


def test_a_file_that_is_dropped_is_not_held_open(tmp_path):
    def write():
        file = EventFile(lambda: tmp_path)
        file.write(events.scalars({"a": 1}, 1))
        file.itself = file

    write()
    gc.collect()
    (path,) = tmp_path.iterdir()
    assert [fd for fd in Path("/proc/self/fd").iterdir() if os.path.realpath(fd) == str(path)] == []
