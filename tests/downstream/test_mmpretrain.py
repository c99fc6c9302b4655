"""MMPretrain's visualizer, on MMEngine's and on ours."""

import numpy as np
import pytest
import torch
from both import IMAGE, check_alike, on_both
from mmpretrain.structures import DataSample
from mmpretrain.visualization import UniversalVisualizer
from PIL import Image

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs


def classified():
    return DataSample().set_gt_label(1).set_pred_label(2).set_pred_score(torch.tensor([0.1, 0.8]))


def answered():
    sample = DataSample()
    sample.question, sample.pred_answer, sample.gt_answer = "what is it?", "a dog", "a dog"
    return sample


def captioned():
    sample = DataSample()
    sample.pred_caption = "a dog on a sofa"
    return sample


def grounded():
    sample = DataSample()
    sample.gt_bboxes = torch.tensor([[30, 40, 160, 200]])
    sample.pred_bboxes = torch.tensor([[40, 50, 150, 210]])
    sample.text = "the dog"
    return sample


DRAWN = {
    "class": ("visualize_cls", lambda: DataSample().set_gt_label(1).set_pred_label(0)),
    "question": ("visualize_vqa", answered),
    "caption": ("visualize_image_caption", captioned),
    "grounding": ("visualize_visual_grounding", grounded),
}


@pytest.mark.parametrize("drawn", DRAWN)
def test_results_look_alike_and_are_recorded_without_a_name(tmp_path, drawn):
    method, make = DRAWN[drawn]

    def draw():
        v = UniversalVisualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)
        v.dataset_meta = dict(classes=["cat", "dog", "bird"])
        getattr(v, method)(IMAGE, make(), step=3)
        path = tmp_path / "vis_data/vis_image/_3.png"
        recorded = np.asarray(Image.open(path))
        path.unlink()
        assert (recorded == v.get_image()).all()
        return recorded

    check_alike(draw)


def test_masked_images_look_alike():
    def draw():
        sample = DataSample()
        sample.mask = torch.zeros((14, 14))
        sample.mask[:7, :7] = 1
        return UniversalVisualizer().visualize_masked_image(IMAGE, sample, resize=(320, 240))

    check_alike(draw, most=2)


def test_retrieved_images_look_alike(tmp_path):
    paths = [tmp_path / f"{i}.png" for i in range(3)]
    for path in paths:
        Image.fromarray(IMAGE[::-1]).save(path)

    class Prototypes:
        def get_data_info(self, index):
            return dict(img_path=str(paths[index]))

    def draw():
        sample = DataSample().set_pred_score(torch.tensor([0.2, 0.7, 0.1]))
        sample.pred_label = torch.tensor([1])
        v = UniversalVisualizer()
        return v.visualize_image_retrieval(IMAGE, sample, Prototypes(), topk=2)

    ours, theirs = on_both(draw)
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs).mean() < 2
