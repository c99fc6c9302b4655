"""A tiny model of transformers, made from its config; nothing is downloaded."""

import os
import warnings

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
# The oldest transformers reads its own checkpoints as a torch before 2.6 did.
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that their oldest versions import
    import accelerate
    import torch


def pytest_collection_modifyitems(items):
    """Let only our warnings be errors: the frameworks have some of their own."""
    for item in items:
        if "huggingface_adapter" in str(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore:::(?!viz_)"), append=False)


@pytest.fixture
def accelerator():
    """Return how to make an Accelerator; what one process has of them is forgotten afterwards."""
    yield lambda tracker: accelerate.Accelerator(cpu=True, log_with=tracker)
    accelerate.state.AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture
def trainer(tmp_path):
    """Return how to make a Trainer, of a tiny BERT, that evaluates after each epoch of 4 steps."""
    import transformers  # accelerate is tested without it, too

    def make(*callbacks, **options):
        config = transformers.BertConfig(
            vocab_size=20,
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=8,
            max_position_embeddings=8,
        )
        tokens = torch.arange(5).repeat(8, 1)
        data = [{"input_ids": each, "labels": torch.tensor(0)} for each in tokens]
        arguments = transformers.TrainingArguments(
            **{
                "output_dir": str(tmp_path / "out"),
                "use_cpu": True,
                "report_to": "none",
                "per_device_train_batch_size": 2,
                "num_train_epochs": 2,
                "logging_steps": 2,
                "eval_strategy": "epoch",
                "save_strategy": "no",
                "disable_tqdm": True,
                **options,
            }
        )
        model = transformers.BertForSequenceClassification(config)
        return transformers.Trainer(
            model, arguments, train_dataset=data, eval_dataset=data, callbacks=[*callbacks]
        )

    yield make
    accelerate.state.AcceleratorState._reset_state(reset_partial_state=True)
