"""A warning in a training that Lightning runs names the line of the user's own script."""

import pytest
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

START = """
import {lightning} as lightning
import torch
from viz_lightning_adapter import SamplesCallback, VizLogger

class Local(VizLogger):
    def __init__(self):
        super().__init__(save_dir=FOLDER, vis_backends=[dict(type="LocalVisBackend")])

class Model(lightning.LightningModule):
    def __init__(self, odd=None):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch, index):
        return self.layer(batch).mean()

    def validation_step(self, batch, index):
        pass

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)

def trainer(logger, **options):
    quiet = dict(enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False)
    options = dict(num_sanity_val_steps=0, accelerator="cpu", max_epochs=1, **quiet, **options)
    return lightning.Trainer(logger=logger, **options)

data = torch.utils.data.DataLoader(torch.zeros(4, 4))
"""

SCRIPTS = {
    "a value of a config": (
        "kept as text, since they have no plain form",
        """
trainer(Local()).fit(Model(odd=object()), data)  # told
""",
    ),
    "a step of the training": (
        "masks",
        """
class Logs(Model):
    def training_step(self, batch, index):
        if index == 0:
            self.logger.log_image("a", [torch.zeros(3, 8, 8)], masks=[{}])  # told
        return super().training_step(batch, index)

trainer(Local()).fit(Logs(), data)
""",
    ),
    "the end of a validation": (
        "1 of 1 fixed samples were not offered",
        """
class Samples(SamplesCallback):
    def unpack(self, batch, outputs):
        box = dict(bboxes=[[2, 2, 9, 9]], labels=[0])
        yield "b", torch.zeros(3, 12, 12), box, box

trainer(Local(), callbacks=[Samples(fixed=["a"])]).validate(Model(), data, verbose=False)  # told
""",
    ),
    "a logger that is used alone": (
        "without a backend|no backend",
        """
VizLogger().log_metrics({"loss": 1}, step=0)  # told
""",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return each script, after they were run."""
    start = START.format(lightning="lightning.pytorch")
    folder = tmp_path_factory.mktemp("scripts")
    return run_scripts(folder, {name: start + source for name, (_, source) in SCRIPTS.items()})


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_names_the_users_line(told, name):
    assert told[name].faults(SCRIPTS[name][0]) == []


def test_every_place_that_warns_was_tried(told):
    assert untried("viz_lightning_adapter", told) == set()
