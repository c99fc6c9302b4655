"""Samples of torch: tensors, and real ranks, started by torchrun, over gloo."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from viz_core import BaseVisBackend, Samples, Visualizer, read_run
from viz_core.annotations.crops import decode_rle

#: 50 samples on some ranks, padded as torch's DistributedSampler does.
EVALUATE = """
import torch
from viz_core import BaseVisBackend, LocalVisBackend, Samples, Visualizer

def evaluate(folder, rank, ranks, gather):
    scores = torch.randperm(50, generator=torch.Generator().manual_seed(3)) / 7
    with Visualizer(vis_backends=[LocalVisBackend(folder)]) as visualizer:
        samples = Samples(visualizer, fixed=3, worst=4, gather=gather)
        boxes = {"boxes": torch.tensor([[4.0, 4, 20, 20]]), "labels": torch.tensor([1])}
        for i in [*range(50), *range(-50 % ranks)][rank::ranks]:
            samples.offer(torch.tensor(i), torch.full((3, 24, 32), i / 51), boxes, boxes, scores[i])
        samples.finish(7)
"""

PROGRAM = f"""{EVALUATE}
import sys
import torch.distributed as distributed

distributed.init_process_group("gloo")
rank, ranks = distributed.get_rank(), distributed.get_world_size()

def gather(mine):
    given = [None] * ranks
    distributed.all_gather_object(given, mine)
    return given

evaluate(sys.argv[1], rank, ranks, gather)
distributed.barrier()
distributed.destroy_process_group()
"""


def recorded(folder):
    """Return what was recorded: samples by name, and the rows of the table."""
    run = read_run(folder)
    images = {name: steps[7].line for name, steps in run.annotations.items()}
    return images, [list(row) for row in run.tables["val/worst"][7].rows]


def test_real_ranks_choose_as_one_process_does(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "3"),
            *("--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"),
            *(str(program), str(tmp_path / "several")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    alone = {}
    exec(EVALUATE, alone)
    alone["evaluate"](tmp_path / "one", 0, 1, None)
    images, rows = recorded(tmp_path / "one")
    assert (len(images), len(rows)) == (7, 4)
    assert recorded(tmp_path / "several") == (images, rows)


class Notes(BaseVisBackend):
    """Holds what it gets, by name."""

    def __init__(self):
        super().__init__()
        self.kept = {}

    def add_annotations(self, name, annotated, **kwargs):
        self.kept[name] = annotated

    def add_table(self, **kwargs):
        pass


@pytest.mark.parametrize("shape", [(3, 24, 32), (24, 32, 3)])
def test_tensors_are_kept_as_copies(shape):
    with Visualizer(vis_backends=[Notes()]) as visualizer:
        samples = Samples(visualizer, fixed=[3], worst=1)
        image = torch.full(shape, 0.2, requires_grad=True)
        boxes = torch.tensor([[4.0, 4, 20, 20]])
        masks = torch.zeros(1, 24, 32, dtype=torch.bool)
        masks[0, 4:9, 4:9] = True
        sides = {"boxes": boxes, "masks": masks, "labels": torch.tensor([1])}
        samples.offer(torch.tensor(3), image, sides, sides, torch.tensor(0.5))
        with torch.no_grad():
            for tensor in (image, boxes, masks):
                tensor.zero_()
        samples.finish(0)
    kept = visualizer.get_backend("Notes").kept
    assert set(kept) == {"val/3", "val/worst/1"}
    for sample in kept.values():
        assert (sample.image == np.full((24, 32, 3), 51, np.uint8)).all()
        assert sample.truth.bboxes.tolist() == [[4, 4, 20, 20]]
        assert decode_rle(sample.truth.masks[0]).area == 25
