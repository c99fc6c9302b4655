"""Images as PNG, encoded quickly."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from viz_core.typing import Image

__all__ = ["encode_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SUB = 1  # the filter that keeps the difference to the pixel on the left
_COLOR_TYPES = {3: 2, 4: 6}


def encode_png(image: Image) -> bytes:
    """Return an image as the bytes of a PNG file, losslessly.

    Every row is filtered alike and only runs of equal bytes are looked for, which is what
    OpenCV does by default: a quarter of the time of Pillow's default for files a little larger.

    Args:
        image: RGB or RGBA, uint8, shape (H, W, 3) or (H, W, 4), as `as_image` returns it.
    """
    height, width, channels = image.shape
    stride = width * channels
    pixels = image.reshape(height, stride)
    rows = np.empty((height, 1 + stride), np.uint8)
    rows[:, 0] = _SUB
    rows[:, 1 : 1 + channels] = pixels[:, :channels]
    np.subtract(pixels[:, channels:], pixels[:, :-channels], out=rows[:, 1 + channels :])
    compressor = zlib.compressobj(1, strategy=zlib.Z_RLE)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            *_chunk(b"IHDR", header),
            *_chunk(b"IDAT", compressor.compress(rows.data) + compressor.flush()),
            *_chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)
