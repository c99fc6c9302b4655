"""The framing, read by TensorBoard's own reader."""

import struct

import pytest
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

from viz_backend_tensorboard.records import frame

PAYLOADS = [b"", b"x", b"\x00" * 7, bytes(range(256)) * 300]


def read(path):
    reader, payloads = PyRecordReader_New(str(path)), []
    while True:
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return payloads
        payloads.append(reader.record())


def test_frames_are_read_back(tmp_path):
    (tmp_path / "records").write_bytes(b"".join(map(frame, PAYLOADS)))
    assert read(tmp_path / "records") == PAYLOADS


def test_frame_adds_sixteen_bytes():
    assert [len(frame(payload)) - len(payload) for payload in PAYLOADS] == [16] * 4


def test_frame_begins_with_the_length():
    assert struct.unpack("<Q", frame(b"seven b")[:8]) == (7,)


@pytest.mark.parametrize("position", [0, 9, 12, 20])
def test_a_changed_byte_is_noticed(tmp_path, position):
    record = bytearray(frame(b"payload!"))
    record[position] ^= 1
    (tmp_path / "records").write_bytes(record)
    with pytest.raises((errors.DataLossError, errors.OutOfRangeError)):
        PyRecordReader_New(str(tmp_path / "records")).GetNext()
