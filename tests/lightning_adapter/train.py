"""A script as a user has it: python train.py LIGHTNING FOLDER RANKS, run by Lightning once a rank."""

import importlib
import sys

import torch

name, folder, ranks = sys.argv[1:]
other = {"lightning.pytorch": "pytorch_lightning", "pytorch_lightning": "lightning"}[name]
sys.modules[other] = None  # as where it is not installed

from viz_lightning_adapter import SamplesCallback, VizLogger  # noqa: E402

lightning = importlib.import_module(name)


class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, index):
        self.logger.log_text("seen", ["rank"], [[str(self.global_rank)]])
        loss = 0 * self.layer(batch[1]).mean()  # the model is the same on any number of ranks
        self.log("loss", loss)
        return loss

    def validation_step(self, batch, index):
        self.log("score", batch[1].mean(), sync_dist=True)
        return batch[1].sum(1)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


class Samples(SamplesCallback):
    def unpack(self, batch, outputs):
        for (index, numbers), output in zip(zip(*batch, strict=True), outputs, strict=True):
            box = dict(bboxes=[[2, 2, 9, 9]], labels=[0])
            yield int(index), numbers.expand(3, 12, 2), box, box, output


# 27, so that a sampler of two ranks repeats one
dataset = torch.utils.data.TensorDataset(torch.arange(27), torch.arange(54).reshape(27, 2) / 54)
loader = torch.utils.data.DataLoader(dataset, batch_size=4)
logger = VizLogger(save_dir=folder, vis_backends=[dict(type="LocalVisBackend")])
logger.log_text("before", ["text"], [["only rank 0"]])
trainer = lightning.Trainer(
    max_epochs=2,
    logger=logger,
    callbacks=[Samples(fixed=4, worst=3, gather=None)],  # as LightningCLI gives it
    accelerator="cpu",
    devices=int(ranks),
    strategy="ddp" if int(ranks) > 1 else "auto",
    enable_progress_bar=False,
    enable_model_summary=False,
    log_every_n_steps=1,
)
trainer.fit(Model(), loader, loader)
