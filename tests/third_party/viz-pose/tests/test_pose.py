"""A packaged visualizer, found by its name with nothing imported."""

import numpy as np
import pytest
from PIL import Image

from viz_core import VISUALIZERS, Visualizer

IMAGE = np.full((100, 100, 3), 90, np.uint8)
ARM = (np.array([[20.0, 20.0], [60.0, 20.0], [60.0, 80.0]]), np.array([0.9, 0.8, 0.1]))


@pytest.fixture
def pose(tmp_path):
    visualizer = VISUALIZERS.build(
        {
            "type": "PoseVisualizer",
            "name": "pose",
            "vis_backends": [{"type": "LocalVisBackend"}],
            "save_dir": tmp_path,
        }
    )
    visualizer.dataset_meta = {"skeleton": [(0, 1), (1, 2)]}
    yield visualizer
    Visualizer.close_all()


def test_is_the_current_visualizer(pose):
    assert Visualizer.get_current_instance() is pose


def test_records_what_is_seen_and_leaves_out_what_is_not(pose, tmp_path):
    Visualizer.get_current_instance().add_datasample("arm", IMAGE, [ARM], step=3)
    image = np.array(Image.open(tmp_path / "vis_data/vis_image/arm_3.png"))
    drawn = (image != IMAGE).any(axis=-1)
    assert drawn[20, 40]  # the link between the two that are seen
    assert not drawn[50, 60]  # the link to the third, which is not
    assert not drawn[80, 60]


def test_a_sample_without_people_is_the_image(pose, tmp_path):
    pose.add_datasample("empty", IMAGE)
    assert (np.array(Image.open(tmp_path / "vis_data/vis_image/empty_0.png")) == IMAGE).all()
