"""Records of an event file, read by TensorBoard's own reader."""

import struct

import pytest
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

from viz_backend_tensorboard.tfrecord import encode_record

PAYLOADS = [b"", b"x", b"\x00" * 7, bytes(range(256)) * 300]


def read(path):
    reader, payloads = PyRecordReader_New(str(path)), []
    while True:
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return payloads
        payloads.append(reader.record())


def test_records_are_read_back(tmp_path):
    (tmp_path / "records").write_bytes(b"".join(map(encode_record, PAYLOADS)))
    assert read(tmp_path / "records") == PAYLOADS


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
