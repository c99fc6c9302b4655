"""A thin package: found by its name, and honest about what it is not yet."""

import pytest

from viz_core import Visualizer, VizError


def test_says_that_it_is_not_available_yet(tmp_path):
    with pytest.raises(VizError, match="WandbVisBackend is not available yet"):
        Visualizer(vis_backends=[{"type": "WandbVisBackend"}], save_dir=tmp_path)
    assert not list(tmp_path.iterdir())
