"""What a library draws on MMEngine's visualizer and on ours."""

import numpy as np
from alike import difference

from viz_mmdet_adapter.mmengine import rebased

#: A photo of a kind: soft blobs of color, in which what is drawn is seen.
_COARSE = np.random.default_rng(5).integers(90, 170, (12, 16, 3)).astype(np.uint8)
IMAGE = np.kron(_COARSE, np.ones((20, 20, 1), np.uint8))
HEIGHT, WIDTH = IMAGE.shape[:2]


def on_both(draw):
    """Return what `draw` returns with MMEngine's visualizer, and with ours."""
    theirs = draw()
    with rebased():
        ours = draw()
    return ours, theirs


def check_alike(draw, ground=IMAGE, most=8):
    """Check that both draw the same content, and some, and return both images."""
    ours, theirs = on_both(draw)
    assert difference(ours, theirs) < most
    panes = theirs.shape[1] // ground.shape[1]
    if theirs.shape[:2] == (ground.shape[0], panes * ground.shape[1]):
        seen = difference(theirs, np.concatenate([ground] * panes, axis=1))
        assert difference(ours, theirs) < seen / 2
    return ours, theirs
