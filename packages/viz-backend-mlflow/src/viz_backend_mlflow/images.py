"""The file names of images, from which MLflow's page makes a slider of steps."""

from __future__ import annotations

import uuid
from pathlib import Path

from viz_backend_mlflow.names import to_image_key
from viz_backend_mlflow.timestamps import Timestamps

__all__ = ["ImageNames", "image_stem", "write_thumbnail"]

_THUMBNAIL = (256, 256)


class ImageNames:
    """Gives images of one name and step one time and identifier: the later replaces the earlier."""

    def __init__(self) -> None:
        self._timestamps = Timestamps()
        self._known: dict[tuple[str, int], tuple[int, str]] = {}

    def of(self, name: str, step: int) -> tuple[int, str]:
        """Return the time, in milliseconds, and the identifier of an image."""
        if (name, step) not in self._known:
            self._known[name, step] = self._timestamps.stamp(name, step, 0.0), uuid.uuid4().hex
        return self._known[name, step]


def image_stem(name: str, step: int, timestamp: int, identifier: str) -> str:
    """Return the file name of an image, without its ending.

    `MlflowClient.log_image` is not called, as it makes a new identifier each time. With the
    identifier that was made when the image was recorded, sending it twice stores it once.
    """
    key = to_image_key(name).replace("/", "~")
    return f"{key}+step+{step}+timestamp+{timestamp}+{identifier}"


def write_thumbnail(image: Path, thumbnail: Path) -> None:
    """Write the small version of an image, which MLflow's page shows first."""
    from PIL import Image

    with Image.open(image) as opened:
        opened.thumbnail(_THUMBNAIL)
        opened.save(thumbnail, "webp")
