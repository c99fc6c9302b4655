"""A real Runner that validates what a model says of samples of any library."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner
from PIL import Image

from viz_core import read_run


class Says(BaseModel):
    """It says what each sample comes with."""

    def forward(self, inputs, data_samples=None, mode="tensor"):
        return data_samples


class Nothing(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return {"nothing": 0.0}


def validate(samples, meta, size, **options):
    """Return what the hook recorded of samples, all with predictions, whose images are made here."""
    folder = Path(tempfile.mkdtemp())
    for i, sample in enumerate(samples):
        path = folder / "data" / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.zeros((*size, 3), np.uint8)).save(path)
        sample.set_metainfo({"img_path": str(path)})

    class Data(torch.utils.data.Dataset):
        metainfo, data_root = meta, str(folder / "data")

        def __len__(self):
            return len(samples)

        def __getitem__(self, index):
            return {"inputs": torch.zeros(3, 2, 2), "data_samples": samples[index]}

    if "torchvision" in sys.modules:
        sys.modules["torchvision"].__version__ = "absent"  # the Runner logs it
    runner = Runner(
        model=Says(),
        work_dir=str(folder / "work"),
        val_dataloader=dict(
            dataset=Data(),
            batch_size=2,
            sampler=dict(type="DefaultSampler", shuffle=True),
            collate_fn=dict(type=pseudo_collate),
        ),
        val_cfg=dict(),
        val_evaluator=dict(type=Nothing),
        visualizer=dict(
            type="viz_mmdet_adapter.mmengine.Visualizer",
            vis_backends=[dict(type="viz_core.LocalVisBackend")],
        ),
        custom_hooks=[dict(type="SamplesHook", **options)],
        experiment_name=folder.name,
    )
    runner.val()
    return read_run(runner.log_dir)
