"""Both Lightnings, with a tiny model and its data."""

import importlib
import warnings
from types import SimpleNamespace

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that their oldest versions import
    LIGHTNINGS = [importlib.import_module(n) for n in ("lightning.pytorch", "pytorch_lightning")]

import torch

from viz_lightning_adapter import SamplesCallback

QUIET = dict(
    accelerator="cpu",
    devices=1,
    enable_progress_bar=False,
    enable_model_summary=False,
    enable_checkpointing=False,
    log_every_n_steps=1,
)


def pytest_collection_modifyitems(items):
    """Let only our warnings be errors: Lightning has many, of what it thinks could be better."""
    for item in items:
        if "lightning_adapter" in str(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore:::(?!viz_)"), append=False)


class Samples(SamplesCallback):
    """Unpacks what `make` has as a batch: numbers, images, ids."""

    def unpack(self, batch, outputs):
        box = dict(bboxes=[[2, 2, 12, 12]], labels=[0])
        for number, image, index in zip(*batch, strict=True):
            yield f"{int(index)}.png", image, box, {**box, "scores": [0.5]}, number.sum()


@pytest.fixture(params=LIGHTNINGS, ids=lambda module: module.__name__.partition(".")[0])
def make(request):
    """Return how to make a Trainer, a model and data, of one Lightning."""
    lightning = request.param

    class Model(lightning.LightningModule):
        def __init__(self, lr=0.1, optimizer=None, hook=None):
            super().__init__()
            self.save_hyperparameters("lr", "optimizer")
            self.layer = torch.nn.Linear(4, 1)
            self.hook = hook or (lambda self, index: None)

        def training_step(self, batch, index):
            self.hook(self, index)
            loss = self.layer(batch[0]).pow(2).mean()
            self.log("loss", loss)
            return loss

        def validation_step(self, batch, index):
            self.log("val_loss", self.layer(batch[0]).pow(2).mean())

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), self.hparams.lr)

    def data(count=12, size=4, shuffle=False):
        numbers = torch.arange(count * 4.0).reshape(count, 4) / count / 4
        images = torch.arange(count).reshape(-1, 1, 1, 1).expand(count, 3, 16, 20) / count
        dataset = torch.utils.data.TensorDataset(numbers, images, torch.arange(count))
        return torch.utils.data.DataLoader(dataset, size, shuffle=shuffle)

    def trainer(logger, **options):
        return lightning.Trainer(logger=logger, **{**QUIET, "max_epochs": 1, **options})

    return SimpleNamespace(Model=Model, Samples=Samples, data=data, trainer=trainer, pl=lightning)
