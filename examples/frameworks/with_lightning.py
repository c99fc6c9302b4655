"""Train a detector of one square with Lightning: python with_lightning.py [folder]."""

import sys
from pathlib import Path

import lightning.pytorch as pl
import torch

from viz_lightning_adapter import SamplesCallback, VizLogger


class Squares(torch.utils.data.Dataset):
    """Noisy images, each with a square in one of three colors."""

    def __init__(self, count, seed):
        self.count, self.seed = count, seed

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        random = torch.Generator().manual_seed(self.seed + index)
        image = torch.rand(3, 64, 64, generator=random) * 0.4
        x, y = torch.randint(0, 40, (2,), generator=random).tolist()
        size = int(torch.randint(12, 24, (1,), generator=random))
        label = index % 3
        image[label, y : y + size, x : x + size] = 1
        box = torch.tensor([x, y, x + size, y + size]) / 64
        return {"id": index, "image": image, "box": box, "label": label}


class Detector(pl.LightningModule):
    """Finds the box and the color of the square."""

    def __init__(self, lr=2e-3, width=16):
        super().__init__()
        self.save_hyperparameters()
        layers = []
        for channels in (3, width, width):
            layers += [torch.nn.Conv2d(channels, width, 3, 2, 1), torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.LazyLinear(7))
        self.net(torch.zeros(1, 3, 64, 64))

    def forward(self, image):
        found = self.net(image)
        return found[:, :4], found[:, 4:]

    def errors(self, batch):
        boxes, logits = self(batch["image"])
        wrong = torch.nn.functional.cross_entropy(logits, batch["label"], reduction="none")
        return boxes, logits, (boxes - batch["box"]).abs().sum(1) + wrong

    def training_step(self, batch, batch_idx):
        loss = self.errors(batch)[2].mean()
        self.log("train/loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        boxes, logits, errors = self.errors(batch)
        self.log("val/loss", errors.mean(), sync_dist=True)
        return boxes, logits.softmax(1), errors

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.hparams.lr)


class Samples(SamplesCallback):
    """Says what a batch and what `validation_step` returned hold."""

    def unpack(self, batch, outputs):
        parts = (batch["id"], batch["image"], batch["box"], batch["label"], *outputs)
        for number, image, true, label, box, scores, error in zip(*parts, strict=True):
            truth = {"bboxes": true[None] * 64, "labels": label[None]}
            found = {"bboxes": box[None].clamp(0, 1) * 64, "labels": scores.argmax()[None]}
            yield f"{int(number):03d}", image, truth, {**found, "scores": scores.max()[None]}, error


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "with_lightning"
    pl.seed_everything(0, verbose=False)
    logger = VizLogger(save_dir=folder, vis_backends=[{"type": "LocalVisBackend"}])
    logger.experiment.dataset_meta = {"classes": ["red", "green", "blue"]}
    trainer = pl.Trainer(
        logger=logger,
        callbacks=[Samples(fixed=4, worst=4, layout="overlay")],
        accelerator="cpu",
        max_epochs=3,
        log_every_n_steps=4,
        enable_progress_bar=False,
    )
    train, val = (
        torch.utils.data.DataLoader(Squares(count, seed), batch_size=16, shuffle=shuffle)
        for count, seed, shuffle in ((256, 0, True), (64, 9999, False))
    )
    trainer.fit(Detector(), train, val)
    print(f"{folder / 'vis_data'}: curves, hyperparameters, and samples of three validations")
