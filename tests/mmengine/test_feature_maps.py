"""Feature maps beside MMEngine's own, which cuts levels where ours are rounded."""

import warnings

import numpy as np
import pytest
import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mmengine.visualization import Visualizer as MMEngineVisualizer

from viz_core import draw_featmap

ONE_LEVEL = 5
"""By how much neighbors in JET differ at most."""

IMAGE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)


def difference(**arguments):
    """What each pixel differs by, and both with the same warnings."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*not same, the feature map will be interpolated")
        theirs = MMEngineVisualizer.draw_featmap(**arguments)
        return np.abs(draw_featmap(**arguments).astype(int) - theirs).max(-1)


@pytest.mark.parametrize("how", ["squeeze_mean", "select_max"])
@pytest.mark.parametrize("shape", [(64, 20, 30), (512, 7, 7)])
def test_one_image_is_at_most_a_level_off(how, shape):
    featmap = torch.randn(shape, generator=torch.manual_seed(0))
    given = {"featmap": featmap, "channel_reduction": how}
    assert difference(**given).max() <= ONE_LEVEL
    assert difference(**given, resize_shape=(50, 70)).max() <= ONE_LEVEL
    assert difference(**given, overlaid_image=IMAGE).max() <= 3
    assert difference(**given, overlaid_image=IMAGE, alpha=0.2).max() <= 2


def test_three_channels_are_at_most_a_level_off():
    featmap = torch.randn(3, 20, 30, generator=torch.manual_seed(0))
    assert difference(featmap=featmap, channel_reduction=None, topk=-1).max() <= ONE_LEVEL


def test_cells_of_a_grid_are_at_most_a_level_off_below_their_captions():
    featmap = torch.randn(16, 20, 30, generator=torch.manual_seed(0))
    off = difference(
        featmap=featmap, overlaid_image=IMAGE, channel_reduction=None, topk=5, arrangement=(2, 3)
    )
    assert off.reshape(2, 90, 3, 120)[:, 30:].max() <= 4  # matplotlib rounds once more
