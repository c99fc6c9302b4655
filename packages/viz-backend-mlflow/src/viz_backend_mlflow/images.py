"""The files of images, from whose names MLflow's page makes a slider of steps."""

from __future__ import annotations

from pathlib import Path

from viz_backend_mlflow.names import to_image_key

__all__ = ["image_format", "image_stem", "write_thumbnail"]

_THUMBNAIL = (256, 256)


def image_stem(name: str, step: int, timestamp: int, identifier: str) -> str:
    """Return the file name of an image, without its ending.

    `MlflowClient.log_image` is not called, as it makes a new identifier each time. With the
    identifier that was made when the image was recorded, sending it twice stores it once.
    """
    key = to_image_key(name).replace("/", "~")
    return f"{key}+step+{step}+timestamp+{timestamp}+{identifier}"


def image_format(image: Path) -> str:
    """Return the ending of the name that an image's file should have, by its first bytes."""
    with image.open("rb") as file:
        return "webp" if file.read(4) == b"RIFF" else "png"


def write_thumbnail(image: Path, thumbnail: Path) -> None:
    """Write the small version of an image, which MLflow's page shows first."""
    from PIL import Image

    with Image.open(image) as opened:
        opened.thumbnail(_THUMBNAIL)
        opened.save(thumbnail, "webp")
