"""What a Trainer of transformers logs, and samples of its evaluations, read back from local files."""

import numpy as np
import pytest
import torch

from viz_core import Visualizer, VizWarning, read_run
from viz_huggingface_adapter import VizCallback

BOX = dict(bboxes=[[2, 2, 12, 12]], labels=[0])
ITEMS = [(f"{i}.png", np.full((16, 20, 3), 10 * i, np.uint8), BOX) for i in range(6)]


@pytest.fixture
def visualizer(tmp_path):
    return Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)


def test_a_trainer_records_metrics_and_config(trainer, visualizer, tmp_path):
    trainer(VizCallback(visualizer), learning_rate=0.01).train()
    run = read_run(tmp_path)
    assert run.scalars["loss"].steps.tolist() == [2, 4, 6, 8]
    assert run.scalars["eval_loss"].steps.tolist() == [4, 8]
    assert run.scalars["train_loss"].steps.tolist() == [8]
    config = run.sessions[-1].config
    assert config["args"]["learning_rate"] == 0.01
    assert config["model"]["hidden_size"] == 8
    assert run.annotations == {}
    assert run.sessions[-1].ended is not None


def test_samples_are_predicted_after_each_evaluation(trainer, visualizer, tmp_path):
    seen = []

    def predict(model, image):
        assert not model.training
        assert not torch.is_grad_enabled()
        seen.append(int(image[0, 0, 0]))
        return {**BOX, "scores": [0.5]}, float(image.mean())

    made = trainer(VizCallback(visualizer, ITEMS, predict, fixed=2, worst=1))
    made.train()
    made.evaluate()
    samples = read_run(tmp_path).annotations
    assert list(samples["val/worst/1"]) == [4, 8]
    assert len(samples) == 3
    assert samples["val/worst/1"][8].prediction.scores.tolist() == [0.5]
    assert seen == [0, 10, 20, 30, 40, 50] * 3


def test_without_the_worst_only_the_fixed_are_predicted(trainer, visualizer, tmp_path):
    seen = []

    def predict(model, image):
        seen.append(int(image[0, 0, 0]))
        return BOX

    options = dict(fixed=["3.png"], worst=0, every=2, name="look")
    trainer(VizCallback(visualizer, ITEMS, predict, **options)).train()
    assert {name: list(steps) for name, steps in read_run(tmp_path).annotations.items()} == {
        "look/3.png": [4]
    }
    assert seen == [30]


def test_a_trainer_that_breaks_off_has_recorded_and_another_goes_on(trainer, visualizer, tmp_path):
    def predict(model, image):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        trainer(VizCallback(visualizer, ITEMS, predict)).train()
    assert read_run(tmp_path).scalars["loss"].steps.tolist() == [2, 4]
    made = trainer(VizCallback(visualizer), num_train_epochs=1)
    made.train()
    made.evaluate()
    run = read_run(tmp_path)
    assert run.scalars["loss"].steps.tolist() == [2, 4, 2, 4]
    assert [session.run for session in run.sessions] == [1]


def test_a_trainer_that_resumes_goes_on_at_its_step(trainer, visualizer, tmp_path):
    first = trainer(VizCallback(visualizer), num_train_epochs=1, save_strategy="epoch")
    first.train()
    again = trainer(VizCallback(visualizer), save_strategy="epoch")
    again.train(resume_from_checkpoint=True)
    assert read_run(tmp_path).scalars["loss"].steps.tolist() == [2, 4, 6, 8]


def test_strings_among_what_is_logged_are_texts(trainer, visualizer, tmp_path):
    made = trainer(VizCallback(visualizer))
    made.log({"note": "a **word**", "own": 2})
    run = read_run(tmp_path)
    assert str(run.texts["note"][0]) == "a **word**"
    assert run.scalars["own"].values.tolist() == [2]


@pytest.mark.parametrize("wrong", [dict(items=ITEMS), dict(predict=print), dict(fixed=3)])
def test_samples_need_items_and_a_prediction(visualizer, wrong):
    with pytest.raises(TypeError, match="both items= and predict="):
        VizCallback(visualizer, **wrong)


def test_items_that_are_there_only_once_are_refused(visualizer):
    with pytest.raises(TypeError, match=r"items must be there again in each evaluation.*generator"):
        VizCallback(visualizer, (item for item in ITEMS), print)


def test_a_sample_that_cannot_be_read_stops_no_training_and_loses_no_other(
    trainer, visualizer, tmp_path
):
    def broken():
        raise OSError("the file is cut")

    items = [(name, broken if name == "3.png" else image, truth) for name, image, truth in ITEMS]
    made = trainer(VizCallback(visualizer, items, lambda model, image: BOX, worst=0))
    with pytest.warns(VizWarning, match="sample '3.png' is left out.*the file is cut"):
        made.train()
    samples = read_run(tmp_path).annotations
    assert {name: list(steps) for name, steps in samples.items()} == {
        f"val/{i}.png": [4, 8] for i in (0, 1, 2, 4, 5)
    }


def test_nothing_is_recorded_by_being_installed(trainer, tmp_path):
    made = trainer()
    assert not [each for each in made.callback_handler.callbacks if "viz" in type(each).__module__]
