"""How much two images differ to someone who looks at them from afar."""

import numpy as np
from PIL import Image, ImageFilter


def difference(image, other):
    """Return the mean difference of two images, in 0..255, both blurred.

    They may differ by a pixel a side, and in what letters and edges look like.
    """
    assert image.shape == other.shape
    blurred = (
        np.asarray(Image.fromarray(each).filter(ImageFilter.GaussianBlur(3)), float)
        for each in (image, other)
    )
    return np.abs(np.subtract(*blurred)).mean()
