"""Pictures under the file names by which MLflow's page makes a slider of them."""

from __future__ import annotations

from pathlib import Path

from viz_backend_mlflow.names import to_image_key

__all__ = ["image_stem", "write_thumbnail"]

_THUMBNAIL = (256, 256)


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
