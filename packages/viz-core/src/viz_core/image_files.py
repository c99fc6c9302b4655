"""Files of images that users have, as their viewers show them."""

from __future__ import annotations

from pathlib import Path

from viz_core.images import as_image
from viz_core.typing import Image

__all__ = ["image_size", "read_image_file"]

#: Where a camera says how it was held; from 5 on the image lies on its side.
_ORIENTATION, _ON_SIDE = 0x0112, 5


def image_size(path: Path) -> tuple[int, int]:
    """Return height and width of an image, of which the beginning alone is read.

    A PNG is read whole: how it is turned may stand at its end.

    Raises:
        OSError: If there is no such file, or it is no image.
    """
    from PIL import Image as Pillow

    with Pillow.open(path) as image:
        width, height = image.size
        turned = image.getexif().get(_ORIENTATION, 1) >= _ON_SIDE
    return (width, height) if turned else (height, width)


def read_image_file(path: Path) -> Image:
    """Return an image as `as_image` does, upright.

    Raises:
        OSError: If there is no such file, or it is no image.
        ValueError: If it has another range than 0..255.
    """
    from PIL import Image as Pillow
    from PIL.ImageOps import exif_transpose

    with Pillow.open(path) as image:
        return as_image(exif_transpose(image))
