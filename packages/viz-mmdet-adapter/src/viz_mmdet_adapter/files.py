"""Writing a drawn picture to a file that the caller names."""

from __future__ import annotations

import io
import os
from pathlib import Path

from viz_core.typing import Image

__all__ = ["write_image"]


def write_image(path: str | os.PathLike[str], image: Image) -> None:
    """Write a picture in the format of the path's extension; folders are made.

    Args:
        path: A file, or an address such as ``s3://...``, which needs MMEngine's file backends.
        image: RGB, uint8, shape (H, W, 3).

    Raises:
        ValueError: If no format has that extension, or an address is given without MMEngine.
    """
    from PIL import Image as PillowImage

    address = os.fspath(path)
    suffix = Path(address).suffix.lower()
    file_format = PillowImage.registered_extensions().get(suffix)
    if file_format is None or file_format not in PillowImage.SAVE:
        raise ValueError(
            f"out_file must have the extension of a picture, such as .jpg or .png, got {address!r}"
        )
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, file_format, quality=95)
    if "://" in address:
        try:
            from mmengine.fileio import put
        except ImportError as error:
            raise ValueError(
                f"out_file {address!r} is an address, which only MMEngine can write; install "
                "mmengine, or give a path"
            ) from error
        put(file.getvalue(), address)
        return
    Path(address).parent.mkdir(parents=True, exist_ok=True)
    Path(address).write_bytes(file.getvalue())
