"""The code of this adapter's pages, and its example."""

from pathlib import Path

import pytest
from fences import OF_FRAMEWORKS, part, programs, run

from viz_core import read_run

README, PAGE, EXAMPLE = OF_FRAMEWORKS["lightning"]
CODE = [pytest.param(code, id=name) for name, code in programs(PAGE)]


@pytest.mark.parametrize("code", CODE)
def test_a_page_runs(code, tmp_path):
    done = run(["-W", "ignore", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_readme_records_what_it_says(tmp_path):
    ((_, code),) = programs(README)
    run(["-W", "ignore", "-c", code], tmp_path)
    assert len(read_run(tmp_path / "runs").scalars["loss"].steps) >= 8


def test_the_example_runs_and_records_samples(tmp_path):
    done = run(["-W", "ignore", str(EXAMPLE), str(tmp_path)], tmp_path)
    assert done.returncode == 0, done.stderr
    recorded = read_run(Path(done.stdout.splitlines()[-1].split(": ")[0]))
    losses = recorded.scalars["val/loss"].values
    assert losses[-1] < losses[0]
    samples = recorded.annotations
    assert {len(steps) for name, steps in samples.items() if "worst" in name} == {3}
    assert len([name for name in samples if "worst" not in name]) == 4


def test_the_how_to_records_samples(tmp_path):
    given = """
from lightning.pytorch import LightningModule
from torch.utils.data import DataLoader
from viz_core.testing import sample_detections, sample_photo

class Model(LightningModule):
    def validation_step(self, batch, index):
        options = dict(seed=1, scale=0.5)
        return [sample_detections("street", frame=f, **options) for f in batch["frame"]]

def batch(frames):
    images = [sample_photo("street", frame=frame, scale=0.5) for frame in frames]
    truth = [sample_detections("street", frame=frame, scale=0.5) for frame in frames]
    paths = [f"street/{frame}.jpg" for frame in frames]
    return dict(frame=frames, path=paths, image=images, truth=truth)
"""
    validate = "trainer.validate(Model(), DataLoader(range(10), 5, collate_fn=batch))"
    code = f"{given}\n{part('lightning')}\n{validate}"
    done = run(["-W", "ignore", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    samples = read_run(tmp_path / "runs").annotations
    assert len([name for name in samples if "worst" not in name]) == 8
    assert len([name for name in samples if "worst" in name]) == 8
