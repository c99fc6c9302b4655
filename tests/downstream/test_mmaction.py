"""MMAction2's visualizer and its backends, on MMEngine's and on ours."""

import mmaction.registry
import numpy as np
import pytest
import torch
from both import IMAGE, check_alike
from mmaction.structures import ActionDataSample
from mmaction.visualization import ActionVisualizer, LocalVisBackend
from mmengine.registry import DefaultScope
from PIL import Image

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

VIDEO = np.stack([IMAGE, IMAGE[::-1], IMAGE[:, ::-1]])


def sample():
    return ActionDataSample().set_gt_label(2).set_pred_label(1).set_pred_score(torch.ones(5) / 5)


@pytest.mark.parametrize("named", ["mmaction.LocalVisBackend", "LocalVisBackend"])
def test_videos_look_alike_and_are_recorded_by_its_own_backend(tmp_path, named):
    mmaction.registry.VISBACKENDS.import_from_location()

    def draw():
        with DefaultScope.overwrite_default_scope("mmaction"):
            v = ActionVisualizer(vis_backends=[dict(type=named)], save_dir=str(tmp_path))
        assert type(v.get_backend("LocalVisBackend")) is LocalVisBackend
        v.dataset_meta = dict(classes=["running", "jumping", "waving"])
        v.add_datasample("video", VIDEO, sample(), step=3)
        frames = sorted((tmp_path / "vis_data/video/frames_3").glob("*.png"))
        assert len(frames) == 3
        drawn = np.asarray(Image.open(frames[0]))
        for frame in frames:
            frame.unlink()
        return drawn

    check_alike(draw)


def test_a_video_may_be_written_to_a_path(tmp_path):
    def draw():
        with DefaultScope.overwrite_default_scope("mmaction"):
            v = ActionVisualizer()
            v.add_datasample("video", VIDEO, sample(), out_path=str(tmp_path / "out"))
        return np.asarray(Image.open(tmp_path / "out/frames_0/2.png"))

    check_alike(draw, VIDEO[2])
