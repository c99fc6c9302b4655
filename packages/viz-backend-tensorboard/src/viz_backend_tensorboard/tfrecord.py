"""The records of an event file, in TensorFlow's TFRecord format.

A record is its length (uint64), the checksum of those eight bytes (uint32), the payload and
the checksum of the payload (uint32), all little-endian.
"""

from __future__ import annotations

import struct

from crc32c import crc32c

__all__ = ["encode_record"]

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")

#: TFRecord stores checksums rotated by 15 bits plus this constant: a checksum over data that
#: ends in its own checksum would be the same for all data.
_MASK_DELTA = 0xA282EAD8


def encode_record(payload: bytes) -> bytes:
    """Return `payload`, a serialized event, as one record."""
    length = _LENGTH.pack(len(payload))
    return b"".join((length, _checksum(length), payload, _checksum(payload)))


def _checksum(data: bytes) -> bytes:
    value = crc32c(data)
    rotated = (value >> 15 | value << 17) & 0xFFFFFFFF
    return _CHECKSUM.pack((rotated + _MASK_DELTA) & 0xFFFFFFFF)
