"""Images as the bytes of a file, encoded once whoever keeps them."""

from __future__ import annotations

import io
import operator
import os
import threading
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from weakref import WeakValueDictionary

import numpy as np

from viz_core.files.png import as_png, find_isal
from viz_core.images import as_image
from viz_core.typing import ArrayLike, Image, ImageFormat

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

__all__ = ["EncodedImage", "ImageEncoder", "SharedImage", "as_count", "encode_png"]

#: What Pillow calls the formats that lose something.
_LOSSY = {"jpg": "jpeg", "webp": "webp"}

_QUALITY = 90

#: Images that several backends are given, by the identity of the array.
_shared: WeakValueDictionary[int, SharedImage] = WeakValueDictionary()


class EncodedImage(NamedTuple):
    """An image as a file.

    Attributes:
        data: The bytes of the file.
        shape: Height, width and channels of the image in it.
    """

    data: bytes
    shape: tuple[int, int, int]


class ImageEncoder:
    """Makes images into files of one format; constructing it checks what a user asked for.

    Args:
        image_format: `'png'`, which loses nothing, or `'jpg'` or `'webp'`, which are smaller. What
            is transparent becomes white in `'jpg'`.
        quality: 1 to 100, of `'jpg'` and `'webp'`; 90 by default.
        max_side: Pixels of the longer side at most: a larger image is made smaller; any by default.
        formats: Those that a backend can serve.
        reason: Why it serves no others, for an error.

    Raises:
        TypeError: If `quality` or `max_side` is not a whole number.
        ValueError: If the format is none of `formats`, or a number is out of range.
    """

    def __init__(
        self,
        image_format: ImageFormat = "png",
        quality: int | None = None,
        max_side: int | None = None,
        *,
        formats: tuple[ImageFormat, ...] = ("png", "jpg", "webp"),
        reason: str = "",
    ) -> None:
        if image_format not in formats:
            *others, last = map(repr, formats)
            raise ValueError(
                f"image_format must be {', '.join(others)} or {last}, got {image_format!r}"
                f"{reason and f'; {reason}'}"
            )
        if quality is not None and image_format == "png":
            raise ValueError(
                f"quality={quality!r} has no meaning for png, which loses nothing; leave it out "
                f"or choose image_format={' or '.join(map(repr, formats[1:]))}"
            )
        self.image_format: ImageFormat = image_format
        self._quality = _QUALITY if quality is None else as_count("quality", quality, 100)
        self._max_side = None if max_side is None else as_count("max_side", max_side, None)
        self._key = (image_format, self._quality, self._max_side)

    def __call__(self, image: Image) -> EncodedImage:
        """Return an image as a file.

        An image that a visualizer gives to several backends is encoded by the first that asks, for
        all that want it alike; the others wait for that, and get the same bytes.

        Args:
            image: RGB or RGBA, uint8, shape (H, W, 3) or (H, W, 4), as `add_image` gets it.
        """
        shared = _shared.get(id(image))
        if shared is None:
            return self._encode(image)
        with shared.lock:
            found = shared.encoded.get(self._key)
            if found is None:
                found = shared.encoded[self._key] = self._encode(image)
            return found

    def _encode(self, image: Image) -> EncodedImage:
        height, width, channels = image.shape
        longest = max(height, width)
        if self._max_side is not None and longest > self._max_side:
            image = _resized(image, self._max_side / longest)
            height, width, channels = image.shape
        if self.image_format == "png":
            return EncodedImage(as_png(image), (height, width, channels))
        from PIL import Image as Pillow

        pillow = Pillow.fromarray(image)
        if self.image_format == "jpg" and pillow.mode == "RGBA":
            white = Pillow.new("RGBA", pillow.size, "white")
            pillow = Pillow.alpha_composite(white, pillow).convert("RGB")
            channels = 3
        return EncodedImage(self._save(pillow), (height, width, channels))

    def _save(self, pillow: PillowImage) -> bytes:
        with _memory() as file:
            pillow.save(file, _LOSSY[self.image_format], quality=self._quality)
            file.seek(0)
            return file.read()


class SharedImage:
    """What several backends are given: while this is held, `image` is encoded once for all.

    Args:
        image: As `as_image` takes it.

    Attributes:
        image: What `as_image` makes of it, as an array of its own, by which an encoder knows it.
        encoded: What encoders made of it, by what they were asked for.
        lock: Held by the encoder that is at work.
    """

    __slots__ = ("__weakref__", "encoded", "image", "lock")

    def __init__(self, image: ArrayLike) -> None:
        find_isal()  # not in a worker
        self.image: Image = as_image(image).view()
        self.encoded: dict[object, EncodedImage] = {}
        self.lock = threading.RLock()
        _shared[id(self.image)] = self


_png = ImageEncoder()


def encode_png(image: Image) -> bytes:
    """Return an image as the bytes of a PNG file, losslessly.

    It takes a quarter of OpenCV's time at its default, for files no larger. An image that a
    visualizer gives to several backends is encoded once, and they get the same bytes.

    Args:
        image: RGB or RGBA, uint8, shape (H, W, 3) or (H, W, 4), as `as_image` returns it.
    """
    return _png(image).data


def _memory() -> BinaryIO:
    """Return a file in memory.

    Pillow leaves the interpreter to other threads only while it writes to what the system knows as
    a file: without one, 6 megapixels of JPEG would hold up training for 20 ms.
    """
    try:
        return os.fdopen(os.memfd_create("viz"), "w+b")
    except (AttributeError, OSError):  # not Linux, or no more files may be open
        return io.BytesIO()


def _resized(image: Image, scale: float) -> Image:
    from PIL import Image as Pillow

    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    # Nearly as sharp as LANCZOS, in a third of its time.
    small = Pillow.fromarray(image).resize((width, height), Pillow.Resampling.HAMMING)
    return np.asarray(small)


def as_count(name: str, value: object, most: int | None = None) -> int:
    """Return a whole number from 1, to `most` if that is given."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # that is what is asked
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {value!r}") from None
    if number < 1 or (most is not None and number > most):
        bounds = "at least 1" if most is None else f"in 1..{most}"
        raise ValueError(f"{name} must be {bounds}, got {value!r}")
    return number
