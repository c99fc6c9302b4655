"""Train a detector of one square with transformers: python with_huggingface.py [folder]."""

import sys
from pathlib import Path

import torch
from transformers import ResNetConfig, ResNetModel, Trainer, TrainingArguments, set_seed

from viz_core import Visualizer
from viz_huggingface_adapter import VizCallback

SIZE = 48


def square(index):
    """Return a noisy image, the box of the square in it, in 0..1, and which of three colors it has."""
    random = torch.Generator().manual_seed(index)
    image = torch.rand(3, SIZE, SIZE, generator=random) * 0.4
    x, y = torch.randint(0, SIZE - 20, (2,), generator=random).tolist()
    size = int(torch.randint(10, 20, (1,), generator=random))
    image[index % 3, y : y + size, x : x + size] = 1
    return image, torch.tensor([x, y, x + size, y + size]) / SIZE, index % 3


class Detector(torch.nn.Module):
    """A small ResNet, made from its config, with a box and three classes."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.backbone = ResNetModel(config)
        self.head = torch.nn.LazyLinear(7)
        self.eval()(torch.zeros(1, 3, SIZE, SIZE))  # by which the head knows its size

    def forward(self, pixel_values, boxes=None, labels=None):
        found = self.head(self.backbone(pixel_values).last_hidden_state.flatten(1))
        boxes_found, logits = found[:, :4].sigmoid(), found[:, 4:]
        loss = None
        if boxes is not None:
            loss = (boxes_found - boxes).abs().sum(1).mean()
            loss = loss + torch.nn.functional.cross_entropy(logits, labels)
        return {"loss": loss, "boxes": boxes_found, "scores": logits.softmax(1)}


def predict(model, image):
    """Return what the model finds in one image, as Samples draws it."""
    found = model(image[None])
    scores, labels = found["scores"].max(1)
    return {"bboxes": found["boxes"] * SIZE, "labels": labels, "scores": scores}


def example(index):
    """Return an example as the Trainer has it."""
    image, box, label = square(index)
    return {"pixel_values": image, "boxes": box, "labels": torch.tensor(label)}


def item(index):
    """Return a sample as VizCallback has it: its id, image and truth."""
    image, box, label = square(index)
    return f"{index:04d}", image, {"bboxes": box[None] * SIZE, "labels": [label]}


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo") / "with_huggingface"
    set_seed(0)
    visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=folder)
    visualizer.dataset_meta = {"classes": ["red", "green", "blue"]}
    config = ResNetConfig(
        embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic"
    )
    arguments = TrainingArguments(
        str(folder / "out"),
        num_train_epochs=2,
        per_device_train_batch_size=16,
        learning_rate=3e-3,
        eval_strategy="epoch",
        save_strategy="no",
        logging_steps=4,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
    )
    validation = range(10_000, 10_032)
    callback = VizCallback(
        visualizer, [item(i) for i in validation], predict, fixed=4, worst=4, layout="overlay"
    )
    trainer = Trainer(
        Detector(config),
        arguments,
        train_dataset=[example(i) for i in range(256)],
        eval_dataset=[example(i) for i in validation],
        callbacks=[callback],
    )
    trainer.train()
    print(f"{folder / 'vis_data'}: curves, the config, and samples of two evaluations")
