"""What drawing a feature map refuses, and in which words."""

import numpy as np
import pytest

from viz_core.featmap import draw_featmap


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (
            {"featmap": "map.npy"},
            TypeError,
            "`featmap` should be torch.Tensor, but got <class 'str'>",
        ),
        ({"featmap": np.ones((1, 2, 3, 4))}, ValueError, r"must be 3, but got 4.*featmap\[0\]"),
        ({"featmap": np.ones((2, 3))}, ValueError, "Input dimension must be 3, but got 2"),
        ({"featmap": np.ones((0, 3, 3))}, ValueError, r"must not be empty, got shape \(0, 3, 3\)"),
        ({"featmap": np.ones((1, 3, 3), complex)}, TypeError, "real numbers, got dtype complex128"),
        ({"featmap": np.full((1, 3, 3), "a")}, TypeError, "real numbers, got dtype <U1"),
        (
            {"channel_reduction": "max"},
            ValueError,
            "channel_reduction must be one of .*'pca', None",
        ),
        ({"channel_reduction": True}, ValueError, "got True"),
        ({"normalize": "all"}, ValueError, "normalize must be one of 'map', 'grid', got 'all'"),
        ({"alpha": 1.5}, ValueError, r"alpha must lie in 0\.\.1, got 1\.5"),
        ({"alpha": "half"}, TypeError, "alpha must be a "),
        ({"topk": 2.5}, TypeError, "topk must be an integer, got float: 2.5"),
        ({"resize_shape": (3,)}, ValueError, r"resize_shape must be \(height, width\)"),
        ({"resize_shape": ()}, ValueError, r"resize_shape must be \(height, width\)"),
        ({"resize_shape": (0, 3)}, ValueError, "two numbers from 1 on"),
        ({"resize_shape": 1.5}, TypeError, "resize_shape must be integers"),
        ({"colormap": "virdis"}, ValueError, "got 'virdis'; did you mean 'viridis"),
        ({"colormap": 3}, TypeError, "colormap must be the name .*, got int"),
        ({"colormap": "gray", "channel_reduction": "pca"}, ValueError, "colors of its own"),
        (
            {"channels": [0], "channel_reduction": "norm"},
            ValueError,
            "channels are shown one by one",
        ),
        ({"channels": [0, 4]}, ValueError, r"channels must lie in 0\.\.3, .* got \[4\]"),
        ({"channels": [-1]}, ValueError, r"got \[-1\]"),
        ({"channels": []}, ValueError, "channels must not be empty"),
        ({"channels": [0.5]}, TypeError, "channels must be an integer, got float"),
        ({"channels": [True]}, TypeError, "channels must be an integer, got bool"),
        (
            {"overlaid_image": np.zeros((6, 6, 4), np.uint8)},
            ValueError,
            r"RGB or gray, got shape \(6, 6, 4\)",
        ),
        (
            {"overlaid_image": np.full((6, 6, 3), 255.0)},
            ValueError,
            r"overlaid_image of dtype float64 must lie in 0\.\.1",
        ),
        (
            {"channel_reduction": None, "topk": -1},
            ValueError,
            "The input tensor channel dimension must be 1 or 3 when topk is less than 1, but the "
            "channel dimension you input is 4, you can use the channel_reduction parameter or set "
            "topk greater than 0 to solve the error",
        ),
        (
            {"channel_reduction": None, "topk": 11},
            ValueError,
            "The product of row and col in the `arrangement` is less than topk, please set the "
            "`arrangement` correctly",
        ),
        (
            {"channels": [0, 1, 2], "arrangement": (1, 2)},
            ValueError,
            r"less than the number of channels, .* \(1, 2\) has room for 2 of 3",
        ),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(given, error, text):
    with pytest.raises(error, match=text):
        draw_featmap(**{"featmap": np.ones((4, 6, 6), np.float32), **given})
