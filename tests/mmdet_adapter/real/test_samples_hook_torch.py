"""The hook that records samples, in a real Runner."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import toy_detection as toy
from fences import part
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.structures import InstanceData, PixelData
from PIL import Image

from viz_core import read_run

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # theirs; ours are errors all the same
    pytest.mark.filterwarnings("error::viz_core.VizWarning"),
]

VISUALIZER = dict(
    type="viz_mmdet_adapter.mmengine.DetLocalVisualizer",
    vis_backends=[dict(type="LocalVisBackend")],
)
COUNT = 13


class Photos(torch.utils.data.Dataset):
    """Photos with a cat and a dog, each of another gray, with what else samples have."""

    metainfo = toy.META

    def __init__(self, folder, extra=None):
        self.data_root = str(folder)
        self.extra = extra or (lambda index: {})
        self.paths = [folder / "train" / f"{i}.png" for i in range(COUNT)]
        self.paths[0].parent.mkdir(parents=True, exist_ok=True)
        for i, path in enumerate(self.paths):
            if not path.exists():
                Image.fromarray(np.full((120, 160, 3), 15 * i, np.uint8)).save(path)

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        truth = InstanceData(bboxes=toy.BOXES, labels=torch.tensor([0, 1]))
        info = {"img_path": str(self.paths[index]), "img_id": 100 + index, **self.extra(index)}
        sample = DetDataSample(gt_instances=truth, metainfo=info)
        return {"inputs": torch.full((3, 4, 4), float(index)), "data_samples": sample}


class Detector(toy.Detector):
    """It finds more of a sample the lower its number is; a third object has a low score."""

    def forward(self, inputs, data_samples=None, mode="tensor"):
        if mode == "loss":
            return {"loss": self.weight**2}
        for image, sample in zip(inputs, data_samples, strict=True):
            number = int(image[0, 0, 0])
            boxes = torch.cat(
                [toy.BOXES + 8.0 * number * torch.tensor([[1.0], [0]]), toy.BOXES[:1]]
            )
            sample.pred_instances = InstanceData(
                bboxes=boxes, labels=torch.tensor([0, 1, 1]), scores=torch.tensor([0.9, 0.8, 0.1])
            )
        return data_samples


def make_runner(folder, hook, dataset=None, model=None, visualizer=None, **options):
    loader = toy.loader_of(dataset or Photos(folder / "data"), batch_size=2, shuffle=True)
    given = dict(
        train_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=3, val_interval=1),
        optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.125)),
    )
    return Runner(
        model=(model or Detector)(),
        work_dir=str(folder / "work"),
        val_dataloader=loader,
        val_cfg=dict(),
        val_evaluator=dict(type=toy.Half),
        visualizer=dict(visualizer or VISUALIZER),  # the Runner writes into it
        custom_hooks=[hook],
        experiment_name=folder.name,
        **{**given, **options},
    )


VAL_ONLY = dict(train_dataloader=None, train_cfg=None, optim_wrapper=None)


def recorded(runner):
    return read_run(Path(runner.log_dir))


def test_the_same_and_the_worst_are_recorded_in_each_validation(tmp_path):
    """By a name in the config alone, with a loader that shuffles, in mmdet's scope."""
    runner = make_runner(
        tmp_path, dict(type="SamplesHook", fixed=3, worst=2), default_scope="mmdet"
    )
    runner.train()
    run = recorded(runner)
    fixed = [name for name in run.annotations if "worst" not in name]
    assert len(fixed) == 3
    for name in (*fixed, "val/worst/1", "val/worst/2"):
        assert [*run.annotations[name]] == [1, 2, 3]  # as the metrics
        paths = {sample.path for sample in run.annotations[name].values()}
        assert len(paths) == 1 or "worst" in name
    assert run.scalars["mAP"].steps.tolist() == [1, 2, 3]
    for step in (1, 2, 3):
        rows = run.tables["val/worst"][step].rows
        assert [row[2] for row in rows] == [0.5, 0.5]  # the cat is not found, of two
        sample = run.annotations["val/worst/1"][step]
        number = int(sample.caption) - 100
        assert abs(sample.image.astype(int) - 15 * number).max() <= 2
        assert sample.truth.bboxes.tolist() == toy.BOXES.tolist()
        assert sample.prediction.scores.tolist() == pytest.approx([0.9, 0.8])  # above 0.3
        assert sample.classes == {0: "cat", 1: "dog"}


def test_the_config_of_the_how_to_records_samples(tmp_path):
    config = Config.fromstring(part("mmdet"), ".py")
    (hook,) = config.custom_hooks
    runner = make_runner(tmp_path, hook, visualizer=config.visualizer, default_scope="mmdet")
    runner.val()
    names = recorded(runner).annotations
    assert len([name for name in names if "worst" not in name]) == 8
    assert len([name for name in names if "worst" in name]) == 8


def test_a_training_that_is_resumed_goes_on_with_the_same(tmp_path, monkeypatch):
    # MMEngine's checkpoints hold objects of its own, which later torch reads if it is told to.
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    steps = {}
    for epochs in (1, 2):
        cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=1)
        hook = dict(type="SamplesHook", fixed=4, worst=0)
        runner = make_runner(tmp_path, hook, train_cfg=cfg, resume=epochs == 2)
        runner.train()
        # Its name has the time in seconds, which may be the same again.
        runner.visualizer.forget_instance(runner.visualizer.instance_name)
        for name, found in recorded(runner).annotations.items():
            steps.setdefault(name, set()).update(found)
    assert [*steps.values()] == [{1, 2}] * 4


def test_an_image_is_read_if_it_is_recorded_and_no_other(tmp_path):
    seen = []

    def read(sample):
        seen.append(sample.img_id)
        return np.zeros((120, 160, 3), np.uint8)

    hook = dict(type="SamplesHook", fixed=[104, 109], worst=0, read=read, every=2)
    runner = make_runner(tmp_path, hook)
    runner.train()
    assert sorted(seen) == [104, 104, 109, 109]  # in the first and the third
    assert [*recorded(runner).annotations["val/104"]] == [1, 3]


def test_what_a_file_says_is_read_at_the_end_for_what_is_recorded(tmp_path):
    data = Photos(tmp_path / "data")

    class Last(Detector):
        def forward(self, inputs, data_samples=None, mode="tensor"):
            for i in range(COUNT):  # all but the fixed and the worst are not needed any more
                if f"{100 + i}" not in ("104", "109"):
                    data.paths[i].unlink(missing_ok=True)
            return super().forward(inputs, data_samples, mode)

    hook = dict(type="SamplesHook", fixed=["104", "109"], worst=0)
    runner = make_runner(tmp_path, hook, data, Last, **VAL_ONLY)
    runner.val()
    assert sorted(recorded(runner).annotations) == ["val/104", "val/109"]


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        (lambda i: {"img_id": None}, "train/4.png"),
        (lambda i: {"img_id": 7, "id": i}, "7/4"),
        (lambda i: {"img_id": f"a/{i}"}, "a/4"),
    ],
)
def test_what_samples_are_called(tmp_path, extra, name):
    hook = dict(type="SamplesHook", fixed=[name], worst=0)
    runner = make_runner(tmp_path, hook, Photos(tmp_path / "data", extra), **VAL_ONLY)
    runner.val()
    assert [*recorded(runner).annotations] == [f"val/{name}"]
    assert [*recorded(runner).annotations[f"val/{name}"]] == [0]


def test_a_test_is_recorded_too_and_a_score_may_be_given(tmp_path):
    data = Photos(tmp_path / "data")
    hook = dict(type="SamplesHook", fixed=0, worst=1, score=lambda sample: -sample.img_id)
    loader = toy.loader_of(data, batch_size=2, shuffle=True)
    tests = dict(test_dataloader=loader, test_cfg=dict(), test_evaluator=dict(type=toy.Half))
    runner = make_runner(tmp_path, hook, data, **VAL_ONLY, **tests)
    runner.test()
    assert recorded(runner).annotations["test/worst/1"][0].caption == "100"


class Tracker(Detector):
    """It returns each sample as a video of one frame."""

    def forward(self, inputs, data_samples=None, mode="tensor"):
        found = super().forward(inputs, data_samples, mode)
        return [TrackDataSample(video_data_samples=[sample]) for sample in found]


def test_a_video_is_its_frames(tmp_path):
    hook = dict(type="SamplesHook", fixed=["103"], worst=1)
    runner = make_runner(tmp_path, hook, model=Tracker, **VAL_ONLY)
    runner.val()
    assert sorted(recorded(runner).annotations) == ["val/103", "val/worst/1"]


class Segmenter(toy.Detector):
    """It is wrong in a row of pixels for each number of a sample."""

    def forward(self, inputs, data_samples=None, mode="tensor"):
        for image, sample in zip(inputs, data_samples, strict=True):
            ids = torch.zeros(1, 120, 160, dtype=torch.int64)
            truth = ids.clone()
            truth[:, 60:] = 255
            sample.gt_sem_seg = PixelData(data=truth)  # as MMSegmentation has it
            ids[:, : int(image[0, 0, 0])] = 1
            sample.pred_sem_seg = PixelData(data=ids)
            del sample.gt_instances
        return data_samples


def test_the_worst_maps_have_most_wrong_pixels(tmp_path):
    hook = dict(type="SamplesHook", fixed=0, worst=2)
    runner = make_runner(tmp_path, hook, model=Segmenter, **VAL_ONLY)
    runner.val()
    run = recorded(runner)
    assert run.tables["val/worst"][0].rows == [(1, 112, 12 / 60), (2, 111, 11 / 60)]
    sample = run.annotations["val/worst/1"][0]
    assert np.unique(sample.truth.semantic.ids[60:]).tolist() == [-1]
    assert np.unique(sample.prediction.semantic.ids[:12]).tolist() == [1]


class Poses(toy.Detector):
    """Its keypoints are as many pixels to the right as the number of a sample."""

    def forward(self, inputs, data_samples=None, mode="tensor"):
        for image, sample in zip(inputs, data_samples, strict=True):
            points = np.array([[[30.0, 40], [50, 60], [0, 0]]])
            truth = InstanceData(keypoints=points, bboxes=np.array([[20.0, 30, 60, 70]]))
            truth.keypoints_visible = np.array([[1.0, 1, 0]])
            sample.gt_instances = truth
            moved = np.add(points, [float(image[0, 0, 0]), 0])
            scores = np.full((1, 3), 0.9)
            sample.pred_instances = InstanceData(keypoints=moved, keypoint_scores=scores)
        return data_samples


def test_the_worst_poses_are_farthest_from_the_truth(tmp_path):
    hook = dict(type="SamplesHook", fixed=0, worst=1)
    runner = make_runner(tmp_path, hook, model=Poses, **VAL_ONLY)
    runner.val()
    run = recorded(runner)
    assert run.tables["val/worst"][0].rows == [(1, 112, 12 / 40)]
    sample = run.annotations["val/worst/1"][0]
    assert sample.prediction.keypoints.points[0, 1].tolist() == [62, 60, 0.9]
    assert sample.truth.keypoints.points[0, 2].tolist() == [0, 0, 0]


def cut(path):
    path.write_bytes(path.read_bytes()[:60])  # its size can be read


@pytest.mark.parametrize("broken", ["no path", "a cut file", "no image", "an unknown field"])
def test_a_sample_that_cannot_be_read_stops_no_training_and_loses_no_other(tmp_path, broken):
    """Wherever it comes in an epoch, as the loader shuffles."""
    hook = dict(type="SamplesHook", fixed=COUNT, worst=0)
    data = Photos(tmp_path / "data", lambda i: {"img_path": None} if i == 3 else {})
    if broken != "no path":
        data.extra = lambda index: {}
    if broken == "a cut file":
        cut(data.paths[3])
    elif broken == "no image":
        data.paths[3].write_text("no image")

    class Model(Detector):
        def forward(self, inputs, data_samples=None, mode="tensor"):
            result = super().forward(inputs, data_samples, mode)
            for sample in result if mode == "predict" else ():
                if broken == "an unknown field" and sample.img_id == 103:
                    sample.pred_instances.bboxes = torch.ones(3, 3)
            return result

    runner = make_runner(tmp_path, hook, data, Model)
    runner.train()
    (log,) = Path(runner.log_dir).glob("*.log")
    assert len(re.findall("left out the sample '103'", log.read_text())) == 1
    assert runner.epoch == 3
    found = {name: len(steps) for name, steps in recorded(runner).annotations.items()}
    assert found == {f"val/{100 + i}": 3 for i in range(COUNT) if i != 3}


def test_a_visualizer_of_mmengines_is_told_before_anything_is_trained(tmp_path):
    plain = dict(type="mmengine.Visualizer")
    runner = make_runner(tmp_path, dict(type="SamplesHook"), visualizer=plain)
    with pytest.raises(TypeError, match=r"write visualizer=dict\(type='viz_mmdet_adapter"):
        runner.train()


#: Two ranks, of which one is forked, so that what takes longest is imported once.
RANKS = """
import os, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
import torch.distributed
folder, *path = sys.argv[1:]
sys.path += path
import test_samples_hook_torch as test
child = os.fork()
torch.distributed.init_process_group(
    "gloo", init_method=f"file://{folder}/meet", rank=int(child == 0), world_size=2
)
test.validate(Path(folder) / "two", Path(folder) / "data")
torch.distributed.destroy_process_group()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def validate(folder, data):
    """Return a Runner that has validated once."""
    hook = dict(type="SamplesHook", fixed=3, worst=4)
    runner = make_runner(folder, hook, Photos(data), **VAL_ONLY)
    runner.val()
    return runner


@pytest.mark.takes(5)
def test_two_ranks_record_what_one_does(tmp_path):
    """13 samples in batches of 2: the sampler repeats one."""
    alone = recorded(validate(tmp_path / "one", tmp_path / "data"))
    command = [sys.executable, "-c", RANKS, str(tmp_path), *sys.path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (lines,) = (tmp_path / "two").rglob("annotations.jsonl")
    together = read_run(lines.parent)
    samples = [
        {name: steps[0].line for name, steps in run.annotations.items()}
        for run in (alone, together)
    ]
    assert samples[0] == samples[1]
    assert len(samples[0]) == 7
    tables = [run.tables["val/worst"][0].rows for run in (alone, together)]
    assert tables[0] == tables[1]
