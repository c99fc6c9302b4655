"""MMagic's visualizers and backends, on MMEngine's and on ours."""

import mmagic.registry
import numpy as np
import pytest
import torch
from both import IMAGE, on_both
from mmagic.structures import DataSample
from mmagic.visualization import ConcatImageVisualizer, VisBackend
from mmengine.registry import DefaultScope
from PIL import Image

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs


@pytest.mark.parametrize("backend", ["VisBackend", "mmengine.LocalVisBackend"])
def test_images_side_by_side_are_recorded(tmp_path, backend):
    mmagic.registry.VISBACKENDS.import_from_location()

    def draw():
        with DefaultScope.overwrite_default_scope("mmagic"):
            v = ConcatImageVisualizer(
                fn_key="gt_path",
                img_keys=["gt_img", "input", "pred_img"],
                vis_backends=[dict(type=backend)],
                save_dir=str(tmp_path),
            )
        if backend == "VisBackend":
            assert type(v.get_backend("VisBackend")) is VisBackend
        sample = DataSample(
            gt_path="dir/photo.png",
            gt_img=torch.tensor(IMAGE.transpose(2, 0, 1).copy()),
            input=torch.tensor(255 - IMAGE.transpose(2, 0, 1)),
            pred_img=torch.tensor(IMAGE.transpose(2, 0, 1).copy()),
        )
        v.add_datasample(sample, step=7)
        (path,) = tmp_path.rglob("photo_7.png")
        recorded = np.asarray(Image.open(path))
        path.unlink()
        return recorded

    ours, theirs = on_both(draw)
    assert (ours == theirs).all()
    assert ours.shape == (240, 960, 3)
