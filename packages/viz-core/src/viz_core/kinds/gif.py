"""Animated GIFs, written a frame at a time with one palette."""

from __future__ import annotations

import struct
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.typing import Image

__all__ = ["write_gif"]

#: Frames from which the palette is chosen, and how many of its colors they choose. The others are
#: spread evenly, for what comes later.
_SAMPLE, _CHOSEN = 8, 192


def write_gif(path: Path, fps: float) -> Generator[None, Image, None]:
    """Write frames that are sent, as they come; closing the generator ends the file.

    Pillow's own writer holds all frames, and looks for a palette of each, in 670 ms.

    Args:
        path: The file.
        fps: Frames a second. A GIF counts in hundredths of a second, and viewers show 50 at most.
    """
    first: list[Image] = []
    with path.open("wb") as file:
        palette: Any = None
        delay = max(2, round(100 / fps))
        try:
            while True:
                frame = yield
                if palette is None:
                    first.append(frame.copy())
                    if len(first) < _SAMPLE:
                        continue
                    palette = _begin(file, first)
                    for waiting in first:
                        file.write(_block(waiting, palette, delay))
                    first.clear()
                else:
                    file.write(_block(frame, palette, delay))
        finally:
            if first:
                palette = _begin(file, first)
                for waiting in first:
                    file.write(_block(waiting, palette, delay))
            file.write(b";")


def _begin(file: Any, frames: list[Image]) -> Any:
    """Write what stands before the frames; return an image of Pillow's that has the palette."""
    from PIL import Image as Pillow

    height, width = frames[0].shape[:2]
    stride = max(1, (height * width * len(frames) // 200_000))
    pixels = np.concatenate([f.reshape(-1, 3)[::stride] for f in frames])[None]
    sample = Pillow.fromarray(pixels).quantize(_CHOSEN, Pillow.Quantize.MEDIANCUT)
    chosen = np.array((sample.getpalette() or [])[: 3 * _CHOSEN], np.uint8)
    spread = np.stack(np.meshgrid(*[[0, 85, 170, 255]] * 3, indexing="ij"), -1).reshape(-1)
    colors = np.zeros(768, np.uint8)
    colors[: chosen.size] = chosen
    colors[3 * _CHOSEN :] = spread
    palette = Pillow.new("P", (1, 1))
    palette.putpalette(colors.tobytes())
    file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + colors.tobytes())
    file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # again and again
    return palette


def _block(frame: Image, palette: Any, delay: int) -> bytes:
    from PIL import GifImagePlugin
    from PIL import Image as Pillow

    indexed = Pillow.fromarray(frame).quantize(palette=palette, dither=Pillow.Dither.NONE)
    control = b"\x21\xf9\x04\x00" + struct.pack("<H", delay) + b"\x00\x00"
    return control + b"".join(GifImagePlugin.getdata(indexed))
