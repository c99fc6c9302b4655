"""How an image that is drawn by the code of a page gets onto the page: as a file beside it.

Lines of a fence that call this end in `# markdown-exec: hide`: readers do not have it.
"""

from __future__ import annotations

import html
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["as_html", "start_page"]

_folder, _numbers = Path(), count(1)


def start_page(folder: Path) -> None:
    """Have the images that are drawn from now on written into ``folder``, where the page will be."""
    global _folder, _numbers
    _folder, _numbers = folder, count(1)


def as_html(image: np.ndarray, *, alt: str, width: int | None = None) -> str:
    """Write ``image`` beside the page; return HTML that shows it, for ``print`` in a fence.

    Args:
        image: RGB or RGBA, uint8, of shape (H, W, 3) or (H, W, 4).
        alt: What is on the image, for who does not see it: its subject, and what was drawn there.
        width: How wide it is shown, in pixels of the page; by default as wide as it is.
    """
    if not alt.strip():
        raise ValueError("alt must say what is on the image, got an empty text")
    path = _folder / f"drawn-{next(_numbers)}.webp"
    path.parent.mkdir(parents=True, exist_ok=True)
    # A third smaller than PNG; method 2 at quality 80 takes twice as long for 3 % less.
    Image.fromarray(image).save(path, lossless=True, method=1, quality=30)
    rows, columns = image.shape[:2]
    width = width or columns
    return (
        f'<img class="drawn" loading="lazy" width="{width}" height="{round(rows * width / columns)}"'
        f' alt="{html.escape(alt)}" src="{path.name}">'
    )
