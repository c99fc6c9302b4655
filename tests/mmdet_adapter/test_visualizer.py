"""A thin package: found by its name, and honest about what it is not yet."""

import pytest

from viz_core import VISUALIZERS, Visualizer, VizError


def test_says_that_it_is_not_available_yet():
    with pytest.raises(VizError, match="DetLocalVisualizer 'det' is not available yet"):
        VISUALIZERS.build({"type": "DetLocalVisualizer", "name": "det"})
    assert not Visualizer.check_instance_created("det")
