"""A warning in a training that a framework runs names the line of the user's own script."""

import pytest
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

START = """
import torch
from viz_core import Visualizer
from viz_huggingface_adapter import VizCallback, VizTracker

visualizer = Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=FOLDER)
"""

SCRIPTS = {
    "an Accelerator": (
        "kept as text, since they have no plain form|was given tags=",
        """
from accelerate import Accelerator
accelerator = Accelerator(cpu=True, log_with=VizTracker(visualizer))
accelerator.init_trackers("project", config={"odd": object()})  # told
accelerator.log({"loss": 1}, step=0, log_kwargs={"viz": {"tags": ["a"]}})  # told
""",
    ),
    "a Trainer": (
        "1 of 1 fixed samples were not offered",
        """
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2)
data = [dict(input_ids=torch.arange(4), labels=torch.tensor(0))]
arguments = TrainingArguments(
    str(FOLDER), max_steps=1, eval_strategy="steps", eval_steps=1, save_strategy="no",
    use_cpu=True, report_to="none", disable_tqdm=True,
)
box = dict(bboxes=[[2, 2, 9, 9]], labels=[0])
items = [("b", torch.zeros(3, 12, 12), box)]
callback = VizCallback(visualizer, items, lambda model, image: box, fixed=["a"])
Trainer(
    BertForSequenceClassification(config), arguments,
    train_dataset=data, eval_dataset=data, callbacks=[callback],
).train()  # told
""",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return each script, after they were run."""
    folder = tmp_path_factory.mktemp("scripts")
    return run_scripts(folder, {name: START + source for name, (_, source) in SCRIPTS.items()})


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_names_the_users_line(told, name):
    assert told[name].faults(SCRIPTS[name][0]) == []


def test_every_place_that_warns_was_tried(told):
    assert untried("viz_huggingface_adapter", told) == set()
