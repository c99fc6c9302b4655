"""Writing a drawn image to a file that the caller names."""

from __future__ import annotations

import io
import os
from pathlib import Path

from viz_core import as_path, encode_png
from viz_core.typing import Image

__all__ = ["write_image"]


def write_image(path: str | os.PathLike[str], image: Image) -> None:
    """Write an image in the format of the path's extension; its folders are made.

    Args:
        path: A file, or a URL such as `s3://...`, which needs MMEngine's file backends.
        image: RGB, uint8, shape (H, W, 3).

    Raises:
        ValueError: If no format has that extension, or for a URL where MMEngine is not installed.
    """
    from PIL import Image as PillowImage

    url = os.fspath(path)
    suffix = Path(url).suffix.lower()
    file_format = PillowImage.registered_extensions().get(suffix)
    if file_format is None or file_format not in PillowImage.SAVE:
        raise ValueError(
            f"out_file must have the extension of an image, such as .jpg or .png, got {url!r}"
        )
    if file_format == "PNG":
        data = encode_png(image)
    else:
        file = io.BytesIO()
        PillowImage.fromarray(image).save(file, file_format, quality=95)
        data = file.getvalue()
    if "://" in url:
        try:
            from mmengine.fileio import put
        except ImportError as error:
            raise ValueError(
                f"out_file {url!r} is a URL, which only MMEngine can write; install mmengine, "
                "or give a path"
            ) from error
        put(data, url)
        return
    target = Path(as_path(url, "out_file"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
