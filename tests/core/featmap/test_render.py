"""What drawing a feature map refuses, and in which words."""

import numpy as np
import pytest

from viz_core.errors import VizWarning
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
        (
            {"channel_reduction": np.array(["norm", "pca"])},
            ValueError,
            "channel_reduction must be one of",
        ),
        ({"normalize": "all"}, ValueError, "normalize must be one of 'map', 'grid', got 'all'"),
        ({"alpha": 1.5}, ValueError, r"alpha must lie in 0\.\.1, got 1\.5"),
        ({"alpha": -0.1}, ValueError, r"alpha must lie in 0\.\.1, got -0\.1"),
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
        ({"overlaid_image": np.zeros((6, 6, 5), np.uint8)}, ValueError, r"got \(6, 6, 5\); choose"),
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
            {"featmap": np.ones((2, 6, 6)), "channel_reduction": None, "topk": 0},
            ValueError,
            "must be 1 or 3 when topk is less than 1, but the channel dimension you input is 2",
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


def test_one_channel_may_be_chosen_by_topk():
    featmap = np.stack([np.eye(6) * scale for scale in (1, 3, 2)])
    drawn = draw_featmap(featmap, channel_reduction=None, topk=1, arrangement=(1, 1))
    assert (drawn == draw_featmap(featmap, channels=[1], arrangement=(1, 1))).all()


@pytest.mark.parametrize(
    ("count", "names"), [(5, r"\(0, 1, 2, 3, 4\)"), (6, r"\(0, 1, 2, 3, 4, \.\.\.\)")]
)
def test_five_channels_that_are_not_finite_are_named(count, names):
    featmap = np.zeros((7, 6, 6))
    featmap[:count, 0, 0] = np.nan
    with pytest.warns(VizWarning, match=rf"{count} values .* in {count} of 7 channels {names}"):
        draw_featmap(featmap)
