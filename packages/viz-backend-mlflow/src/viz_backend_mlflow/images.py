"""Pictures under the file names by which MLflow's page makes a slider of them."""

from __future__ import annotations

import uuid
from pathlib import Path

from viz_backend_mlflow.names import to_image_key
from viz_backend_mlflow.timestamps import Timestamps

__all__ = ["ImageNames", "image_stem", "write_thumbnail"]

_THUMBNAIL = (256, 256)


class ImageNames:
    """Gives each picture a time and an identifier, and one of the same name and step the same.

    So the later one replaces the earlier one.
    """

    def __init__(self) -> None:
        self._timestamps = Timestamps()
        self._known: dict[tuple[str, int], tuple[int, str]] = {}

    def of(self, name: str, step: int) -> tuple[int, str]:
        """Return the time, in milliseconds, and the identifier of a picture."""
        if (name, step) not in self._known:
            self._known[name, step] = self._timestamps.stamp(name, step, 0.0), uuid.uuid4().hex
        return self._known[name, step]


def image_stem(name: str, step: int, timestamp: int, identifier: str) -> str:
    """Return the file name of a picture, without its ending.

    ``MlflowClient.log_image`` makes a new identifier at every call. With one that was made when
    the picture was recorded, sending it again replaces it.
    """
    key = to_image_key(name).replace("/", "~")
    return f"{key}+step+{step}+timestamp+{timestamp}+{identifier}"


def write_thumbnail(picture: Path, thumbnail: Path) -> None:
    """Write what the page shows before one asks for the whole picture."""
    from PIL import Image

    with Image.open(picture) as image:
        image.thumbnail(_THUMBNAIL)
        image.save(thumbnail, "webp")
