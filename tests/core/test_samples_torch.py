"""Samples of torch: tensors, and real ranks, over gloo."""

import re

import numpy as np
import pytest
import torch
from forked import run_forked

from viz_core import BaseVisBackend, Samples, Visualizer, read_run
from viz_core.annotations.crops import decode_rle
from viz_core.testing.processes import run_python

#: 50 samples on some ranks, padded as torch's DistributedSampler does.
EVALUATE = """
import torch
from viz_core import LocalVisBackend, Samples, Visualizer

def evaluate(folder, numbers, gather):
    scores = torch.randperm(50, generator=torch.Generator().manual_seed(3)) / 7
    with Visualizer(vis_backends=[LocalVisBackend(folder)]) as visualizer:
        samples = Samples(visualizer, fixed=3, worst=4, gather=gather)
        boxes = {"boxes": torch.tensor([[4.0, 4, 20, 20]]), "labels": torch.tensor([1])}
        for i in numbers:
            samples.offer(torch.tensor(i), torch.full((3, 24, 32), i / 51), boxes, boxes, scores[i])
        samples.finish(7)
"""

#: Four ranks, and the first two of them, each with its shard; and again where the first has none.
PROGRAM = f"""{EVALUATE}
import sys
import torch.distributed as distributed

rank = int(sys.argv[2])
distributed.init_process_group(
    "gloo", init_method=f"file://{{sys.argv[1]}}/group", rank=rank, world_size=4
)
pair = distributed.new_group([0, 1])

def gather_in(group):
    def gather(mine):
        given = [None] * distributed.get_world_size(group)
        distributed.all_gather_object(given, mine, group)
        return given
    return gather

shards = [[*range(50), 0, 1][rank::4] for rank in range(4)]
evaluate(sys.argv[1] + "/four", shards[rank], gather_in(None))
evaluate(sys.argv[1] + "/idle", [] if rank == 0 else range(50)[rank - 1 :: 3], gather_in(None))
if rank < 2:
    evaluate(sys.argv[1] + "/two", range(50)[rank::2], gather_in(pair))
distributed.barrier()
distributed.destroy_process_group()
"""


def recorded(folder):
    """Return what was recorded: samples by name, and the rows of the table."""
    run = read_run(folder)
    images = {name: steps[7].line for name, steps in run.annotations.items()}
    return images, [list(row) for row in run.tables["val/worst"][7].rows]


@pytest.mark.xdist_group("torch")
def test_real_ranks_choose_as_one_process_does(tmp_path):
    ranks = [(tmp_path, rank) for rank in range(4)]
    done = run_forked(PROGRAM, ranks, imports=["torch"], room=4)
    assert done.returncodes == [0, 0, 0, 0], done.stderr
    alone = {}
    exec(EVALUATE, alone)
    alone["evaluate"](tmp_path / "one", range(50), None)
    images, rows = recorded(tmp_path / "one")
    assert (len(images), len(rows)) == (7, 4)
    for name in ("two", "four", "idle"):
        assert recorded(tmp_path / name) == (images, rows)


#: Two ranks, of which the forked one is gone, or has stopped, when they are to gather.
LOST = f"""{EVALUATE}
import datetime, os, sys, time
import torch.distributed as distributed

def gather(mine):
    given = [None, None]
    distributed.all_gather_object(given, mine)
    return given

for how in ("gone", "stopped"):
    child = os.fork()
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{{sys.argv[1]}}/{{how}}",
        rank=int(child == 0),
        world_size=2,
        timeout=datetime.timedelta(seconds=10),
    )
    distributed.barrier()
    if child == 0:
        time.sleep(0 if how == "gone" else 3600)
        os._exit(0)
    try:
        evaluate(sys.argv[1] + "/run", range(50), gather)
    except RuntimeError as error:
        print(how, "told:", str(error).splitlines()[0][:200])
    os.kill(child, 9)
    distributed.destroy_process_group()
"""


@pytest.mark.takes(10)
@pytest.mark.xdist_group("torch")
def test_a_rank_that_is_lost_is_told_by_the_timeout_of_the_group(tmp_path):
    done = run_python(LOST, tmp_path, imports=("viz_core.testing.programs", "torch"))
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"gone told: .*([Cc]onnection|[Tt]imed out).*\nstopped told: .*[Tt]imed out.*\n",
        done.stdout,
    ), done.stdout
    assert not (tmp_path / "run").exists()


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
