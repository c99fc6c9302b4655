"""MMOCR's visualizers, on MMEngine's and on ours."""

import numpy as np
import pytest
import torch
from both import IMAGE, check_alike
from mmengine.structures import InstanceData, LabelData
from mmocr.structures import KIEDataSample, TextDetDataSample, TextRecogDataSample
from mmocr.visualization import (
    KIELocalVisualizer,
    TextDetLocalVisualizer,
    TextRecogLocalVisualizer,
    TextSpottingLocalVisualizer,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs

BOXES = np.array([[20, 30, 150, 70], [160, 100, 300, 150], [40, 170, 200, 210]])
POLYGONS = [np.array([x1, y1, x2, y1, x2, y2, x1, y2]) for x1, y1, x2, y2 in BOXES]


def words(**fields):
    found = InstanceData()
    found.bboxes = torch.tensor(BOXES)
    found.polygons = POLYGONS
    found.texts = ["hello", "world", "again"]
    found.labels = torch.tensor([0, 1, 2])
    for name, value in fields.items():
        found[name] = value
    return found


@pytest.mark.parametrize("shape", ["with_poly", "with_bbox"])
def test_found_texts_look_alike(shape):
    def draw():
        v = TextDetLocalVisualizer(**{"with_poly": False, "with_bbox": False, shape: True})
        sample = TextDetDataSample()
        sample.gt_instances = words()
        sample.pred_instances = words(scores=torch.tensor([0.9, 0.8, 0.1]))
        v.add_datasample("a", IMAGE, sample)
        return v.get_image()

    check_alike(draw)


def test_read_texts_look_alike():
    def draw():
        v = TextRecogLocalVisualizer()
        sample = TextRecogDataSample()
        sample.gt_text = LabelData(item="hello")
        sample.pred_text = LabelData(item="hallo")
        v.add_datasample("a", IMAGE, sample)
        return v.get_image()

    check_alike(draw)


def test_found_and_read_texts_look_alike():
    def draw():
        v = TextSpottingLocalVisualizer()
        sample = TextDetDataSample()
        sample.gt_instances = words()
        sample.pred_instances = words(scores=torch.tensor([0.9, 0.8, 0.1]))
        v.add_datasample("a", IMAGE, sample)
        return v.get_image()

    check_alike(draw)


@pytest.mark.parametrize("is_openset", [True, False])
def test_arrows_between_texts_look_alike(tmp_path, is_openset):
    def draw():
        v = KIELocalVisualizer(
            is_openset=is_openset, vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path
        )
        names = ["background", "key", "value"]
        v.dataset_meta = dict(category=[dict(id=i, name=name) for i, name in enumerate(names)])
        edges = torch.tensor([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
        sample = KIEDataSample()
        sample.gt_instances = words(edge_labels=edges)
        scores = torch.full((3,), 0.9)
        sample.pred_instances = words(edge_labels=edges, scores=scores, edge_scores=scores)
        v.add_datasample("a", IMAGE, sample, step=1)
        (tmp_path / "vis_data/vis_image/a_1.png").unlink()
        return v.get_image()

    check_alike(draw)


def test_arrows_are_drawn_by_themselves():
    def draw():
        v = KIELocalVisualizer(image=IMAGE)
        v.draw_arrows(np.array([[20, 200], [30, 60]]), np.array([[30, 180], [200, 90]]), "r")
        return v.get_image()

    check_alike(draw, most=0.2)
