"""The private door to Pillow: another Pillow behind it means numpy, and the same pixels."""

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
        copied = memory.copy() if isinstance(memory, np.ndarray) else memory
        return super().map_buffer(copied, size, codec, offset, layout)


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
        if box[0] < 0:
            image.putpixel((0, 1), image.getpixel((0, 1)) - 1)


class DoesNotClip(Core):
    def paste(self, image, source, box, stencil):
        if box[0] < 0:
            raise SystemError("bad box")
        image.paste(source, box, stencil)


class TakesSizesForBoxes(Core):
    def paste(self, image, source, box, stencil):
        left, top, width, height = box
        image.paste(source, (left, top, left + width, top + height), stencil)


def test_pillows_own_core_pastes_and_is_used():
    assert _pillow.map_buffer is PillowImage.core.map_buffer
    assert _pillow.can_paste(Core().map_buffer)


def test_numpy_pastes_as_well():
    assert _pillow.can_paste(_pillow.NumpyImage)


@pytest.mark.parametrize("core", Core.__subclasses__())
def test_another_core_does_not(core):
    assert not _pillow.can_paste(core().map_buffer)


def test_no_core_does_not():
    assert not _pillow.can_paste(None)


def scenes():
    """Return an image of everything that is pasted: inside, over the borders and far outside."""
    from viz_core import Canvas

    rng = np.random.default_rng(0)
    canvas = Canvas(rng.integers(0, 256, (90, 120, 3), np.uint8))
    texts = ["person: 87.3", "cat", "9.5", "below", "left: 1", "far away: 10.0", "gone"]
    places = [[20, 20], [60, 50], [30, 70], [50, 85], [-30, 40], [1e300, 5], [5, -1e300]]
    box = {"facecolor": "navy", "alpha": 0.7, "pad": 1}
    canvas.draw_texts(texts, np.array(places), colors=(250, 200, 30), bboxes=box)
    canvas.draw_texts("turned", np.array([60, 60]), rotations=40)
    boxes = np.array([[5, 6, 60, 70], [20.5, 10.2, 110.9, 80.1], [30, 30, 33, 32]])
    canvas.draw_bboxes(boxes, ["r", (9, 99, 200, 90), "w"], "-", [1, 3, 2])
    points = rng.uniform(-5, 125, (60, 2))
    canvas.draw_points(points, "y", sizes=25)
    canvas.draw_points(points + 3, ["r", (9, 99, 200, 90)] * 30, "*", [25.0, 64.0] * 30)
    return canvas.get_image()


CHILD = """
import runpy, sys, warnings
from PIL import Image

class Other:
    def __getattr__(self, name):
        return getattr(core, name)

    def map_buffer(self, memory, size, layout):
        raise AssertionError

core, Image.core = Image.core, Other()
warnings.simplefilter("ignore")
sys.stdout.buffer.write(runpy.run_path(sys.argv[1])["scenes"]().tobytes())
"""


@pytest.mark.filterwarnings("ignore:.*out of bounds")
def test_with_another_core_the_pixels_are_the_same():
    command = [sys.executable, "-c", CHILD, __file__]
    drawn = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    assert drawn == scenes().tobytes()
