import io

import numpy as np
import pytest
from PIL import Image

from viz_core import encode_png


@pytest.mark.parametrize(("channels", "mode"), [(3, "RGB"), (4, "RGBA")])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (31, 17)])
def test_pillow_reads_the_same_pixels(size, channels, mode):
    image = np.random.default_rng(0).integers(0, 256, (*size, channels), dtype=np.uint8)
    for pixels in (image, image[::-1, ::-1]):  # contiguous, and not
        read = Image.open(io.BytesIO(encode_png(pixels)))
        assert read.mode == mode
        np.testing.assert_array_equal(np.asarray(read), pixels)
