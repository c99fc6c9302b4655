"""Two real ranks, started by torchrun, over gloo."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

PROGRAM = """
import sys
import numpy as np
import torch
import torch.distributed as distributed
from viz_core import Visualizer, get_rank, get_world_size

# Made before the group is there, as programs do.
visualizers = [
    Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=folder, ranks=ranks)
    for folder, ranks in zip(sys.argv[1::2], sys.argv[2::2])
]
distributed.init_process_group("gloo")
assert get_world_size() == 2
rank = distributed.get_rank()
assert get_rank() == rank

for visualizer in visualizers:
    visualizer.set_image(np.zeros((32, 32, 3), np.uint8))
    drawn = visualizer.draw_bboxes(torch.tensor([4, 4, 20, 20])).get_image()  # on every rank
    assert drawn.any()
    for step in range(50):
        visualizer.add_scalars({"rank": rank, "loss": torch.tensor(0.5)}, step=step)
    visualizer.add_image("drawn", drawn)
    visualizer.close()
distributed.barrier()
distributed.destroy_process_group()
"""


pytestmark = pytest.mark.xdist_group("ranks")


@pytest.fixture(scope="module")
def launched(tmp_path_factory):
    """Return where each of a program's visualizers has recorded, by the ranks that record."""
    folder = tmp_path_factory.mktemp("ranks")
    program = folder / "program.py"
    program.write_text(PROGRAM)
    recorded = {ranks: folder / ranks for ranks in ("main", "all")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
            *("--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0", str(program)),
            *(str(word) for ranks, where in recorded.items() for word in (where, ranks)),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return {ranks: where / "vis_data" for ranks, where in recorded.items()}


def read(folder):
    lines = [json.loads(line) for line in (folder / "scalars.json").read_text().splitlines()]
    assert np.array(Image.open(folder / "vis_image" / "drawn_0.png")).any()
    return [(line["rank"], line["step"]) for line in lines]


@pytest.mark.takes(5)
def test_rank_0_records_and_all_draw(launched):
    folder = launched["main"]
    assert read(folder) == [(0, step) for step in range(50)]
    assert sorted(p.name for p in folder.iterdir()) == ["index.jsonl", "scalars.json", "vis_image"]


@pytest.mark.parametrize("rank", [0, 1])
def test_every_rank_records_in_files_of_its_own(launched, rank):
    folder = launched["all"]
    assert sorted(p.name for p in folder.iterdir()) == ["rank_0", "rank_1"]
    assert read(folder / f"rank_{rank}") == [(rank, step) for step in range(50)]
