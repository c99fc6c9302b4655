"""The private door to Pillow: another Pillow behind it means the fallback, not an error."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as PillowImage

from viz_core.drawing import _pillow


class Core:
    """Pillow's own core, of which a subclass does one thing otherwise."""

    def map_buffer(self, memory, size, codec, offset, layout):
        return Inner(self, PillowImage.core.map_buffer(memory, size, codec, offset, layout))

    def paste(self, image, source, box, stencil):
        image.paste(source, box, stencil)


class Inner:
    """An image of such a core."""

    def __init__(self, core, image):
        self.core, self.image = core, image

    def paste(self, source, box, stencil):
        self.core.paste(self.image, source.image, box, stencil.image)


class OtherSignature(Core):
    def map_buffer(self, memory, size, layout):
        raise AssertionError


class OtherMode(Core):
    def map_buffer(self, memory, size, codec, offset, layout):
        raise ValueError(f"bad mode {layout[0]}")


class Copies(Core):
    def map_buffer(self, memory, size, codec, offset, layout):
        return super().map_buffer(
            memory.copy() if offset == 0 else memory, size, codec, offset, layout
        )


class IgnoresTheOffset(Core):
    def map_buffer(self, memory, size, codec, offset, layout):
        return super().map_buffer(memory, size, codec, 0, layout)


class IgnoresTheLengthOfRows(Core):
    def map_buffer(self, memory, size, codec, offset, layout):
        return super().map_buffer(memory, size, codec, offset, _pillow.ROWS)


class GivesNoImage(Core):
    def map_buffer(self, *arguments):
        return None


class TakesNoStencil(Core):
    def paste(self, image, source, box):
        raise AssertionError


class IgnoresTheStencil(Core):
    def paste(self, image, source, box, stencil):
        image.paste(source, box)


class RoundsDown(Core):
    def paste(self, image, source, box, stencil):
        image.paste(source, box, stencil)
        image.putpixel((0, 1), 51)


class DoesNotClip(Core):
    def paste(self, image, source, box, stencil):
        if box[0] < 0:
            raise SystemError("bad box")
        image.paste(source, box, stencil)


class TakesSizesForBoxes(Core):
    def paste(self, image, source, box, stencil):
        left, top, width, height = box
        image.paste(source, (left, top, left + width, top + height), stencil)


def test_pillows_own_core_pastes():
    assert _pillow.HAS_CORE
    assert _pillow.can_paste(PillowImage.core)
    assert _pillow.can_paste(Core())


@pytest.mark.parametrize(
    "core",
    [None, object(), *(other() for other in Core.__subclasses__())],
    ids=lambda c: type(c).__name__,
)
def test_another_core_does_not(core):
    assert not _pillow.can_paste(core)


DRAWN = """
import sys
import numpy as np
from PIL import Image

class Other:
    def __getattr__(self, name):
        return getattr(core, name)

    def map_buffer(self, memory, size, layout):
        raise AssertionError

core = Image.core
if sys.argv[1] == "another":
    Image.core = Other()

from viz_core import Canvas

canvas = Canvas(np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8))
canvas.draw_texts(["cat: 87.3", "dog"], np.array([[5, 5], [60, 50]]), 12, bboxes={"pad": 1})
canvas.draw_bboxes(np.array([[5, 5, 60, 40], [20, 10, 100, 80]]), ["r", "b"])
canvas.draw_points(np.array([[30, 70], [90, 20]]), ["y", "k"])
sys.stdout.buffer.write(canvas.get_image().tobytes())
"""


def test_everything_is_drawn_with_another_core():
    def draw(core):
        command = [sys.executable, "-c", DRAWN, core]
        done = subprocess.run(command, capture_output=True, check=True, timeout=120)
        return np.frombuffer(done.stdout, np.uint8).astype(int)

    assert np.abs(draw("another") - draw("pillow's")).max() <= 3  # Agg rounds down
