"""A detector, a data set and a metric that a real Runner trains, validates and tests in a second."""

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.structures import InstanceData
from PIL import Image

COUNT = 3
META = {"classes": ("cat", "dog"), "palette": [(255, 0, 0), (0, 0, 255)]}
BOXES = torch.tensor([[20.0, 30, 80, 90], [100, 50, 150, 110]])


class Images(torch.utils.data.Dataset):
    """Gray images with a cat and a dog."""

    metainfo = META

    def __init__(self, folder):
        self.paths = []
        for i in range(COUNT):
            self.paths.append(str(folder / f"{i}.png"))
            Image.fromarray(np.full((120, 160, 3), 60 * (i + 1), np.uint8)).save(self.paths[-1])

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        truth = InstanceData(bboxes=BOXES, labels=torch.tensor([0, 1]))
        sample = DetDataSample(gt_instances=truth, metainfo={"img_path": self.paths[index]})
        return {"inputs": torch.ones(3, 4, 4), "data_samples": sample}


class Detector(BaseModel):
    """It finds the cat, and has one weight to train."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, inputs, data_samples=None, mode="tensor"):
        if mode == "loss":
            return {"loss": self.weight**2}
        for sample in data_samples:
            found = InstanceData(bboxes=BOXES, labels=torch.tensor([0, 1]))
            found.scores = torch.tensor([0.9, 0.1])
            sample.pred_instances = found
        return data_samples


class Half(BaseMetric):
    """It is always 0.5."""

    def process(self, data_batch, data_samples):
        self.results.append(1)

    def compute_metrics(self, results):
        return {"mAP": 0.5}


def loader(folder):
    """Return what a Runner makes its dataloaders of."""
    return loader_of(Images(folder))


def loader_of(dataset, batch_size=1, *, shuffle=False):
    return {
        "dataset": dataset,
        "batch_size": batch_size,
        "sampler": {"type": "DefaultSampler", "shuffle": shuffle},
        "collate_fn": {"type": pseudo_collate},
        "num_workers": 0,
    }
