"""The samples of a Trainer's validations."""

import pytest

from viz_core import Visualizer, VizWarning, read_run
from viz_lightning_adapter import SamplesCallback, VizLogger

LOCAL = [dict(type="LocalVisBackend")]


@pytest.fixture
def logger(tmp_path):
    return VizLogger(save_dir=tmp_path, vis_backends=LOCAL)


def samples_of(run):
    """Return the steps of each sample, by name."""
    return {name: list(steps) for name, steps in run.annotations.items()}


def test_the_same_samples_and_the_worst_are_recorded_in_each_epoch(make, logger, tmp_path):
    trainer = make.trainer(logger, max_epochs=2, callbacks=[make.Samples(fixed=2, worst=2)])
    trainer.fit(make.Model(), make.data(), make.data(shuffle=True))
    run = read_run(tmp_path)
    fixed = [name for name in run.annotations if "worst" not in name]
    assert len(fixed) == 2
    assert samples_of(run) == {name: [3, 6] for name in (*fixed, "val/worst/1", "val/worst/2")}
    assert [row[1] for row in run.tables["val/worst"][6].rows] == ["11.png", "10.png"]


def test_the_sanity_check_records_nothing(make, logger, tmp_path):
    trainer = make.trainer(
        logger, num_sanity_val_steps=-1, callbacks=[make.Samples()], limit_train_batches=0
    )
    trainer.fit(make.Model(), make.data(), make.data())
    assert not tmp_path.joinpath("vis_data/annotations.jsonl").exists()


def test_one_validation_of_so_many_is_looked_at(make, logger, tmp_path):
    unpacked = []

    class Counts(make.Samples):
        def unpack(self, batch, outputs):
            unpacked.append(1)
            return super().unpack(batch, outputs)

    trainer = make.trainer(logger, max_epochs=4, callbacks=[Counts(fixed=1, worst=0, every=3)])
    trainer.fit(make.Model(), make.data(), make.data())
    assert list(samples_of(read_run(tmp_path)).values()) == [[3, 12]]
    assert len(unpacked) == 2 * 3


def test_validation_alone_is_looked_at_too(make, tmp_path):
    visualizer = Visualizer(vis_backends=LOCAL, save_dir=tmp_path)
    callback = make.Samples(visualizer, name="late", fixed=["3.png"], worst=0)
    make.trainer(False, callbacks=callback).validate(make.Model(), make.data(), verbose=False)
    assert samples_of(read_run(tmp_path)) == {"late/3.png": [0]}


def test_a_callback_records_to_the_logger_of_each_trainer(make, tmp_path):
    callback = make.Samples(fixed=["3.png"], worst=0)
    for name, fast in (("a", False), ("b", False), ("b", True), ("b", False)):
        logger = VizLogger(save_dir=tmp_path / name, vis_backends=LOCAL)
        trainer = make.trainer(logger, callbacks=[callback], fast_dev_run=fast)
        trainer.validate(make.Model(), make.data(), verbose=False)
    for name, count in (("a", 1), ("b", 2)):
        lines = (tmp_path / name / "vis_data/annotations.jsonl").read_text().splitlines()
        assert len(lines) == count


def test_a_sample_that_cannot_be_read_stops_no_training_and_loses_no_other(make, logger, tmp_path):
    class Broken(make.Samples):
        def unpack(self, batch, outputs):
            for name, image, *rest in super().unpack(batch, outputs):
                yield name, "gone.png" if name == "5.png" else image, *rest

    callback = Broken(fixed=12, worst=0)
    with pytest.warns(VizWarning, match=r"sample '5.png' is left out.*No such file"):
        make.trainer(logger, callbacks=[callback]).fit(make.Model(), make.data(), make.data())
    assert len(read_run(tmp_path).annotations) == 11


def test_what_a_validation_offered_that_broke_off_is_forgotten(make, logger, tmp_path):
    class Breaks(make.Samples):
        breaks = True

        def unpack(self, batch, outputs):
            if 8 in batch[2] and self.breaks:
                raise RuntimeError("out of memory")
            if 0 not in batch[2]:
                yield from super().unpack(batch, outputs)

    callback = Breaks(fixed=100, worst=0)
    trainer = make.trainer(logger, callbacks=[callback])
    with pytest.raises(RuntimeError, match="out of memory"):
        trainer.validate(make.Model(), make.data(), verbose=False)
    callback.breaks = False
    trainer.validate(make.Model(), make.data(count=16), verbose=False)  # 4 to 15
    assert len(read_run(tmp_path).annotations) == 12


def test_a_sample_is_what_the_batch_had(make, logger, tmp_path):
    trainer = make.trainer(logger, callbacks=[make.Samples(fixed=["3.png", "6.png"], worst=0)])
    trainer.validate(make.Model(), make.data(count=15), verbose=False)
    found = {name: steps[0] for name, steps in read_run(tmp_path).annotations.items()}
    assert sorted(found) == ["val/3.png", "val/6.png"]
    for name, sample in found.items():
        assert abs(sample.image.mean() - 255 * int(name[4]) / 15) < 2
        assert sample.truth.bboxes.tolist() == [[2, 2, 12, 12]]
        assert sample.prediction.scores.tolist() == [0.5]


def test_without_a_visualizer_it_says_so(make):
    with pytest.raises(ValueError, match="pass one, or logger=VizLogger"):
        make.trainer(False, callbacks=[make.Samples()]).validate(make.Model(), make.data())


def test_unpack_must_be_overridden(make, logger):
    trainer = make.trainer(logger, callbacks=[SamplesCallback()])
    with pytest.raises(NotImplementedError, match=r"must override unpack\(batch, outputs\)"):
        trainer.validate(make.Model(), make.data())
