"""What the pages of the gallery share: a photo, and how a drawn image gets onto the page."""

from __future__ import annotations

import base64
import io

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

__all__ = ["photo", "picture"]


def photo(height: int = 360) -> np.ndarray:
    """Return the upper part of a portrait: RGB, uint8, shape (height, 512, 3)."""
    with get_sample_data("grace_hopper.jpg") as file:
        return np.array(Image.open(file).convert("RGB"))[:height]


def picture(image: np.ndarray, width: int | None = None) -> str:
    """Return HTML that shows ``image``, for ``print`` in a fence that runs with the docs."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    size = f' width="{width}"' if width else ""
    return f'<img class="drawn"{size} alt="what the code above draws" src="data:image/png;base64,{data}">'
