"""Images as PNG, encoded quickly."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import Any

import numpy as np

from viz_core.files.png_filters import paeth, sub, up
from viz_core.typing import Image

__all__ = ["as_png", "find_isal"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPES = {3: 2, 4: 6}

#: isal's level 1 makes larger files in the same time, 3 smaller ones only of what takes longest.
_LEVEL = 2

#: Of images of more bytes, so many rows tell which filter is best, in 0.9 ms at 1080p.
_LARGE, _SAMPLED = 1 << 20, 16

#: How much smaller rows must be of the differences upwards to be chosen; of how much longer a stream
#: than runs are isal makes too little, as of smooth photos.
_MUCH_SMALLER, _TOO_LITTLE = 0.9, 1.04

#: What shrinks to less than one in so many is flat: long runs, of which isal makes little.
_FLAT = 8

#: How many pieces of a flat image runs are tried on, in 0.1 to 0.2 ms, and of how many bytes. It is
#: a prime, as pieces that lie one below the other in all rows would tell little.
_PIECES, _PIECE = 61, 1024

#: Bytes before the runs in a zlib stream: what they mean.
_HEAD = 50

#: How much smaller runs must be to be worth their time, which is ten times isal's.
_WORTH = 1.05


def as_png(image: Image) -> bytes:
    """Return an image as the bytes of a PNG file, losslessly.

    All rows are filtered alike, and deflated by isal. Where there is no isal, only runs of equal
    bytes are looked for, by zlib, which is what OpenCV does.

    Args:
        image: RGB or RGBA, uint8, shape (H, W, 3) or (H, W, 4), as `as_image` returns it.
    """
    height, width, channels = image.shape
    rows = _filter(image.reshape(height, width * channels), channels)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            *_chunk(b"IHDR", header),
            *_chunk(b"IDAT", _deflate(rows)),
            *_chunk(b"IEND", b""),
        )
    )


def _filter(pixels: Image, channels: int) -> Image:
    """Return the differences to the left, or others where a sample of rows says that they are better."""
    rows = sub(pixels, channels)
    isal = find_isal()
    if isal is None or rows.size < _LARGE or len(rows) <= _SAMPLED:
        return rows
    sample = np.linspace(1, len(rows) - 1, _SAMPLED).astype(int)
    lines = rows[sample]
    size = len(isal.compress(lines.data, _LEVEL))
    if size * _FLAT < lines.size:
        return rows
    upward = pixels[sample] - pixels[sample - 1]
    if len(isal.compress(upward.data, _LEVEL)) < _MUCH_SMALLER * size:
        return up(pixels)
    some = np.ascontiguousarray(lines[::2])  # runs take most of the time
    if len(isal.compress(some.data, _LEVEL)) > _TOO_LITTLE * len(_run_lengths(some, isal)):
        return paeth(pixels, channels)
    return rows


def _deflate(rows: Image) -> bytes:
    """Return filtered rows as a zlib stream."""
    isal = find_isal()
    if isal is None:
        return _run_lengths(rows, zlib)
    data: bytes = isal.compress(rows.data, _LEVEL)
    if len(data) * _FLAT < rows.size >= _PIECES * _PIECE:  # in small ones isal loses little
        spread = rows.reshape(-1)[: rows.size // _PIECES * _PIECES].reshape(_PIECES, -1)
        pieces = np.ascontiguousarray(spread[:, :_PIECE])
        runs = (len(_run_lengths(pieces, isal)) - _HEAD) * rows.size / pieces.size + _HEAD
        if runs * _WORTH < len(data):
            return _run_lengths(rows, isal)
    return data


def _run_lengths(rows: Image, checksums: Any) -> bytes:
    """Return rows as a zlib stream of runs; `checksums` is zlib, or isal, which takes less time."""
    # isal leaves vector registers in a state in which zlib takes three times as long, on x86-64.
    # What numpy does with vectors resets them.
    np.add(rows[0], 0)
    compressor = zlib.compressobj(1, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    data = compressor.compress(rows.data), compressor.flush()
    return b"".join((b"\x78\x01", *data, struct.pack(">I", checksums.adler32(rows.data))))


@cache
def find_isal() -> Any:
    """Return isal's twin of zlib, or None where it is not installed or does not load.

    Who shares an image with workers calls it before: a child that is forked while a thread imports
    a module would wait for ever to import it too.
    """
    try:
        from isal import isal_zlib
    except ImportError:
        return None
    return isal_zlib


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    crc32 = (find_isal() or zlib).crc32
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", crc32(data, crc32(kind)))
