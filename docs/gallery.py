"""How an image that is drawn by the code of a page gets onto the page.

Lines of a fence that call this end in `# markdown-exec: hide`: readers do not have it.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

__all__ = ["as_html"]


def as_html(image: np.ndarray, width: int | None = None) -> str:
    """Return HTML that shows ``image``, for ``print`` in a fence that runs with the docs."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    size = f' width="{width}"' if width else ""
    return f'<img class="drawn"{size} alt="what the code above draws" src="data:image/png;base64,{data}">'
