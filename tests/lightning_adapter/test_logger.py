"""What a Trainer logs, of either Lightning, read back from local files."""

import copy
import inspect
import pickle
import sys
from importlib.metadata import distribution

import numpy as np
import pytest
from PIL import Image

from viz_core import BaseVisBackend, Visualizer, VizWarning, read_run
from viz_lightning_adapter import VizLogger

LOCAL = [dict(type="LocalVisBackend")]


@pytest.fixture
def logger(tmp_path):
    return VizLogger(save_dir=tmp_path, vis_backends=LOCAL)


def test_a_trainer_records_its_metrics_at_its_steps(make, logger, tmp_path):
    make.trainer(logger, max_epochs=2).fit(make.Model(), make.data(), make.data())
    scalars = read_run(tmp_path).scalars
    assert scalars["loss"].steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert scalars["val_loss"].steps.tolist() == [2, 5]
    assert (scalars["loss"].values > 0).all()


def test_hyperparameters_are_config_and_hparams(make, logger, tmp_path):
    optimizer = dict(type="SGD", momentum=0.9)
    make.trainer(logger).fit(make.Model(lr=0.25, optimizer=optimizer), make.data())
    run = read_run(tmp_path)
    assert run.sessions[-1].config == {"lr": 0.25, "optimizer": optimizer}
    hparams = {"lr": 0.25, "optimizer.type": "SGD", "optimizer.momentum": 0.9}
    assert run.hparams.hparams == hparams


def test_hyperparameters_of_none_and_final_metrics_are_taken(logger, tmp_path):
    logger.log_hyperparams(None)
    logger.log_hyperparams({"lr": 0.5}, {"accuracy": 0.75})
    hparams = read_run(tmp_path).hparams
    assert (hparams.hparams, hparams.metrics) == ({"lr": 0.5}, {"accuracy": 0.75})


def test_the_experiment_is_the_visualizer_and_the_name_is_its(tmp_path):
    visualizer = Visualizer("mine", vis_backends=LOCAL, save_dir=tmp_path)
    logger = VizLogger(visualizer, version="a")
    assert logger.experiment is visualizer
    assert (logger.name, logger.version, logger.save_dir) == ("mine", "a", str(tmp_path))
    assert VizLogger(save_dir=tmp_path, name="other", image_format="jpg").name == "other"


@pytest.mark.parametrize(
    "wrong", [dict(visualizer="runs"), dict(visualizer=Visualizer(), name="a")]
)
def test_a_visualizer_and_arguments_for_another_are_refused(wrong):
    with pytest.raises(TypeError, match="pass a Visualizer or its arguments"):
        VizLogger(**wrong)


def test_without_a_step_it_is_the_trainers(make, logger, tmp_path):
    def hook(model, index):
        model.logger.log_image("image", [np.zeros((4, 4, 3), np.uint8)])
        model.logger.log_metrics({"own": index})
        model.logger.log_table("table", columns=["a"], data=[[index]])

    make.trainer(logger, max_epochs=2).fit(make.Model(hook=hook), make.data())
    run = read_run(tmp_path)
    assert run.scalars["own"].steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert list(run.images["image"]) == list(run.tables["table"]) == [0, 1, 2, 3, 4, 5]


def test_without_a_trainer_it_is_the_last_step(logger, tmp_path):
    logger.log_image("image", [np.zeros((4, 4, 3), np.uint8)])
    logger.log_metrics({"loss": 1}, step=7)
    logger.log_image("image", [np.zeros((4, 4, 3), np.uint8)])
    assert list(read_run(tmp_path).images["image"]) == [0, 7]


def test_one_image_has_the_key_and_several_have_numbers(logger, tmp_path):
    images = [np.full((6, 8, 3), level, np.uint8) for level in (10, 200)]
    Image.fromarray(images[1]).save(tmp_path / "file.png")
    logger.log_image("one", images[:1], step=3)
    logger.log_image("two", [images[0], tmp_path / "file.png"], step=3)
    found = read_run(tmp_path).images
    assert {name: int(found[name][3].mean()) for name in found} == {
        "one": 10,
        "two/0": 10,
        "two/1": 200,
    }


def test_captions_are_drawn_above(logger, tmp_path):
    image = np.full((60, 80, 3), 200, np.uint8)
    logger.log_image("image", [image], caption=["a cat"])
    drawn = read_run(tmp_path).images["image"][0]
    assert len(drawn) > 60
    assert (drawn[-60:, :80] == image).all()
    assert np.ptp(drawn[:-60]) > 100  # letters


def test_keywords_of_others_are_told(logger):
    with pytest.warns(VizWarning, match="masks"):
        logger.log_image("image", [np.zeros((4, 4, 3), np.uint8)], masks=[{}])


@pytest.mark.parametrize(
    ("method", "values", "words", "error"),
    [
        ("log_image", np.zeros((4, 4, 3)), {}, "expected a list, got ndarray"),
        ("log_image", [np.zeros((4, 4, 3))], {"caption": ["a", "b"]}, "one value for each of 1"),
        ("log_video", "a.mp4", {}, "expected a list, got str"),
        ("log_video", [np.zeros((2, 4, 4, 3))], {"fps": []}, "one value for each of 1"),
    ],
)
def test_what_is_no_list_of_as_many_is_refused(logger, method, values, words, error):
    with pytest.raises((TypeError, ValueError), match=error):
        getattr(logger, method)("key", values, **words)


@pytest.mark.parametrize("order", ["TCHW", "THWC"])
def test_videos_have_their_channels_second_or_last(logger, tmp_path, order):
    frames = np.zeros((3, 32, 48, 3), np.uint8)
    frames[..., 0] = 250
    given = frames.transpose(0, 3, 1, 2) if order == "TCHW" else frames
    logger.log_video("video", [given], step=2, fps=[8])
    logger.log_video("both", [given, given])
    videos = read_run(tmp_path).videos
    assert sorted(videos) == ["both/0", "both/1", "video"]
    with Image.open(videos["video"][2]) as gif:
        assert (gif.n_frames, gif.size, gif.info["duration"]) == (3, (48, 32), 120)
        assert np.asarray(gif.convert("RGB"))[5, 5].tolist() == [250, 0, 0]


@pytest.mark.parametrize("method", ["log_table", "log_text"])
def test_tables_and_texts_are_tables(logger, tmp_path, method):
    getattr(logger, method)("t", columns=["id", "text"], data=[["1", "a"], ["2", "b"]], step=4)
    getattr(logger, method)("f", dataframe={"id": ["1", "2"]}, step=4)
    tables = read_run(tmp_path).tables
    assert [[str(x) for x in row] for row in tables["t"][4].rows] == [["1", "a"], ["2", "b"]]
    assert list(tables["f"][4].columns) == ["id"]


def test_its_methods_take_what_those_of_wandb_logger_take(make):
    theirs = make.pl.loggers.WandbLogger
    names = ("log_image", "log_table", "log_text", "log_video")
    for name in [name for name in names if hasattr(theirs, name)]:  # the oldest has no videos
        ours, other = (
            [(p.name, p.kind, p.default) for p in inspect.signature(method).parameters.values()]
            for method in (getattr(VizLogger, name), getattr(theirs, name))
        )
        assert ours == other, name


def checkpoints(make, logger, folder, **options):
    """Train with checkpoints of the best of two epochs; return where Lightning has them."""
    keep = make.pl.callbacks.ModelCheckpoint(monitor="val_loss", **options)
    trainer = make.trainer(logger, max_epochs=2, enable_checkpointing=True, callbacks=[keep])
    trainer.fit(make.Model(), make.data(), make.data())
    return keep.best_model_path


def test_the_path_of_each_new_best_checkpoint_is_recorded(make, logger, tmp_path):
    best = checkpoints(make, logger, tmp_path)
    assert best.startswith(str(tmp_path / "visualizer/version_0/checkpoints"))
    run = read_run(tmp_path)
    assert {step: str(text) for step, text in run.texts["checkpoint"].items()}[6] == best
    assert run.files == {}


def test_log_model_records_the_best_checkpoint_itself(make, tmp_path):
    logger = VizLogger(save_dir=tmp_path, vis_backends=LOCAL, log_model=True)
    best = checkpoints(make, logger, tmp_path)
    with open(best, "rb") as file:  # noqa: PTH123
        assert read_run(tmp_path).files["best.ckpt"].read_bytes() == file.read()


def test_a_best_checkpoint_that_stays_the_best_is_recorded_once(make, logger, tmp_path):
    checkpoints(make, logger, tmp_path, mode="max", save_top_k=-1)  # the first is the highest
    assert list(read_run(tmp_path).texts["checkpoint"]) == [3]


class Ends(BaseVisBackend):
    """Notes how it is closed."""

    ends = []

    def close(self):
        self.ends.append(type(sys.exc_info()[1]).__name__)


def fail(error):
    def hook(model, index):
        if index == 1:
            raise error

    return hook


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), KeyboardInterrupt()])
def test_a_trainer_that_breaks_off_has_recorded_and_says_how_it_ended(make, tmp_path, error):
    Ends.ends.clear()
    logger = VizLogger(save_dir=tmp_path, vis_backends=[*LOCAL, Ends()])
    with pytest.raises((RuntimeError, KeyboardInterrupt, SystemExit)):
        make.trainer(logger).fit(make.Model(hook=fail(error)), make.data())
        raise KeyboardInterrupt  # the oldest Lightning keeps it to itself
    run = read_run(tmp_path)
    assert run.scalars["loss"].steps.tolist() == [0]
    assert run.sessions[-1].ended is not None
    assert Ends.ends == [type(error).__name__]


def test_a_trainer_that_is_done_closes_and_another_goes_on_in_the_same_run(make, logger, tmp_path):
    model = make.Model()
    trainer = make.trainer(logger)
    trainer.fit(model, make.data(), make.data())
    assert read_run(tmp_path).sessions[-1].ended is not None
    trainer.validate(model, make.data(), verbose=False)
    run = read_run(tmp_path)
    assert [session.run for session in run.sessions] == [1]
    assert run.scalars["val_loss"].steps.tolist() == [2, 3]


def test_a_trainer_that_resumes_goes_on_at_its_step(make, logger, tmp_path):
    first = make.trainer(logger)
    first.fit(make.Model(), make.data())
    first.save_checkpoint(tmp_path / "a.ckpt")
    again = make.trainer(VizLogger(save_dir=tmp_path, vis_backends=LOCAL), max_epochs=2)
    again.fit(make.Model(), make.data(), ckpt_path=tmp_path / "a.ckpt", **safe(again))
    assert read_run(tmp_path).scalars["loss"].steps.tolist() == [0, 1, 2, 3, 4, 5]


def safe(trainer):
    """Return what newer versions want before they read a whole checkpoint."""
    return (
        {"weights_only": False}
        if "weights_only" in inspect.signature(trainer.fit).parameters
        else {}
    )


def test_fast_dev_run_records_nothing(make, logger, tmp_path):
    samples = make.Samples()
    make.trainer(logger, fast_dev_run=2, callbacks=[samples]).fit(
        make.Model(), make.data(), make.data()
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_is_of_the_same_run(make, logger, tmp_path, copied):
    make.trainer(logger).fit(make.Model(), make.data())
    copied(logger).log_metrics({"after": 1}, step=9)
    run = read_run(tmp_path)
    assert run.scalars["after"].steps.tolist() == [9]
    assert [session.run for session in run.sessions] == [1]


def test_a_graph_is_recorded_only_with_an_input(make, tmp_path):
    graphs = []

    class Graphs(BaseVisBackend):
        def add_graph(self, model, data_batch=None, **kwargs):
            graphs.append(data_batch)

    logger = VizLogger(vis_backends=[Graphs()])
    model = make.Model()
    logger.log_graph(model)
    logger.log_graph(model, 5)
    assert graphs == [5]


def test_nothing_is_switched_on_by_being_installed():
    assert list(distribution("viz-lightning-adapter").entry_points) == []
